// What a broker sends to the MQTT reader. The first byte of the input chooses version and sizes, the rest is the stream. It must end
// in messages or in a sentence, and be the same in one piece and in many.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mqtt/reader/session.h"
#include "mqtt/reader/wire.h"
#include "require.h"

namespace {

using fuzz::require;
namespace reader = m2ag::host::reader;

struct Outcome {
  std::string messages;  // all of them, in one text
  std::string end;       // why there are no more; empty: the stream is over
  std::string answers;
  bool operator==(const Outcome&) const = default;
};

void note(Outcome& outcome, const reader::Batch& batch, std::uint64_t& last) {
  for (const reader::Message& each : batch.messages()) {
    require(each.number == ++last, "numbers have no gap");
    require(each.qos <= 1 && (each.qos == 1) == (each.packet_id != 0), "QoS 1 has an identifier, QoS 0 none");
    require(!each.topic.empty(), "a message has a topic");
    require(!each.too_long || each.payload.empty(), "a message over the limit has no payload");
    require(each.topic.size() + each.payload.size() < each.packet_size, "a message is smaller than its packet");
    // Reads every byte: the sanitizer sees a view that leads out of the batch.
    outcome.messages += std::string(each.topic) + '=' + std::string(each.payload) + '\n';
  }
}

Outcome run(std::string_view stream, unsigned choice, std::size_t piece) {
  reader::Settings settings;
  settings.client_id = "fuzz";
  settings.filters.resize(choice & 2U ? 101 : 1);
  settings.maximum_packet = 1024;
  settings.unacknowledged_limit = 7;
  const auto version = choice & 1U ? m2ag::host::MqttVersion::v5 : m2ag::host::MqttVersion::v3_1_1;
  std::uint64_t numbered = 0, seen = 0;
  reader::Session session(settings, version, numbered, {});
  Outcome outcome;
  outcome.answers = session.output();  // CONNECT
  session.output().clear();
  try {
    while (!stream.empty()) {
      const auto space = session.space();
      const std::size_t count = stream.copy(space.data(), std::min(space.size(), piece));
      require(count > 0, "there is room for the next byte");
      session.filled(count, {});
      stream.remove_prefix(count);
      for (;;) {
        const auto phase = session.phase();
        const reader::Batch batch = session.take({});
        require(session.unacknowledged() <= 7, "the limit of unacknowledged messages holds");
        note(outcome, batch, seen);
        session.acknowledge(batch.last());
        outcome.answers += session.output();
        session.output().clear();
        require(session.unacknowledged() == 0, "what is acknowledged is gone");
        if (batch.empty() && phase == session.phase()) break;
      }
    }
  } catch (const reader::SessionEnded& ended) {
    outcome.end = ended.what();
  } catch (const reader::ProtocolError& error) {
    outcome.end = error.what();
  }
  outcome.answers += session.output();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = run(stream, data[0], stream.size());
  const Outcome pieces = run(stream, data[0], 1 + data[0] / 4U);
  require(whole == pieces, "messages, answers and end are the same in pieces");
  return 0;
}
