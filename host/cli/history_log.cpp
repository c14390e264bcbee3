#include "cli/history_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/topic.h"
#include "history/csv.h"

namespace m2ag::host {
namespace {

using nlohmann::json;
using namespace history;

/// The broker's topics and payloads are strangers': what is no text is shown as JSON shows it.
std::string one_line(const std::string& text) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (valid_utf8(text) && std::ranges::none_of(text, is_control)) return text;
  return json(text).dump(-1, ' ', true, json::error_handler_t::replace);
}

json detail_of(const Happening& event) {
  json detail = json::parse(event.detail, nullptr, false);
  return detail.is_discarded() ? json(event.detail) : detail;
}

template <class Row, class Line>
void print(Page<Row> page, bool as_json, Line line) {
  std::ranges::reverse(page.rows);
  json all = json::array();
  for (const Row& row : page.rows) line(row, all);
  if (as_json) std::cout << all.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
}

}  // namespace

void print_messages(Reader& reader, LogQuery query, bool as_json) {
  query.newest_first = true;
  print(reader.messages(query), as_json, [&](const Message& message, json& all) {
    if (as_json) {
      all.push_back({{"time", time_text(message.time)},
                     {"topic", message.topic},
                     {"payload", message.payload},
                     {"qos", message.qos},
                     {"retain", message.retain}});
    } else {
      std::cout << fmt::format("{} {} {}\n", time_text(message.time), one_line(message.topic),
                               one_line(message.payload));
    }
  });
}

void print_events(Reader& reader, LogQuery query, bool as_json) {
  query.newest_first = true;
  print(reader.happenings(query), as_json, [&](const Happening& event, json& all) {
    if (as_json) {
      all.push_back({{"time", time_text(event.time)},
                     {"device", event.device},
                     {"source", event.source},
                     {"type", event.type},
                     {"detail", detail_of(event)}});
    } else {
      const std::string source = event.source.empty() ? event.device : event.device + '/' + event.source;
      std::cout << fmt::format("{} {} {} {}\n", time_text(event.time), one_line(source), one_line(event.type),
                               one_line(event.detail));
    }
  });
}

}  // namespace m2ag::host
