// One command to many: sets each of its members, and is on when any or all of them are. Keeps no state of its own: it is what its members are.
#include <m2ag/m2ag.h>

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace group {
namespace {

enum class OnWhen { any, all };
constexpr auto choices(OnWhen) {
  return std::array<std::pair<std::string_view, OnWhen>, 2>{{{"any", OnWhen::any}, {"all", OnWhen::all}}};
}

class Group final : public m2ag::Component, public m2ag::Switch {
 public:
  struct Params {
    std::vector<m2ag::ChannelName> members;
    OnWhen on_when = OnWhen::any;
  };

  Group(m2ag::Context& context, Params params) : Component(context), params_(std::move(params)) {
    if (params_.members.empty()) throw m2ag::ConfigError("members: expected at least one");
    for (const m2ag::ChannelName& name : params_.members) {
      if (name.component == context.component())
        throw m2ag::ConfigError("members: " + name.component + " is this group itself");
    }
  }

  void start() override {
    for (const m2ag::ChannelName& name : params_.members) add(name);
    for (Member& member : members_) listen(member);
    tell();
  }

  /// The members answer for it: who refuses is named in the answer.
  void set(bool on) override {
    for (const Member& member : members_) context().set(member.name, on);
  }

  void stop() noexcept override { members_.clear(); }

 private:
  struct Member {
    m2ag::ChannelName name;
    bool online = false;
    std::optional<bool> on{};
    m2ag::Handle value{}, availability{};
  };

  void add(m2ag::ChannelName name) {
    const m2ag::ChannelSpec channel = context().channel(name);
    name.channel = channel.name;
    if (channel.type != m2ag::ChannelType::boolean || !channel.writable)
      throw m2ag::DeviceError("members: " + name.text() + " cannot be switched on and off");
    const auto twice =
        std::find_if(members_.begin(), members_.end(), [&](const Member& each) { return each.name == name; });
    if (twice != members_.end()) throw m2ag::ConfigError("members: " + name.text() + " is named twice");
    members_.push_back({name});
  }

  void listen(Member& member) {
    take(member, context().value(member.name));
    member.value = context().subscribe(member.name.text(), [this, &member](const m2ag::ChannelUpdate& update) {
      take(member, update.value);
      tell();
    });
    member.availability = context().on_availability(member.name.component, [this, &member](bool online) {
      member.online = online;
      tell();
    });
  }

  static void take(Member& member, const std::optional<m2ag::Value>& value) {
    if (value && value->is_bool()) member.on = value->as_bool();
  }

  /// A member that is offline is not on, whatever it was last.
  void tell() {
    const auto online = [](const Member& each) { return each.online; };
    const auto known = [](const Member& each) { return each.online && each.on; };
    const auto on = [](const Member& each) { return each.online && each.on.value_or(false); };
    const bool anybody = std::any_of(members_.begin(), members_.end(), online);
    context().set_online(anybody, "no member is online");
    if (std::none_of(members_.begin(), members_.end(), known)) return;
    const bool state = params_.on_when == OnWhen::any ? std::any_of(members_.begin(), members_.end(), on)
                                                      : std::all_of(members_.begin(), members_.end(), on);
    if (std::exchange(state_, state) != state) publish("state", state);
  }

  const Params params_;
  std::deque<Member> members_;  // their handlers point into it
  std::optional<bool> state_;
};

}  // namespace

M2AG_PLUGIN("group", "1.0.0", plugin) {
  plugin.component<Group>("group", "One command to many: switches all its members")
      .param("members", &Group::Params::members,
             "what is switched: component/channel, or a component for its main channel")
      .required()
      .example(m2ag::Value::List{"lamp-1", "lamp-2"})
      .param("on_when", &Group::Params::on_when, "on when any of the members is, or when all are");
}

}  // namespace group
