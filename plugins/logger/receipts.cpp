#include "receipts.h"

#include <utility>

#include "history/checksum.h"

namespace logger {
namespace {

using m2ag::host::reader::Message;

constexpr std::size_t kSize = 6;

/// Never 0, which stands for none.
std::uint32_t sum_of(const Message& message) {
  std::string text(message.topic);
  text += '\0';
  text += message.payload;
  return m2ag::host::history::crc32(text) | 1U;
}

}  // namespace

Receipts::Receipts(std::string_view text) {
  if (text.size() % kSize != 0) return;
  before_ = text;
  const auto byte = [&](std::size_t place) { return std::uint32_t{static_cast<unsigned char>(text[place])}; };
  for (std::size_t n = 0; n < text.size(); n += kSize) {
    sums_[byte(n) << 8U | byte(n + 1)] = byte(n + 2) << 24U | byte(n + 3) << 16U | byte(n + 4) << 8U | byte(n + 5);
  }
}

bool Receipts::has(const Message& message) const {
  return message.qos > 0 && message.duplicate && sums_[message.packet_id] == sum_of(message);
}

void Receipts::add(const Message& message) {
  if (message.qos == 0) return;
  const std::uint32_t sum = sum_of(message);
  sums_[message.packet_id] = sum;
  for (const unsigned shift : {8U, 0U}) now_ += static_cast<char>(message.packet_id >> shift & 0xFFU);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) now_ += static_cast<char>(sum >> shift & 0xFFU);
}

std::string Receipts::next() {
  std::string text = before_ + now_;
  before_ = std::exchange(now_, {});
  return text;
}

}  // namespace logger
