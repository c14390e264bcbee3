// `m2ag history messages` and `events`: the newest entries of the two lists that a logger keeps beside samples, oldest first.
#pragma once

#include "history/reader.h"

namespace m2ag::host {

/// Prints the newest `query.limit` of those that match, a line each or as one JSON array. Throws as Reader.
void print_messages(history::Reader& reader, history::LogQuery query, bool json);
void print_events(history::Reader& reader, history::LogQuery query, bool json);

}  // namespace m2ag::host
