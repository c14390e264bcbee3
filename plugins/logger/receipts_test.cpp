#include "receipts.h"

#include "catch.h"

using logger::Receipts;
using m2ag::host::reader::Message;

namespace {

Message message(std::uint16_t packet_id, std::string_view payload, bool duplicate) {
  Message message;
  message.topic = "tele/boiler/STATE";
  message.payload = payload;
  message.packet_id = packet_id;
  message.qos = 1;
  message.duplicate = duplicate;
  return message;
}

}  // namespace

TEST_CASE("a message is known again by its identifier, its contents and the flag DUP, all three") {
  Receipts receipts;
  receipts.add(message(300, "ON", false));
  CHECK(receipts.has(message(300, "ON", true)));
  CHECK_FALSE(receipts.has(message(300, "ON", false)));
  CHECK_FALSE(receipts.has(message(300, "OFF", true)));
  CHECK_FALSE(receipts.has(message(301, "ON", true)));
  Message once = message(300, "ON", true);
  once.qos = 0;
  CHECK_FALSE(receipts.has(once));
  receipts.add(message(300, "OFF", false));
  CHECK_FALSE(receipts.has(message(300, "ON", true)));
}

TEST_CASE("the receipts of two batches outlive the process") {
  Receipts receipts;
  CHECK(receipts.next().empty());
  for (std::uint16_t n = 1; n <= 3; ++n) {
    receipts.add(message(static_cast<std::uint16_t>(n * 1000), "x", false));
    const Receipts again(receipts.next());
    CHECK(again.has(message(static_cast<std::uint16_t>(n * 1000), "x", true)));
    if (n > 1) CHECK(again.has(message(static_cast<std::uint16_t>((n - 1) * 1000), "x", true)));
    if (n > 2) CHECK_FALSE(again.has(message(1000, "x", true)));
  }
  CHECK_FALSE(Receipts("nonsense").has(message(1, "x", true)));
}
