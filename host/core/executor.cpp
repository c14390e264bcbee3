#include "core/executor.h"

#include "core/worker_pool.h"

namespace m2ag::host {

Executor::Executor(const Clock& clock, ExecutorOptions options)
    : clock_(clock), pool_(std::make_shared<WorkerPool>(options)) {
  pool_->start();
}

Executor::~Executor() { stop(std::chrono::steady_clock::now() + std::chrono::seconds(5)); }

bool Executor::stop(std::chrono::steady_clock::time_point deadline) { return pool_->stop(deadline); }

ExecutorStats Executor::stats() const { return pool_->stats(); }

}  // namespace m2ag::host
