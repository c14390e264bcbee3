#include "core/owned_threads.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "catch.h"

using m2ag::host::OwnedThread;

TEST_CASE("threads are counted for their owner while they run, in whatever order they end") {
  std::vector<std::unique_ptr<OwnedThread>> pump;
  for (int n = 0; n < 3; ++n) pump.push_back(std::make_unique<OwnedThread>("pump"));
  const OwnedThread lamp("lamp");
  const OwnedThread nobody("");
  CHECK(OwnedThread::count("pump") == 3);
  CHECK(OwnedThread::count("lamp") == 1);
  CHECK(OwnedThread::count("") == 0);
  pump.erase(pump.begin() + 1);
  CHECK(OwnedThread::count("pump") == 2);
  pump.erase(pump.begin());
  pump.clear();
  CHECK(OwnedThread::count("pump") == 0);
  CHECK(OwnedThread::count("lamp") == 1);
}

TEST_CASE("threads that begin and end at the same time are counted right") {
  std::vector<std::thread> threads;
  std::atomic<int> unseen{0};
  for (int n = 0; n < 4; ++n) {
    threads.emplace_back([&unseen] {
      for (int round = 0; round < 1000; ++round) {
        const OwnedThread own("pump");
        if (OwnedThread::count("pump") == 0) ++unseen;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(unseen == 0);
  CHECK(OwnedThread::count("pump") == 0);
}
