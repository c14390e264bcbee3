// One route: what a request must be, who may send it, what it does, and all that is said of it in the OpenAPI document. Plain data.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "http/message.h"

namespace api {

/// Who may use a route. Each may what those before it may.
enum class Access { open, viewer, operating, admin };

/// "open", "viewer", "operator", "admin".
std::string_view to_string(Access access);

/// Who sends a request.
struct Caller {
  std::string name;            ///< of the user; of a token `token:ID`; empty: nobody
  Access role = Access::open;  ///< what they may
  std::string via;             ///< "session", "token" or empty
  std::string session;         ///< the secret of the session; empty without one
  std::string address;         ///< where the request comes from
  std::string user_agent;
  std::vector<std::string> scopes;  ///< of a token; empty: all that its role may
};

struct Call {
  const Request& request;
  std::map<std::string, std::string, std::less<>> path;  ///< decoded: what stands for `{device}`
  Caller caller;
  nlohmann::json body;  ///< has passed the route's schema; null without one

  /// Throws Problem 422 when it is there and no such number, or out of range.
  std::int64_t integer(const std::string& name, std::int64_t fallback, std::int64_t least, std::int64_t most) const;
  std::string text(const std::string& name, std::string fallback = {}) const;
};

struct QueryParameter {
  std::string name;
  std::string description;
  nlohmann::json schema;  ///< JSON Schema of its value
  bool required = false;
};

struct Route {
  std::string method;  ///< "GET"
  std::string path;    ///< "/api/v1/devices/{device}"
  Access access = Access::admin;
  std::string scope;    ///< a token with scopes needs this one: "read", "command", "config", "users"
  std::string tag;      ///< chapter of the document
  std::string summary;  ///< one line
  std::vector<QueryParameter> query;
  std::optional<nlohmann::json> body;  ///< JSON Schema; a request must have it then
  int success = 200;
  nlohmann::json answer;  ///< JSON Schema of a success; null: none
  std::string answer_type = "application/json";
  std::vector<int> errors;            ///< beside 400, 401, 403, 421, 429 and 500, which any may have
  std::size_t most_body = 16 * 1024;  ///< bytes
  bool is_audited = false;            ///< always, when it is no GET
  std::function<Response(const Call&)> handle;
};

}  // namespace api
