// The whole SDK in one include.
#pragma once

#include "abi.h"        // IWYU pragma: export
#include "component.h"  // IWYU pragma: export
#include "plugin.h"     // IWYU pragma: export
#include "saved.h"      // IWYU pragma: export
#include "throttle.h"   // IWYU pragma: export
