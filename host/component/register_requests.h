// The requests `registers` (what there is, as it is now) and `reset-register` (the descriptor's value again).
#pragma once

#include "component/router.h"
#include "component/supervisor.h"

namespace m2ag::host {

/// As the request lists them. Any thread.
Value::List registers_of(const Instance& instance);

/// The supervisor outlives the router.
void add_register_requests(Router& router, const Supervisor& supervisor);

}  // namespace m2ag::host
