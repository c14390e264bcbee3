#include "plugin/library.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

#include <algorithm>
#include <system_error>

#include "plugin/description_check.h"
#include "plugin/elf_check.h"
#include "plugin/private_copy.h"
#include "plugin/trust.h"

namespace m2ag::host {
namespace {

/// Boost says "… (dlerror system message: WHY): Illegal seek", where only WHY is true.
std::string reason_of(std::string message) {
  constexpr std::string_view kBefore = "dlerror system message: ";
  const auto begin = message.find(kBefore);
  const auto end = message.rfind("): ");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return message;
  return message.substr(begin + kBefore.size(), end - begin - kBefore.size());
}

const abi::Descriptor* accepted_descriptor(const boost::dll::shared_library& library) {
  if (!library.has(abi::kSymbol)) {
    throw PluginError(fmt::format("does not export {}, so it is no plugin: use M2AG_PLUGIN once", abi::kSymbol));
  }
  const auto& descriptor = library.get<const abi::Descriptor>(abi::kSymbol);
  if (auto problem = descriptor_problem(descriptor)) throw PluginError(*problem);
  return &descriptor;
}

std::string build_text(const abi::Build& build) {
  return fmt::format("C++ ABI {}, std::string ABI {}, debug containers {}, {} bit", build.cxx_abi, build.string_abi,
                     build.debug_containers != 0 ? "on" : "off", build.pointer_size * 8);
}

template <class Spec>
const Spec* find(const std::vector<Spec>& specs, std::string Spec::*member, std::string_view name) {
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const Spec& spec) { return spec.*member == name; });
  return found == specs.end() ? nullptr : &*found;
}

}  // namespace

std::optional<std::string> descriptor_problem(const abi::Descriptor& descriptor) {
  if (descriptor.magic != abi::kMagic) {
    return fmt::format("its {} is not one of this SDK's descriptors (magic {:#018x}, expected {:#018x})", abi::kSymbol,
                       descriptor.magic, abi::kMagic);
  }
  if (descriptor.size != sizeof(abi::Descriptor)) {
    return fmt::format("its descriptor has {} bytes, this host's SDK {}.{} has {}: build it with that SDK",
                       descriptor.size, abi::kMajor, abi::kMinor, sizeof(abi::Descriptor));
  }
  if (descriptor.sdk_major != abi::kMajor) {
    return fmt::format("built with SDK {}.{}, this host speaks SDK {}.{}: build it again with this host's SDK",
                       descriptor.sdk_major, descriptor.sdk_minor, abi::kMajor, abi::kMinor);
  }
  if (descriptor.sdk_minor > abi::kMinor) {
    return fmt::format(
        "built with SDK {}.{}, which is newer than this host's {}.{}: update m2ag, or build it with the older SDK",
        descriptor.sdk_major, descriptor.sdk_minor, abi::kMajor, abi::kMinor);
  }
  if (descriptor.build != abi::kBuild) {
    return fmt::format("built in another way ({}) than this host ({}): use the same compiler settings",
                       build_text(descriptor.build), build_text(abi::kBuild));
  }
  if (descriptor.name == nullptr || descriptor.version == nullptr || descriptor.describe == nullptr) {
    return "its descriptor has no name, version or describe function";
  }
  return std::nullopt;
}

PluginLibrary::PluginLibrary(const std::filesystem::path& file)
    : library_(load(file)), descriptor_(accepted_descriptor(*library_)), description_(describe()) {
  description_.path = file;
  const std::vector<std::string> problems = description_problems(description_);
  if (!problems.empty()) throw PluginError(fmt::format("its description is wrong: {}", fmt::join(problems, "; ")));
}

PluginLibrary::~PluginLibrary() = default;

std::shared_ptr<boost::dll::shared_library> PluginLibrary::load(const std::filesystem::path& file) {
  if (auto problem = elf_problem(file)) throw PluginError(*problem);
  if (auto problem = trust_problem(file)) throw PluginError("not loaded, because " + *problem);
  PrivateCopy copy(file);
  if (auto problem = elf_problem(copy.path())) throw PluginError(*problem);  // somebody is writing it just now
  digest_ = copy.digest();
  loaded_as_ = copy.path();
  try {
    auto library = std::make_shared<boost::dll::shared_library>(
        loaded_as_, boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local);
    copy.keep();
    return library;
  } catch (const std::system_error& error) {
    std::string reason = reason_of(error.what());
    if (reason.starts_with(loaded_as_ + ": ")) reason = file.string() + reason.substr(loaded_as_.size());
    throw PluginError("the dynamic loader refuses it: " + reason);
  }
}

PluginDescription PluginLibrary::describe() const {
  Plugin plugin;
  try {
    descriptor_->describe(plugin);
    return {{}, descriptor_->name, descriptor_->version, plugin.components(), plugin.simulated_chips(), digest_};
  } catch (const std::exception& error) {
    throw PluginError(fmt::format("describing itself, it threw: {}", error.what()));
  } catch (...) {
    throw PluginError("describing itself, it threw something that is no std::exception");
  }
}

const ComponentSpec* PluginLibrary::find_type(std::string_view type) const {
  return find(components(), &ComponentSpec::type, type);
}

const SimulatedChipSpec* PluginLibrary::find_chip(std::string_view chip) const {
  return find(simulated_chips(), &SimulatedChipSpec::chip, chip);
}

}  // namespace m2ag::host
