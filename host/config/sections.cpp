// The host's own keys: names, meaning, limits and defaults, for validation, schema and documentation alike.
#include <algorithm>

#include "config/descriptor.h"

namespace m2ag::host {

using namespace std::chrono_literals;

void DeviceSection::describe(ParamTable<DeviceSection>& table) {
  table.param("id", &DeviceSection::id, "id of the device, the second level of its topics")
      .required()
      .example("greenhouse");
  table.param("name", &DeviceSection::name, "name for people").example("Greenhouse");
  table.param("groups", &DeviceSection::groups, "groups whose commands this device takes too")
      .example(Value::List{"ground-floor"});
}

void TlsSection::describe(ParamTable<TlsSection>& table) {
  table
      .param("ca", &TlsSection::ca,
             "certificate of the authority that signed the broker's, PEM; without it the system's authorities")
      .example("tls/ca.crt");
  table.param("cert", &TlsSection::cert, "certificate this device shows, PEM").example("tls/greenhouse.crt");
  table.param("key", &TlsSection::key, "private key of that certificate, PEM").example("tls/greenhouse.key");
  table.param("verify_host", &TlsSection::verify_host, "the broker's certificate must carry the host name of the url");
}

void MqttSection::describe(ParamTable<MqttSection>& table) {
  table.param("url", &MqttSection::url, "the broker, mqtts://host:port or mqtt://host:port")
      .required()
      .example("mqtts://localhost:8883");
  table.param("base_topic", &MqttSection::base_topic, "first level of every topic");
  table.param("client_id", &MqttSection::client_id, "client id at the broker; without it m2ag- and the device's id")
      .example("m2ag-greenhouse");
  table.param("version", &MqttSection::version, "MQTT version; auto tries 5, then 3.1.1")
      .one_of({"auto", "5", "3.1.1"});
  table.param("keep_alive", &MqttSection::keep_alive, "how often the connection is proved at least").range(5s, 1h);
  table.param("username", &MqttSection::username, "user name at the broker");
  table.param("password", &MqttSection::password, "password at the broker; write it as !secret name").secret();
  table.param("tls", &MqttSection::tls, "certificates of the connection");
}

void LogSection::describe(ParamTable<LogSection>& table) {
  table.param("level", &LogSection::level, "the least grave lines that are written");
}

void StateSection::describe(ParamTable<StateSection>& table) {
  table.param(
      "file", &StateSection::file,
      "database of what must survive a restart; without it state.db in $STATE_DIRECTORY, else NAME.state.db beside the "
      "descriptor NAME.yaml");
}

namespace {

template <class Section>
ParamSpec section(std::string name, std::string description) {
  ParamSpec spec;
  spec.name = std::move(name);
  spec.description = std::move(description);
  ParamTraits<Section>::describe(spec);
  return spec;
}

/// One row of a table that no struct stands behind.
ParamSpec row(std::string name, ParamType type, std::string description, Value default_value = {}) {
  ParamSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.description = std::move(description);
  spec.default_value = std::move(default_value);
  return spec;
}

ParamSpec channels_row(const ComponentSpec& type) {
  ParamSpec channels = row("channels", ParamType::group, "what is said of single channels", Value::Map{});
  for (const ChannelSpec& channel : type.channels) {
    ParamSpec& group = channels.fields.emplace_back(row(channel.name, ParamType::group, channel.description));
    group.fields = channel_params(channel);
  }
  return channels;
}

}  // namespace

std::vector<ParamSpec> section_params() {
  std::vector<ParamSpec> sections{section<DeviceSection>("device", "which device this is"),
                                  section<MqttSection>("mqtt", "the broker; without it the device works alone"),
                                  section<LogSection>("log", "what is logged"),
                                  section<StateSection>("state", "what survives a restart")};
  sections.front().required = true;
  return sections;
}

std::vector<std::string_view> section_names() { return {"device", "mqtt", "log", "state", "simulated", "components"}; }

std::vector<ParamSpec> component_params(const ComponentSpec& spec) {
  std::vector<ParamSpec> params;
  params.push_back(row("type", ParamType::text, "which type of a plugin"));
  params.back().required = true;
  params.push_back(row("name", ParamType::text, "name for people; without it the id"));
  params.push_back(row("enabled", ParamType::boolean, "false: as if it were not there", true));
  params.push_back(
      row("lane", ParamType::text, "components of one lane never run at the same time; without it each has its own"));
  params.push_back(row("isolation", ParamType::text,
                       "process: runs in a process of its own, so that a crash ends only that; see docs/faults.md",
                       "none"));
  params.back().choices = {"none", "process"};
  if (spec.sensor) {
    params.push_back(
        row("interval", ParamType::duration, "time from one measurement to the next", spec.interval.count()));
    params.back().minimum = 1'000;                 // 1 ms
    params.back().maximum = 7.0 * 86'400'000'000;  // a week
    params.back().runtime = true;
  }
  params.push_back(row("publish_json", ParamType::boolean, "publish all channels as one JSON object too", false));
  params.push_back(channels_row(spec));
  params.insert(params.end(), spec.params.begin(), spec.params.end());
  return params;
}

bool has_secret(const ParamSpec& spec) { return spec.secret || std::ranges::any_of(spec.fields, has_secret); }

bool is_register(const ParamSpec& spec) { return spec.runtime && !has_secret(spec); }

std::vector<ParamSpec> chip_params(const SimulatedChipSpec& spec) {
  std::vector<ParamSpec> params{row("chip", ParamType::text, "which model of a plugin")};
  params.back().required = true;
  params.insert(params.end(), spec.params.begin(), spec.params.end());
  return params;
}

}  // namespace m2ag::host
