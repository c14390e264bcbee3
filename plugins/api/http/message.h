// A request and its answer as plain values: all that the rest of the API sees of HTTP. Knows no server.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace api {

struct Request {
  std::string method;                          ///< "GET"
  std::string path;                            ///< as it was sent, without the query: percent-encoded
  std::map<std::string, std::string> query;    ///< decoded; of one name that is there twice, the first
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// Empty when it is not there.
  std::string_view header(const std::string& lower_case_name) const;
  std::optional<std::string> parameter(const std::string& name) const;
  /// Of the header Cookie (RFC 6265 §5.4); empty when it is not there.
  std::string_view cookie(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// Instead of an answer: takes the connection over, a descriptor of its own that whoever takes it must close. Nothing else is sent.
  std::function<void(int descriptor)> take_over;
};

/// `%41` → `A`, and in a query `+` → space. Nothing for a `%` without two digits, and for a NUL.
std::optional<std::string> percent_decoded(std::string_view text, bool is_query);

}  // namespace api
