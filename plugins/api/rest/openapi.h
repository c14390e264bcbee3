// The OpenAPI 3.1 document of a table of routes. Pure function, any thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "rest/route_table.h"

namespace api {

nlohmann::json openapi_of(const RouteTable& table, const std::string& version);

}  // namespace api
