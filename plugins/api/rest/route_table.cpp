#include "rest/route_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/topic.h"
#include "rest/problem.h"

namespace api {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) { return m2ag::host::split(path); }

bool is_variable(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

/// Nothing when it is another path.
std::optional<std::map<std::string, std::string, std::less<>>> matched(std::string_view pattern,
                                                                       const std::vector<std::string>& path) {
  const auto wanted = segments_of(pattern);
  if (wanted.size() != path.size()) return {};
  std::map<std::string, std::string, std::less<>> variables;
  for (std::size_t n = 0; n < wanted.size(); ++n) {
    if (is_variable(wanted[n])) {
      if (path[n].empty()) return {};
      variables.emplace(wanted[n].substr(1, wanted[n].size() - 2), path[n]);
    } else if (wanted[n] != path[n]) {
      return {};
    }
  }
  return variables;
}

std::vector<std::string> decoded_segments(std::string_view path) {
  std::vector<std::string> segments;
  for (const std::string_view segment : segments_of(path)) {
    auto decoded = percent_decoded(segment, false);
    if (!decoded || !m2ag::host::valid_utf8(*decoded)) throw Problem(400, "the path is not percent-encoded UTF-8");
    if (*decoded == "." || *decoded == "..") throw Problem(400, "the path has \"..\" in it");
    segments.push_back(std::move(*decoded));
  }
  return segments;
}

}  // namespace

std::string_view to_string(Access access) {
  constexpr std::string_view kWords[] = {"open", "viewer", "operator", "admin"};
  return kWords[static_cast<int>(access)];
}

std::int64_t Call::integer(const std::string& name, std::int64_t fallback, std::int64_t least,
                           std::int64_t most) const {
  const auto text = request.parameter(name);
  if (!text) return fallback;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || value < least || value > most)
    throw Problem(422,
                  fmt::format("{}: expected an integer from {} to {}, found \"{:.50}\"", name, least, most, *text));
  return value;
}

std::string Call::text(const std::string& name, std::string fallback) const {
  return request.parameter(name).value_or(std::move(fallback));
}

void RouteTable::add(Route route) {
  const auto is_same = [&](const Route& other) { return other.method == route.method && other.path == route.path; };
  if (std::ranges::any_of(routes_, is_same))
    throw std::logic_error(route.method + ' ' + route.path + " is there twice");
  routes_.push_back(std::move(route));
}

RouteTable::Found RouteTable::find(std::string_view method, std::string_view path) const {
  const auto segments = decoded_segments(path);
  const Route* found = nullptr;
  std::map<std::string, std::string, std::less<>> variables;
  std::string allowed;
  for (const Route& route : routes_) {
    auto match = matched(route.path, segments);
    if (!match) continue;
    if (route.method == method) {
      // "/users/me" before "/users/{name}"
      if (found == nullptr || match->size() < variables.size()) {
        found = &route;
        variables = std::move(*match);
      }
      continue;
    }
    if (allowed.find(route.method) == std::string::npos) allowed += (allowed.empty() ? "" : ", ") + route.method;
  }
  if (found != nullptr) return {found, std::move(variables)};
  if (allowed.empty()) throw Problem(404, fmt::format("there is no {:.200}; see /api/v1/openapi.json", path));
  Problem problem(405, fmt::format("{:.200} takes {}, not {:.20}", path, allowed, method));
  problem.headers.emplace_back("Allow", allowed);
  throw problem;
}

}  // namespace api
