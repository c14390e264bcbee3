// Rules of the `mqtt` section that a table of parameters cannot say. Each gives a sentence, or nothing when all is well.
// Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace m2ag::host {

std::string url_problem(std::string_view url);
/// It must leave room for the levels below it.
std::string base_topic_problem(std::string_view topic);
std::string client_id_problem(std::string_view id);

}  // namespace m2ag::host
