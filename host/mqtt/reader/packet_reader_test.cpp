#include "mqtt/reader/packet_reader.h"

#include <fmt/format.h>

#include "catch.h"
#include "mqtt/reader/test_packets.h"

using namespace m2ag::host::reader;

namespace {

constexpr std::size_t kLimit = 100'000;

std::string stream() {
  return connack_packet() + publish_packet("a/b", "21.5", 7) + publish_packet("c", "") + suback_packet(1, {1, 0x87}) +
         packet(0xD0, "") + publish_packet("long", std::string(300, 'x'), 65535) + packet(0xE0, bytes({0x8E}));
}

std::string refusal(std::string_view text) {
  try {
    packets_of(text, 1, PacketReader::kLeastLimit);
  } catch (const ProtocolError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("packets are the same however the stream is cut into pieces") {
  const std::string text = stream();
  const auto whole = packets_of(text, text.size(), kLimit);
  REQUIRE(whole.size() == 7);
  CHECK(whole[1].type == PacketType::publish);
  CHECK(whole[1].flags == 2);
  CHECK(whole[5].body.size() == 2 + 4 + 2 + 1 + 300);
  CHECK(whole[6].body == bytes({0x8E}));
  for (std::size_t piece = 1; piece < text.size(); ++piece) CHECK(packets_of(text, piece, kLimit) == whole);
}

TEST_CASE("a stream that is cut once at any byte gives all packets") {
  const std::string text = stream();
  for (std::size_t at = 0; at <= text.size(); ++at) {
    PacketReader reader(kLimit);
    std::size_t count = 0;
    for (const std::string_view part : {std::string_view(text).substr(0, at), std::string_view(text).substr(at)}) {
      feed(reader, part);
      while (reader.next()) ++count;
    }
    CHECK(count == 7);
  }
}

TEST_CASE("a packet larger than the space gets a buffer of its size, and the buffer goes with it") {
  PacketReader reader(kLimit);
  const std::string text = publish_packet("big", std::string(90'000, 'x'), 1);
  std::string_view left = text;
  std::optional<Packet> found;
  while (!left.empty()) {
    const auto space = reader.space();
    const std::size_t count = left.copy(space.data(), space.size());
    reader.filled(count);
    left.remove_prefix(count);
    found = reader.next();
  }
  REQUIRE(found);
  CHECK(found->size == text.size());
  CHECK(found->body == std::string_view(text).substr(text.size() - found->body.size()));
  CHECK(reader.capacity() == text.size());
  CHECK(reader.space().size() == PacketReader::kSpace);
  CHECK(reader.capacity() == PacketReader::kSpace);
}

TEST_CASE("of a message over the limit topic and identifier are kept, and the stream goes on behind it") {
  const std::string large = publish_packet("too/large", std::string(200'000, 'x'), 9);
  const std::string text = publish_packet("a", "1") + large + publish_packet("b", "2");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, std::size_t{70'000}, text.size()}) {
    const auto all = packets_of(text, piece, PacketReader::kLeastLimit);
    REQUIRE(all.size() == 3);
    CHECK(all[1].cut);
    CHECK(all[1].size == large.size());
    CHECK(all[1].body == bytes({0, 9}) + "too/large" + bytes({0, 9}));
    CHECK_FALSE(all[2].cut);
  }
}

TEST_CASE("passing over a large message takes no memory") {
  PacketReader reader(PacketReader::kLeastLimit);
  feed(reader, publish_packet("large", std::string(30'000, 'x')).substr(0, 20'000));
  REQUIRE(reader.next());
  for (int i = 0; i < 100; ++i) {
    feed(reader, std::string(100, 'x'));
    CHECK_FALSE(reader.next());
  }
  CHECK(reader.capacity() == PacketReader::kSpace);
}

TEST_CASE("what no broker may send to a reader is refused with a sentence") {
  CHECK_THAT(refusal(packet(0x10, "")), Catch::Contains("type 1"));
  CHECK_THAT(refusal(packet(0x00, "")), Catch::Contains("type 0"));
  CHECK_THAT(refusal(packet(0xF0, "")), Catch::Contains("type 15"));
  CHECK_THAT(refusal(packet(0x21, bytes({0, 0}))), Catch::Contains("flags 0x1"));
  CHECK_THAT(refusal(bytes({0x30, 0xFF, 0xFF, 0xFF, 0xFF, 1})), Catch::Contains("more than four bytes"));
  CHECK_THAT(refusal(bytes({0x90, 0xFF, 0xFF, 0xFF, 0x7F})), Catch::Contains("268435460 bytes, at most 1024"));
  CHECK_THAT(refusal(publish_packet(std::string(2000, 't'), "x")), Catch::Contains("topic alone"));
  CHECK(refusal(stream()).empty());
}
