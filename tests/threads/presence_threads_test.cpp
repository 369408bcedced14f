// What a participant promises where several threads use it: who waits for whom, and that nothing is torn.
#include "support/participant.hpp"
#include "support/threads.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace presence::test::threads_presence_threads_test {
namespace {

class presence_threads : public participant_test {
 protected:
  presence_threads() { p->attach(); }

  /// A callback that does not return before `proceed` is counted down.
  [[nodiscard]] auto slow() {
    return [this](const auto&) {
      entered.count_down();
      proceed.wait();
      finished = true;
    };
  }

  latch entered{1};
  latch proceed{2};
  std::atomic<bool> finished{false};
};

TEST_F(presence_threads, unsubscribe_waits_for_the_listener_that_runs_on_another_thread) {
  subscription sub = p->subscribe(slow());
  std::thread delivering{[&] { room.push(enter("a", "c2")); }};
  entered.wait();
  std::thread ending{[&] {
    proceed.count_down();
    sub.unsubscribe();
    EXPECT_TRUE(finished);
  }};
  proceed.count_down();
  ending.join();
  delivering.join();
}

TEST_F(presence_threads, the_destructor_waits_for_the_listener_that_runs_on_another_thread) {
  const subscription sub = p->subscribe(slow());
  std::thread delivering{[&] { room.push(enter("a", "c2")); }};
  entered.wait();
  std::thread ending{[&] {
    proceed.count_down();
    p.reset();
    EXPECT_TRUE(finished);
    EXPECT_FALSE(room.bound());
  }};
  proceed.count_down();
  ending.join();
  delivering.join();
}

TEST_F(presence_threads, the_destructor_waits_for_the_handler_that_runs_on_another_thread) {
  std::thread calling{[&] { room.by_hand(transport_call::publish); }};
  calling.join();
  p->enter("x", slow());
  outcome other;
  p->update("y", other.handler());
  std::thread answering{[&] { room.answer_publish(); }};
  entered.wait();
  std::thread ending{[&] {
    proceed.count_down();
    p.reset();
    EXPECT_TRUE(finished);
    EXPECT_EQ(other.code(), errc::operation_aborted);
  }};
  proceed.count_down();
  ending.join();
  answering.join();
}

TEST_F(presence_threads, unsubscribing_another_listener_does_not_wait_for_the_one_that_runs) {
  const subscription running = p->subscribe(slow());
  subscription other = p->subscribe(write_to(events));
  std::thread delivering{[&] { room.push(enter("a", "c2")); }};
  entered.wait();
  other.unsubscribe();  // would hang here
  proceed.count_down(2);
  delivering.join();
  EXPECT_EQ(events, silence);
}

TEST_F(presence_threads, a_call_while_a_listener_runs_elsewhere_returns_at_once) {
  const subscription sub = p->subscribe(action::enter, slow());
  std::thread delivering{[&] { room.push(enter("a", "c2")); }};
  entered.wait();
  outcome updated;
  p->update_client("me", "x", updated.handler());
  EXPECT_TRUE(updated.pending());
  EXPECT_TRUE(p->is_user_present("a"));
  EXPECT_EQ(room.count(transport_call::publish), 0U);
  proceed.count_down(2);
  delivering.join();
  EXPECT_TRUE(updated.ok());
}

TEST_F(presence_threads, operations_from_several_threads_each_complete_once_and_events_keep_their_order) {
  constexpr int per_thread = 200;
  std::atomic<int> completed{0};
  std::vector<std::uint64_t> serials;  // listeners run one at a time
  const subscription sub = p->subscribe([&](const event<std::string>& e) { serials.push_back(e.id.msg_serial); });
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int n = 0; n < per_thread; ++n) {
        p->update("x", [&](std::error_code how) { completed += how ? 0 : 1; });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(completed, 3 * per_thread);
  ASSERT_EQ(serials.size(), 3U * per_thread);
  EXPECT_TRUE(std::is_sorted(serials.begin(), serials.end()));
}

TEST_F(presence_threads, subscribing_and_reading_while_things_happen) {
  std::atomic<bool> stop{false};
  std::atomic<int> heard{0};
  std::thread reading{[&] {
    while (!stop) {
      p->for_each([](const auto&) {});
      static_cast<void>(p->get());
      static_cast<void>(p->users());
      static_cast<void>(p->self());
    }
  }};
  std::thread subscribing{[&] {
    while (!stop) {
      const subscription all = p->subscribe([&](const auto&) { ++heard; });
      const subscription one = p->subscribe(action::leave, [&](const auto&) { ++heard; });
      const subscription by_user = p->subscribe_users([&](const auto&) { ++heard; });
    }
  }};
  for (std::uint64_t n = 0; n < 300; ++n) {
    room.push({enter("a", "c2").serial(2 * n), leave("a", "c2").serial(2 * n + 1)});
    if (n % 50 == 0) room.answer_attach();
  }
  stop = true;
  reading.join();
  subscribing.join();
  EXPECT_EQ(p->size(), 0U);
}

TEST_F(presence_threads, a_listener_that_folds_from_a_snapshot_on_never_misses_or_repeats) {
  // Each time, the snapshot and the subscription are taken inside a listener, where the set stands still.
  std::thread changing{[&] {
    for (std::uint64_t n = 0; n < 300; ++n) room.push(update("a", "c2").serial(n + 1).data(std::to_string(n)));
  }};
  int last = -1;
  std::optional<subscription> folding;
  const subscription first = p->subscribe([&](const event<std::string>& e) {
    if (folding) return;
    last = std::stoi(*e.data);
    folding = p->subscribe([&](const event<std::string>& next) {
      EXPECT_EQ(std::stoi(*next.data), last + 1);
      ++last;
    });
  });
  changing.join();
  if (folding) {
    EXPECT_EQ(last, 299);
  }
}

TEST_F(presence_threads, presences_end_while_the_other_end_speaks) {
  for (int round = 0; round < 50; ++round) {
    open();
    p->attach();
    const subscription sub = p->subscribe([](const auto&) {});
    std::thread speaking{[other = room]() mutable {
      for (std::uint64_t n = 0; n < 20; ++n) other.push(update("a", "c2").serial(n + 1));
    }};
    p->enter("x", [](std::error_code) {});
    p.reset();
    speaking.join();
  }
}

}  // namespace
}  // namespace presence::test::threads_presence_threads_test
