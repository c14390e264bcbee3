// The requests `scan-i2c` and `gpio-map`: what `m2ag scan --json` shows, asked for over MQTT. Any thread.
#pragma once

#include "component/background_request.h"
#include "hardware/hardware.h"

namespace m2ag::host {

class ScanRequests {
 public:
  /// All must outlive what the executor runs.
  ScanRequests(Hardware& hardware, Executor& executor, Scheduler& scheduler, Log& log);

  void add_to(Router& router);
  /// As BackgroundRequest::close.
  void close();

 private:
  BackgroundRequest i2c_, gpio_;
};

}  // namespace m2ag::host
