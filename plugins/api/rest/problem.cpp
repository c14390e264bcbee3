#include "rest/problem.h"

#include <map>
#include <nlohmann/json.hpp>

namespace api {
namespace {

std::string dumped(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json as_json(const Mistake& mistake) {
  nlohmann::json json{{"detail", mistake.detail}};
  if (mistake.file.empty()) json["pointer"] = mistake.pointer;
  if (!mistake.file.empty()) json["file"] = mistake.file;
  if (mistake.line > 0) json["line"] = mistake.line;
  if (mistake.column > 0) json["column"] = mistake.column;
  return json;
}

}  // namespace

std::string title_of(int status) {
  static const std::map<int, std::string> titles{
      {400, "Bad Request"},         {401, "Unauthorized"},          {403, "Forbidden"},
      {404, "Not Found"},           {405, "Method Not Allowed"},    {409, "Conflict"},
      {412, "Precondition Failed"}, {413, "Content Too Large"},     {415, "Unsupported Media Type"},
      {421, "Misdirected Request"}, {422, "Unprocessable Content"}, {428, "Precondition Required"},
      {429, "Too Many Requests"},   {500, "Internal Server Error"}, {502, "Bad Gateway"},
      {503, "Service Unavailable"}, {504, "Gateway Timeout"}};
  const auto found = titles.find(status);
  return found == titles.end() ? "Error" : found->second;
}

Response Problem::response() const {
  nlohmann::json json{{"type", "about:blank"}, {"title", title_of(status)}, {"status", status}, {"detail", detail}};
  if (!code.empty()) json["code"] = code;
  for (const Mistake& mistake : errors) json["errors"].push_back(as_json(mistake));
  Response response{status, "application/problem+json", dumped(json), headers, {}};
  if (retry_after) response.headers.emplace_back("Retry-After", std::to_string(retry_after->count()));
  return response;
}

Response json_response(const nlohmann::json& json, int status) {
  return {status, "application/json", dumped(json), {}, {}};
}

}  // namespace api
