#include "cli/descriptor_check.h"

#include "plugin/folders.h"
#include "tls/certificate.h"

namespace m2ag::host {
namespace {

/// Certificates may come later, or lie only on the device: no error, but worth a word.
void look_at_certificates(const Descriptor& descriptor, const std::string& file, Problems& problems) {
  if (!descriptor.mqtt.tls) return;
  const TlsSection& tls = *descriptor.mqtt.tls;
  for (const FileProblem& problem : check_client_files(tls.ca, tls.cert, tls.key))
    problems.warning({file, 0, 0}, "mqtt.tls", problem.sentence);
}

}  // namespace

std::optional<Descriptor> check_sources(const Sources& sources, const std::filesystem::path& file,
                                        const Environment& environment, const Catalog& catalog, Problems& problems,
                                        const TrialText* draft) {
  auto descriptor = bind_descriptor(sources, file, environment, &catalog, problems);
  if (!descriptor) return std::nullopt;
  look_at_certificates(*descriptor, file.string(), problems);
  try_components(*descriptor, catalog, self_executable(), problems, draft);
  if (problems.has_errors()) return std::nullopt;
  return descriptor;
}

Value::List problem_list(const Problems& problems) {
  Value::List list;
  for (const Problem& problem : problems.sorted()) {
    list.emplace_back(Value::Map{{"file", problem.mark.file},
                                 {"line", problem.mark.line},
                                 {"column", problem.mark.column},
                                 {"path", problem.path},
                                 {"message", problem.message},
                                 {"severity", problem.warning ? "warning" : "error"}});
  }
  return list;
}

}  // namespace m2ag::host
