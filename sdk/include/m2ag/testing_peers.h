// The other components of a device, for FakeContext (testing.h): channels that a test adds, with their values, whether they are online, what
// they refuse. What is set on them is remembered, and is their new value. Calls to the plugin come through `post`, as on a lane.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "context.h"

namespace m2ag::testing {

/// What the plugin asked of another component: a set of a channel, or a command with its arguments.
struct PeerCall {
  std::string component, name;
  Value value;
  bool run = false;
};

class FakePeers {
 public:
  using Post = std::function<void(std::function<void()>)>;
  using Deliver = std::function<void(const std::string&, const std::string&, const Value&)>;

  explicit FakePeers(std::string self) : self_(std::move(self)) {}

  void add(const std::string& component, ChannelSpec spec) {
    const std::lock_guard lock(mutex_);
    Peer& peer = peers_[component];
    if (peer.channels.empty()) spec.main = true;
    peer.channels.push_back(std::move(spec));
  }
  void refuse(const std::string& component, std::string code, std::string sentence) {
    const std::lock_guard lock(mutex_);
    peers_[component].refusal = {std::move(code), std::move(sentence), {}};
  }
  void set_online(const std::string& component, bool online, const Post& post) {
    const std::lock_guard lock(mutex_);
    peers_[component].online = online;
    for (const auto& weak : watchers_) {
      if (const auto watcher = weak.lock(); watcher && watcher->component == component) tell(weak, post);
    }
  }
  void set_value(const ChannelName& channel, Value value) {
    const std::lock_guard lock(mutex_);
    peers_[channel.component].values[channel.channel] = std::move(value);
  }
  const std::vector<PeerCall>& calls() const { return calls_; }
  /// Refusals of calls without a handler: they would be the answer of the command that is being carried out.
  const std::vector<Answer>& refusals() const { return refusals_; }

  void set(const ChannelName& channel, Value value, AnswerHandler done, const Post& post, const Deliver& deliver) {
    Answer answer = refusal_for(channel.component);
    ChannelName name = channel;
    if (answer.ok()) {
      try {
        const ChannelSpec spec = find(channel);
        name.channel = spec.name;
        if (!spec.writable) answer = {"read_only", channel.text() + " cannot be set", {}};
      } catch (const DeviceError& error) {
        answer = {"unknown_channel", error.what(), {}};
      }
    }
    record({name.component, name.channel, value, false});
    if (answer.ok()) post([name, value, deliver] { deliver(name.component, name.channel, value); });
    reply(std::move(answer), std::move(done), post);
  }
  void run(std::string_view component, std::string_view command, Value arguments, AnswerHandler done,
           const Post& post) {
    record({std::string(component), std::string(command), std::move(arguments), true});
    reply(refusal_for(component), std::move(done), post);
  }
  Handle watch(std::string_view component, std::function<void(bool)> handler, const Post& post) {
    auto watcher = std::make_shared<Watcher>(Watcher{std::string(component), std::move(handler), std::nullopt});
    const std::lock_guard lock(mutex_);
    watchers_.push_back(watcher);
    tell(watcher, post);
    return watcher;
  }
  std::optional<Value> value(const ChannelName& channel) const {
    const std::lock_guard lock(mutex_);
    const auto peer = peers_.find(channel.component);
    if (peer == peers_.end()) return std::nullopt;
    const auto entry = peer->second.values.find(channel.channel);
    return entry == peer->second.values.end() ? std::nullopt : std::optional(entry->second);
  }
  ChannelSpec find(const ChannelName& name) const {
    const std::lock_guard lock(mutex_);
    const auto peer = peers_.find(name.component);
    if (peer == peers_.end()) throw DeviceError("there is no component \"" + name.component + "\"");
    for (const ChannelSpec& each : peer->second.channels) {
      if (name.channel.empty() ? each.main : each.name == name.channel) return each;
    }
    throw DeviceError(name.component + ": there is no channel \"" + name.channel + "\"");
  }

 private:
  struct Peer {
    std::vector<ChannelSpec> channels;
    std::map<std::string, Value, std::less<>> values;
    bool online = true;
    Answer refusal;
  };
  struct Watcher {
    std::string component;
    std::function<void(bool)> handler;
    std::optional<bool> told;
  };

  Answer refusal_for(std::string_view component) const {
    if (component == self_) return {"loop", self_ + " cannot command itself", {}};
    const std::lock_guard lock(mutex_);
    const auto peer = peers_.find(component);
    if (peer == peers_.end())
      return {"unknown_component", "there is no component \"" + std::string(component) + "\"", {}};
    return peer->second.refusal;
  }
  void record(PeerCall call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
  }
  void reply(Answer answer, AnswerHandler done, const Post& post) {
    if (done) return post([answer = std::move(answer), done = std::move(done)] { done(answer); });
    const std::lock_guard lock(mutex_);
    if (!answer.ok()) refusals_.push_back(std::move(answer));
  }
  void tell(std::weak_ptr<Watcher> weak, const Post& post) {
    post([this, weak = std::move(weak)] {
      const auto watcher = weak.lock();
      if (!watcher) return;
      bool online = false;
      {
        const std::lock_guard lock(mutex_);
        const auto peer = peers_.find(watcher->component);
        online = peer != peers_.end() && peer->second.online;
        if (std::exchange(watcher->told, online) == online) return;
      }
      watcher->handler(online);
    });
  }

  const std::string self_;
  mutable std::mutex mutex_;
  std::map<std::string, Peer, std::less<>> peers_;
  std::vector<std::weak_ptr<Watcher>> watchers_;
  std::vector<PeerCall> calls_;
  std::vector<Answer> refusals_;
};

}  // namespace m2ag::testing
