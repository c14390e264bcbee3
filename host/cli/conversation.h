// One message to a device and its answer, for the verbs that act as a client. From the main thread, before any other is started.
#pragma once

#include <string>
#include <string_view>

#include "mqtt/settings.h"

namespace m2ag::host {

struct Question {
  std::string topic, payload;
  std::string reply_topic;  ///< where the answer comes; empty: none is waited for
  bool retain = false;
  double seconds = 5;  ///< for the connection and the answer together
};

struct Answer {
  int exit_code = 0;
  std::string text;  ///< JSON; empty when none was asked for or none came: then stderr says why
};

/// Waits until the answer is there, the time is over or Ctrl-C comes.
Answer ask(std::string_view verb, const Question& question, MqttSettings settings);

}  // namespace m2ag::host
