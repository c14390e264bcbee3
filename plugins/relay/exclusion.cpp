#include "exclusion.h"

#include <algorithm>
#include <utility>

namespace relay {
namespace {

/// The one object that the relays of a process share: each runs on a lane of its own, and two of an interlock must not find each other off
/// at the same time. The host gives components nothing to share, and all relays of a device are in one process.
Interlocks& interlocks() {
  static Interlocks shared;
  return shared;
}

}  // namespace

Exclusion::Exclusion(m2ag::Context& context, std::vector<std::string> interlock, std::chrono::microseconds dead_time)
    : context_(context),
      interlock_(std::move(interlock)),
      dead_time_(dead_time),
      key_(context.device(), context.component()) {}

bool Exclusion::exists() const { return !interlock_.empty() || !context_.named_by("interlock").empty(); }

std::vector<Interlocks::Other> Exclusion::others() const {
  std::vector<std::string> ids = interlock_;
  for (std::string& id : context_.named_by("interlock")) {
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(std::move(id));
  }
  std::vector<Interlocks::Other> others;
  for (std::string& id : ids) {
    const bool relay = context_.type_of(id) == "relay";
    others.push_back({std::move(id), relay});
  }
  return others;
}

void Exclusion::join() { interlocks().join(key_, dead_time_); }

std::optional<Interlocks::Conflict> Exclusion::claim() {
  return interlocks().claim(
      key_, [this] { return others(); }, context_.now());
}

void Exclusion::off(Time since) { interlocks().off(key_, since); }

void Exclusion::unknown() { interlocks().unknown(key_); }

}  // namespace relay
