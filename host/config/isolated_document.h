// The descriptor of one isolated component as text, for the process that it runs in: what runs, not what stands in the files just now, with
// secrets in it. Only for a descriptor that the process alone reads. Functions without state: any thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "config/descriptor.h"

namespace m2ag::host {

/// The database of an isolated component, absolute: in a folder of their own, so that no id meets a file that lies beside the device's.
std::filesystem::path isolated_state_file(const std::string& state_file, std::string_view id);

/// Of the component `id` alone, with a client id and a database of its own.
std::string isolated_document(const Descriptor& descriptor, std::string_view id);

/// The way back, for bind_descriptor; `file` is the descriptor's. Throws std::runtime_error when it is no such text.
Sources read_isolated_document(std::string_view text, const std::filesystem::path& file);

}  // namespace m2ag::host
