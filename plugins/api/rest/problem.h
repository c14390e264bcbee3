// What went wrong with a request, as RFC 9457 has it. Handlers throw it; it becomes the answer. Plain value.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "http/message.h"

namespace api {

/// One of several mistakes: where it is, in the body (`pointer`, RFC 6901) or in a file.
struct Mistake {
  std::string detail;
  std::string pointer;  ///< "/value"; empty: of a file
  std::string file;
  int line = 0, column = 0;  ///< from 1; 0: not known
};

class Problem : public std::exception {
 public:
  /// `detail`: a sentence that says what was expected, what was found, and the way out.
  Problem(int its_status, std::string sentence) : status(its_status), detail(std::move(sentence)) {}

  const char* what() const noexcept override { return detail.c_str(); }
  Response response() const;

  int status;
  std::string detail;
  std::string code;  ///< the device's word for it: "busy", "out_of_range"; empty: none
  std::vector<Mistake> errors;
  std::optional<std::chrono::seconds> retry_after;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// "Not Found" for 404.
std::string title_of(int status);

/// JSON with what is not UTF-8 replaced.
Response json_response(const nlohmann::json& json, int status = 200);

}  // namespace api
