#include "rest/openapi.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>

#include "rest/problem.h"

namespace api {
namespace {

using nlohmann::json;

/// "get_devices_device_components".
std::string id_of(const Route& route) {
  std::string id;
  std::ranges::transform(route.method, std::back_inserter(id),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string_view path = route.path;
  if (path.starts_with("/api/v1")) path.remove_prefix(7);
  for (const char c : path) {
    if (c == '{' || c == '}') continue;
    id += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return id;
}

json parameters_of(const Route& route) {
  auto list = json::array();
  for (std::size_t at = route.path.find('{'); at != std::string::npos; at = route.path.find('{', at + 1)) {
    const std::string name = route.path.substr(at + 1, route.path.find('}', at) - at - 1);
    list.push_back({{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  }
  for (const QueryParameter& each : route.query)
    list.push_back({{"name", each.name},
                    {"in", "query"},
                    {"required", each.required},
                    {"description", each.description},
                    {"schema", each.schema}});
  return list;
}

json problem_answer(int status) {
  return {{"description", title_of(status)},
          {"content", {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}};
}

json operation_of(const Route& route) {
  json operation{{"operationId", id_of(route)},
                 {"summary", route.summary},
                 {"tags", {route.tag}},
                 {"x-role", to_string(route.access)}};
  if (!route.scope.empty()) operation["x-scope"] = route.scope;
  if (auto parameters = parameters_of(route); !parameters.empty()) operation["parameters"] = std::move(parameters);
  if (route.body)
    operation["requestBody"] = {{"required", true}, {"content", {{"application/json", {{"schema", *route.body}}}}}};
  json answer{{"description", "Done"}};
  if (!route.answer.is_null()) answer["content"] = {{route.answer_type, {{"schema", route.answer}}}};
  operation["responses"][std::to_string(route.success)] = std::move(answer);
  std::set<int> errors(route.errors.begin(), route.errors.end());
  errors.insert({400, 421, 429, 500});
  if (route.access != Access::open) errors.insert({401, 403});
  if (route.body) errors.insert({413, 415, 422});
  for (const int status : errors) operation["responses"][std::to_string(status)] = problem_answer(status);
  if (route.access == Access::open) {
    operation["security"] = json::array();
  }
  return operation;
}

json problem_schema() {
  return {{"type", "object"},
          {"required", {"type", "title", "status"}},
          {"properties",
           {{"type", {{"type", "string"}}},
            {"title", {{"type", "string"}}},
            {"status", {{"type", "integer"}}},
            {"detail", {{"type", "string"}}},
            {"code", {{"type", "string"}}},
            {"errors",
             {{"type", "array"},
              {"items",
               {{"type", "object"},
                {"required", {"detail"}},
                {"properties",
                 {{"detail", {{"type", "string"}}},
                  {"pointer", {{"type", "string"}}},
                  {"file", {{"type", "string"}}},
                  {"line", {{"type", "integer"}}},
                  {"column", {{"type", "integer"}}}}}}}}}}}};
}

}  // namespace

json openapi_of(const RouteTable& table, const std::string& version) {
  json document{{"openapi", "3.1.0"},
                {"info",
                 {{"title", "m2ag"},
                  {"version", version},
                  {"description", "Devices, their history and their configuration, over HTTPS."},
                  {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
                {"servers", {{{"url", "/"}}}},
                {"security", {{{"bearer", json::array()}}, {{"session", json::array()}}}},
                {"components",
                 {{"securitySchemes",
                   {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}},
                    {"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "__Host-m2ag"}}}}},
                  {"schemas", {{"Problem", problem_schema()}}}}}};
  for (const Route& route : table.routes()) {
    std::string method = route.method;
    std::ranges::transform(method, method.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    document["paths"][route.path][method] = operation_of(route);
  }
  return document;
}

}  // namespace api
