#include "mqtt/inbox.h"

#include <future>
#include <thread>

#include "catch.h"

using namespace m2ag::host;

namespace {

MqttMessage message(std::string_view topic, std::string_view payload) {
  MqttMessage incoming;
  incoming.topic = topic;
  incoming.payload = payload;
  return incoming;
}

/// An inbox whose handler waits until it may go on.
class HeldInbox {
 public:
  HeldInbox()
      : inbox(std::make_shared<Inbox>(executor_, [this](const MqttMessage& incoming) {
          open_.wait();
          seen.append(incoming.topic).append("=").append(incoming.payload).append(";");
          ++handled;
        })) {}
  ~HeldInbox() {
    if (!released_) release();
  }
  void release() {
    released_ = true;
    gate_.set_value();
  }
  /// True once all that waited was handed over.
  bool close() {
    const auto empty = std::make_shared<std::promise<void>>();
    inbox->close([empty] { empty->set_value(); });
    return empty->get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  }

  std::string seen;
  std::size_t handled = 0;

 private:
  SystemClock clock_;
  std::promise<void> gate_;
  std::shared_future<void> open_ = gate_.get_future().share();
  bool released_ = false;
  Executor executor_{clock_};

 public:
  std::shared_ptr<Inbox> inbox;
};

}  // namespace

TEST_CASE("messages are handed over in order with their texts, also those that came before the close") {
  HeldInbox held;
  {
    const std::string payload = "gone soon";
    CHECK(held.inbox->push(message("a", payload)));
  }
  CHECK(held.inbox->push(message("b", "")));
  held.release();
  CHECK(held.close());
  CHECK_FALSE(held.inbox->push(message("c", "")));
  CHECK(held.seen == "a=gone soon;b=;");
}

TEST_CASE("an inbox that nothing came into is empty at once") {
  HeldInbox held;
  CHECK(held.close());
}

TEST_CASE("the inbox is bounded in messages and in bytes, and has room again when some were handled") {
  HeldInbox held;
  const bool large = GENERATE(false, true);
  const std::string payload(large ? 1024 * 1024 : 1, 'x');
  std::size_t count = 0;
  while (count < 2 * Inbox::kMostMessages && held.inbox->push(message("t", payload))) ++count;
  // The handler may hold one besides.
  CHECK(count >= (large ? 15 : Inbox::kMostMessages));
  CHECK(count <= (large ? 16 : Inbox::kMostMessages + 1));
  held.release();
  while (!held.inbox->push(message("t", payload))) std::this_thread::yield();
  CHECK(held.close());
  CHECK(held.handled == count + 1);
}

TEST_CASE("what waits in an abandoned inbox is thrown away") {
  HeldInbox held;
  for (int n = 0; n < 100; ++n) REQUIRE(held.inbox->push(message("t", "")));
  held.inbox->abandon();
  held.release();
  CHECK(held.close());
  CHECK(held.handled <= 1);
}

TEST_CASE("an executor that ends leaves nobody waiting for the inbox") {
  const SystemClock clock;
  auto executor = std::make_unique<Executor>(clock);
  const auto inbox = std::make_shared<Inbox>(*executor, [](const MqttMessage&) {});
  executor->stop(std::chrono::steady_clock::now() + std::chrono::seconds(20));
  inbox->push(message("t", ""));
  std::promise<void> empty;
  inbox->close([&empty] { empty.set_value(); });
  CHECK(empty.get_future().wait_for(std::chrono::seconds(20)) == std::future_status::ready);
}
