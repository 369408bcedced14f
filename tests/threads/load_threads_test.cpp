// Publishers that are faster than a room's receivers: they are slowed, and no call is kept for the others.
#include "support/hub_threads.hpp"
#include "support/threads.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace presence::test::threads_load_threads_test {
namespace {

/// Counts, and can be made to do something inside its next call.
struct counting_sink {
  void on_attached(const attachment_info&) {}
  void on_sync(const message_batch<int>&, const sync_cursor&) {}
  bool on_presence(const message_batch<int>&) {
    ++told;
    if (inside) std::exchange(inside, nullptr)();
    return true;
  }
  void on_detached(std::error_code) {}

  std::atomic<long> told{0};
  std::function<void()> inside;
};

[[nodiscard]] std::vector<message<int>> update(int value) {
  message<int> m;
  m.action = action::update;
  m.data = shared_data<int>::make(value);
  return {m};
}

TEST(load_threads, publisher_outside_of_callbacks_is_slowed_T11) {
  testing::manual_clock clock;
  hub_options options;
  options.limits.outbox_messages = 100;
  shared_hub hub{options, clock};
  counting_sink sink;
  auto watcher = hub.connect("watcher");
  const auto watching = watcher.attach("lobby", mode_set::all(), std::ref(sink)).value();
  std::atomic<long> published{0};
  std::atomic<long> ahead{0};
  std::atomic<int> refused{0};
  latch half_full{1};
  latch in{1};
  sink.inside = [&] {  // whoever tells this stands still until others have filled half of the outbox
    in.count_down();
    half_full.wait();
  };
  run_together(3, [&](std::size_t n) {
    auto session = hub.connect("client" + std::to_string(n));
    counting_sink own;
    auto room = session.attach("lobby", mode_set::all(), std::ref(own)).value();
    if (n == 0) room.publish(update(0));  // may be the one that stands still
    if (n != 0) in.wait();
    for (int k = 1; k <= 2000; ++k) {
      room.publish(update(k), [&](std::error_code why) { refused += why == errc::overloaded ? 1 : 0; });
      const long mine = ++published;
      const long now = mine - sink.told;
      long most = ahead;
      while (now > most && !ahead.compare_exchange_weak(most, now)) {
      }
      if (mine == 20) half_full.count_down();
    }
  });
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(sink.told, published + 1 + 3);  // three leaves
  EXPECT_LE(ahead, 100);
}

TEST(load_threads, update_returns_although_others_go_on_publishing_T10) {
  testing::manual_clock clock;
  shared_hub hub{{}, clock};
  std::atomic<bool> enough{false};
  std::atomic<int> completed{0};
  run_together(3, [&](std::size_t n) {
    auto session = hub.connect("client" + std::to_string(n));
    if (n < 2) {
      counting_sink own;
      auto room = session.attach("lobby", mode_set::all(), std::ref(own)).value();
      for (int k = 0; !enough; ++k) room.publish(update(k));
      return;
    }
    shared_presence p{session.room("lobby"), {}, clock};
    for (int k = 0; k < 20; ++k) {
      await([&](auto done) {
        p.update(k, [&completed, done](std::error_code why) {
          EXPECT_FALSE(why) << why.message();
          ++completed;
          done(why);
        });
      });
    }
    enough = true;
  });
  EXPECT_EQ(completed, 20);
}

TEST(load_threads, caller_is_slowed_while_the_listener_of_its_participant_is_slow_T14) {
  constexpr int most = 8;
  constexpr int calls = 200;
  testing::manual_clock clock;
  shared_hub hub{{}, clock};
  presence_options options;
  options.max_pending_operations = most;
  auto session = hub.connect("slow");
  auto other = hub.connect("other");
  counting_sink sink;
  auto room = other.attach("lobby", mode_set::all(), std::ref(sink)).value();
  shared_presence p{session.room("lobby"), options, clock};
  latch in_listener{1};
  latch enough_waits{most};
  std::atomic<bool> first{true};
  std::atomic<int> handled{0};
  int ahead = 0;
  const auto sub = p.subscribe([&](const auto&) {
    if (!first.exchange(false)) return;
    in_listener.count_down();
    enough_waits.wait();
  });
  std::thread slow{[&] { room.publish(update(1)); }};
  in_listener.wait();
  for (int k = 0; k < calls; ++k) {  // the ninth stands still until the listener is back
    p.update(k, [&](std::error_code) { ++handled; });
    ahead = std::max(ahead, k + 1 - handled);
    if (k < most) enough_waits.count_down();
  }
  slow.join();
  p.update(calls, [&](std::error_code) { ++handled; });
  EXPECT_LE(ahead, most + 1);
  EXPECT_EQ(handled, calls + 1);
}

TEST(load_threads, run_due_ends_a_quiet_rooms_session_although_another_room_is_busy_T10) {
  testing::manual_clock clock;
  shared_hub hub{{}, clock};
  std::atomic<bool> enough{false};
  counting_sink sinks[2];
  auto x = hub.connect("x");
  auto y = hub.connect("y");
  auto in_busy = x.attach("busy", mode_set::all(), std::ref(sinks[0])).value();
  auto in_quiet = y.attach("quiet", mode_set::all(), std::ref(sinks[1])).value();
  in_busy.publish(update(1));
  in_quiet.publish(update(1));
  x.drop();
  y.drop();
  clock.advance(std::chrono::seconds{15});
  run_together(3, [&](std::size_t n) {
    if (n == 2) {
      EXPECT_EQ(hub.run_due(), 2U);
      EXPECT_FALSE(hub.is_user_present("quiet", "y"));
      enough = true;
      return;
    }
    auto session = hub.connect("client" + std::to_string(n));
    counting_sink own;
    auto room = session.attach("busy", mode_set::all(), std::ref(own)).value();
    for (int k = 0; !enough; ++k) room.publish(update(k));
  });
}

TEST(load_threads, participant_that_is_destroyed_waits_for_calls_over_all_its_attachments_T13) {
  testing::manual_clock clock;
  shared_hub hub{{}, clock};
  std::atomic<bool> enough{false};
  std::atomic<int> working{2};
  run_together(3, [&](std::size_t n) {
    auto session = hub.connect("client" + std::to_string(n));
    if (n == 2) {
      counting_sink own;
      auto room = session.attach("lobby", mode_set::all(), std::ref(own)).value();
      for (int k = 0; !enough; ++k) room.publish(update(k));
      return;
    }
    for (int round = 0; round < 300; ++round) {
      const call_watch watch;
      std::optional<shared_presence> p{std::in_place, session.room("lobby"), presence_options{}, clock};
      auto comes_back = p->subscribe_state([&](const room_event& e) {
        watch.during();
        if (e.current == room_state::detached) p->attach();
      });
      p->attach();
      p->enter(1, [watch](std::error_code) { watch.during(); });
      session.detach("lobby");  // by the server: the answers of the first attachment may come after its end
      p->enter(2, [watch](std::error_code) { watch.during(); });
      p.reset();
      watch.ended();
    }
    if (--working == 0) enough = true;
  });
  EXPECT_EQ(hub.room_count(), 0U);
}

}  // namespace
}  // namespace presence::test::threads_load_threads_test
