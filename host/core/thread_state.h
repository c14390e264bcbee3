// What the kernel says about a thread of this process. Linux only. Any thread.
#pragma once

namespace m2ag::host {

/// The kernel's id of the calling thread.
int current_thread_id();

/// Whether a thread of this process runs or would run if a core were free; false when it sleeps, has ended or /proc is not readable.
/// Costs one read of /proc (some microseconds).
bool is_runnable(int thread_id);

}  // namespace m2ag::host
