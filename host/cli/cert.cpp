#include "cli/cert.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/topic.h"
#include "tls/authority.h"

namespace m2ag::host {

namespace {

namespace fs = std::filesystem;

struct Options {
  std::string dir;
  std::string name;
  std::vector<std::string> domains;
  std::vector<std::string> dns;
  std::vector<std::string> ip;
  int days = kLeafDays;
  bool if_needed = false;
  bool json = false;
};

Time now() { return std::chrono::system_clock::now(); }

std::string default_authority_name() {
  return fmt::format("m2ag {}", local_host_name().value_or("authority")).substr(0, 64);
}

void init(const Options& options) {
  AuthorityRequest request;
  request.name = options.name.empty() ? default_authority_name() : options.name;
  if (const auto host = local_host_name()) request.host_names = {*host};
  request.allow_domains = options.domains;
  const bool made = make_authority(options.dir, request, now());
  const Authority authority(options.dir);
  const auto& info = authority.info();
  fmt::print("{} {} ({}), valid until {}{}\n", made ? "made" : "kept", authority.certificate_file().string(),
             info.title, date_text(info.not_after), made ? "" : "; an authority is never overwritten");
  fmt::print("  fingerprint SHA-256 {}\n  permits {}\n", info.fingerprint, authority.permitted().text());
}

void print_issued(const IssuedFiles& files) {
  fmt::print("{} {} and {}: {} \"{}\" for {}, valid until {}\n", files.renewed ? "renewed" : "made",
             files.certificate.string(), files.key.string(), to_string(files.info.use), files.info.title,
             fmt::join(files.info.names, ", "), date_text(files.info.not_after));
}

bool keep(const Options& options, const Authority& authority, CertificateUse use,
          const std::vector<std::string>& names) {
  if (!options.if_needed || !authority.is_current(options.name, use, names, now())) return false;
  fmt::print("kept {}: it is valid for more than {} days\n", (fs::path(options.dir) / (options.name + ".crt")).string(),
             kRenewDays);
  return true;
}

// The names by which clients on this machine and in its network reach it, as far as the authority permits them.
void add_own_names(const Authority& authority, ServerRequest& request) {
  std::vector<std::string> dns = {"localhost"};
  if (const auto host = local_host_name()) {
    dns.push_back(*host);
    if (host->find('.') == std::string::npos) dns.push_back(*host + ".local");
  }
  std::vector<std::string> ip = {"127.0.0.1", "::1"};
  for (auto& address : local_addresses()) ip.push_back(std::move(address));
  const auto& permitted = authority.permitted();
  std::copy_if(dns.begin(), dns.end(), std::back_inserter(request.dns),
               [&](const std::string& name) { return permitted.dns(name); });
  std::copy_if(ip.begin(), ip.end(), std::back_inserter(request.ip),
               [&](const std::string& address) { return permitted.ip(address); });
}

void server(const Options& options) {
  const Authority authority(options.dir);
  ServerRequest request{options.name, options.dns, options.ip, options.days};
  if (request.dns.empty() && request.ip.empty()) add_own_names(authority, request);
  if (keep(options, authority, CertificateUse::server, server_names(request.dns, request.ip))) return;
  print_issued(authority.issue_server(request, now()));
}

void client(const Options& options) {
  // Access lists give a client the topics that bear its name: these are not one device's.
  if (is_reserved_id(options.name)) {
    throw std::invalid_argument(fmt::format(
        "\"{}\" is no name for a client: {} is a topic of the host's own; choose another", options.name, options.name));
  }
  const Authority authority(options.dir);
  if (keep(options, authority, CertificateUse::client, {device_name(options.name)})) return;
  print_issued(authority.issue_client(options.name, options.days, now()));
}

nlohmann::ordered_json to_json(const fs::path& file, const CertificateInfo& info) {
  return {{"file", file.string()},
          {"name", info.title},
          {"use", to_string(info.use)},
          {"subject", info.subject},
          {"issuer", info.issuer},
          {"names", info.names},
          {"not_before", date_text(info.not_before)},
          {"not_after", date_text(info.not_after)},
          {"days_left", days_left(info, now())},
          {"serial", info.serial},
          {"fingerprint_sha256", info.fingerprint},
          {"problem", validity_problem(info, now())}};
}

// File names need not be UTF-8, JSON must.
std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string state_text(const CertificateInfo& info) {
  const std::string problem = validity_problem(info, now());
  return problem.empty() ? fmt::format("{} days left", days_left(info, now())) : problem;
}

std::vector<fs::path> certificate_files(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    if (entry->path().extension() == ".crt") files.push_back(entry->path());
  }
  if (error) throw std::invalid_argument(fmt::format("{}: {}", folder.string(), error.message()));
  std::sort(files.begin(), files.end());
  return files;
}

void list(const Options& options) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const auto& file : certificate_files(options.dir)) {
    const auto loaded = load_certificate_info(file);
    if (options.json) {
      rows.push_back(loaded.problem.empty()
                         ? to_json(file, loaded.value)
                         : nlohmann::ordered_json{{"file", file.string()}, {"problem", loaded.problem}});
    } else if (!loaded.problem.empty()) {
      fmt::print("{}\n", loaded.problem);
    } else {
      fmt::print("{:<24} {:<9} {:<24} {}  {}\n", file.filename().string(), to_string(loaded.value.use),
                 loaded.value.title, date_text(loaded.value.not_after), state_text(loaded.value));
    }
  }
  if (options.json) fmt::print("{}\n", json_text(rows));
}

