// Text in a buffer of its own, for code that must not allocate: what does not fit is cut off. Safe in a signal handler.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace m2ag::host {

template <std::size_t Size>
class FixedText {
 public:
  /// Control characters become '?': what is appended may be a plugin's text, or memory that was overwritten.
  FixedText& operator<<(std::string_view text) noexcept {
    for (const char c : text) {
      if (length_ == Size) break;
      text_[length_++] = (c >= 0 && c < ' ') || c == 0x7F ? '?' : c;
    }
    return *this;
  }
  FixedText& operator<<(unsigned long long number) noexcept {
    std::array<char, 20> digits{};
    std::size_t first = digits.size();
    do {
      digits[--first] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number > 0);
    return *this << std::string_view(digits.data() + first, digits.size() - first);
  }
  FixedText& end_line() noexcept {
    if (length_ == Size) --length_;
    text_[length_++] = '\n';
    return *this;
  }
  std::string_view view() const noexcept { return {text_.data(), length_}; }

 private:
  std::array<char, Size> text_{};
  std::size_t length_ = 0;
};

}  // namespace m2ag::host
