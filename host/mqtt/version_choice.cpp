#include "mqtt/version_choice.h"

namespace m2ag::host {
namespace {

constexpr std::chrono::hours kOldFor{1};

// A broker that is going down closes too: only the second time is it the version that is suspected.
constexpr int kSuspiciousCloses = 2;

}  // namespace

MqttVersion VersionChoice::next(Time now) const {
  if (asked_ != MqttVersion::any) return asked_;
  return trial_ || now < old_until_ ? MqttVersion::v3_1_1 : MqttVersion::v5;
}

void VersionChoice::connected(MqttVersion version, Time now) {
  if (version == MqttVersion::v3_1_1 && trial_) old_until_ = now + kOldFor;
  trial_ = false;
  closed_at_connect_ = 0;
}

bool VersionChoice::failed(MqttVersion version, Failure failure, Time now) {
  if (asked_ != MqttVersion::any) return false;
  if (version == MqttVersion::v3_1_1) {
    trial_ = false;
    closed_at_connect_ = 0;
    if (failure == Failure::refused_version) old_until_ = Time{};
    return false;
  }
  switch (failure) {
    case Failure::refused_version: old_until_ = now + kOldFor; return true;
    case Failure::closed_at_connect: trial_ = ++closed_at_connect_ >= kSuspiciousCloses; return trial_;
    case Failure::other: break;
  }
  closed_at_connect_ = 0;
  return false;
}

}  // namespace m2ag::host
