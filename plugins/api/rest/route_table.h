// All routes: finds the one of a request and describes them. Filled before the server starts, then constant: any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "rest/route.h"

namespace api {

class RouteTable {
 public:
  struct Found {
    const Route* route;
    std::map<std::string, std::string, std::less<>> path;
  };

  /// Throws std::logic_error when there is one of that method and path already.
  void add(Route route);
  const std::vector<Route>& routes() const { return routes_; }

  /// `path` as it was sent; each segment is decoded on its own, so that an encoded slash is none. Throws Problem: 404, 405 with `Allow`, or
  /// 400 for a path that is not percent-encoded or has `.` or `..` in it.
  Found find(std::string_view method, std::string_view path) const;

 private:
  std::vector<Route> routes_;
};

/// Throws Problem 422 with a pointer for each mistake. Knows of JSON Schema what the routes use: type, properties, required,
/// additionalProperties, enum, items, minimum, maximum, minLength, maxLength.
void check_body(const nlohmann::json& body, const nlohmann::json& schema);

}  // namespace api
