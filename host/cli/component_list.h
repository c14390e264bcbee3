// What `request/list` answers: every component of the descriptor with what became of it. Any thread.
#pragma once

#include <m2ag/value.h>

#include "component/supervisor.h"
#include "config/descriptor.h"

namespace m2ag::host {

Value component_list(const Descriptor& descriptor, const Supervisor& supervisor);

}  // namespace m2ag::host
