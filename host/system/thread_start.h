// Makes every thread of the process start by way of this program (see the source): a thread that a component starts is known as its own.
#pragma once

namespace m2ag::host {

/// Whether it is so; under a sanitizer it is not. Asking is what links it into a program.
bool threads_are_ours() noexcept;

}  // namespace m2ag::host