void show(const Options& options) {
  const auto loaded = load_certificate_info(options.name);
  if (!loaded.problem.empty()) throw std::invalid_argument(loaded.problem);
  const CertificateInfo& info = loaded.value;
  if (options.json) {
    fmt::print("{}\n", json_text(to_json(options.name, info)));
    return;
  }
  fmt::print("file         {}\nsubject      {}\nissuer       {}\nuse          {}\nnames        {}\n", options.name,
             info.subject, info.issuer, to_string(info.use), fmt::join(info.names, ", "));
  fmt::print("valid        {} to {} ({})\nserial       {}\nSHA-256      {}\n", date_text(info.not_before),
             date_text(info.not_after), state_text(info), info.serial, info.fingerprint);
}

// The one place where a verb's failure becomes an exit code and a line on stderr.
int run(const std::function<void()>& work) {
  try {
    work();
    return 0;
  } catch (const std::invalid_argument& error) {
    fmt::print(stderr, "m2ag cert: {}\n", error.what());
    return 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "m2ag cert: {}\n", error.what());
    return 2;
  }
}

CLI::App* add_sub_verb(CLI::App& cert, const char* name, const char* help, int& exit_code, void (*work)(const Options&),
                       const std::shared_ptr<Options>& options) {
  CLI::App* verb = cert.add_subcommand(name, help);
  verb->callback([&exit_code, work, options] { exit_code = run([&] { work(*options); }); });
  return verb;
}

void add_issue_options(CLI::App& verb, Options& options) {
  verb.add_option("--dir", options.dir, "Folder of the authority; the new files go there too")->required();
  verb.add_option("--days", options.days, fmt::format("Days the certificate is valid, 1 to {}", kMostLeafDays))
      ->capture_default_str();
  verb.add_flag("--if-needed", options.if_needed,
                fmt::format("Keep a certificate that fits and has more than {} days left", kRenewDays));
}

}  // namespace

void add_cert_verb(CLI::App& app, int& exit_code) {
  CLI::App* cert = app.add_subcommand("cert", "Make and show the certificates of brokers and devices");
  cert->require_subcommand(1);
  cert->footer(
      "Example: a broker on this machine and the device \"greenhouse\"\n"
      "  m2ag cert init --dir tls\n"
      "  m2ag cert server broker --dir tls\n"
      "  m2ag cert client greenhouse --dir tls\n"
      "A leaf made again is a renewal with a new key. The authority's key, ca.key, is needed only to make certificates.");
  const auto options = std::make_shared<Options>();
  const auto sub = [&](const char* name, const char* help, void (*work)(const Options&)) {
    return add_sub_verb(*cert, name, help, exit_code, work, options);
  };

  CLI::App* verb =
      sub("init", "Make an authority (ca.crt, ca.key) for private names and networks; one that exists is kept", init);
  verb->add_option("--dir", options->dir, "Folder of the authority, made with mode 0700")->required();
  verb->add_option("--name", options->name, "The authority's name (default: \"m2ag\" and the host name)");
  verb->add_option("--allow-domain", options->domains,
                   "A further domain it may sign names of, beside local, lan, home.arpa, localhost and the host name")
      ->allow_extra_args(false);

  verb = sub("server", "Make or renew a server's certificate, for example the broker's", server);
  verb->add_option("NAME", options->name, "Name of the files and of the certificate: a-z, 0-9, \".\" and \"-\"")
      ->required();
  add_issue_options(*verb, *options);
  verb->add_option("--dns", options->dns,
                   "A name clients use for it (default: localhost, the host name, its .local name)")
      ->allow_extra_args(false);
  verb->add_option("--ip", options->ip,
                   "An address clients use for it (default: 127.0.0.1, ::1 and this machine's private addresses)")
      ->allow_extra_args(false);

  verb = sub("client", "Make or renew a device's certificate", client);
  verb->add_option("ID", options->name, "The device id: a-z, 0-9 and \"-\", at most 63")->required();
  add_issue_options(*verb, *options);

  verb = sub("list", "List the certificates of a folder with the days they have left", list);
  verb->add_option("--dir", options->dir, "The folder")->required();
  verb->add_flag("--json", options->json, "Print JSON");

  verb = sub("show", "Show one certificate", show);
  verb->add_option("FILE", options->name, "A PEM file")->required();
  verb->add_flag("--json", options->json, "Print JSON");
}

}  // namespace m2ag::host
