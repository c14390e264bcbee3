#include "mqtt/reader/batch.h"

#include <cstring>

namespace m2ag::host::reader {

Batch::Batch(std::vector<Message> messages, Time received) : messages_(std::move(messages)), received_(received) {
  if (messages_.empty()) return;
  const char* const begin = messages_.front().topic.data();
  const Message& last = messages_.back();
  const std::string_view end = last.payload.data() != nullptr ? last.payload : last.topic;
  bytes_ = static_cast<std::size_t>(end.data() + end.size() - begin);
  text_ = std::make_unique_for_overwrite<char[]>(bytes_);
  std::memcpy(text_.get(), begin, bytes_);
  const auto moved = [&](std::string_view view) {
    return view.data() == nullptr ? view : std::string_view(text_.get() + (view.data() - begin), view.size());
  };
  for (Message& each : messages_) {
    each.topic = moved(each.topic);
    each.payload = moved(each.payload);
  }
}

}  // namespace m2ag::host::reader
