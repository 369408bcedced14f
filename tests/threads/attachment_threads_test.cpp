// Sinks and handlers: when an attachment's destructor has returned, none of them is running or will run.
#include "support/hub_threads.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace presence::test::threads_attachment_threads_test {
namespace {

[[nodiscard]] std::vector<message<int>> one(action what, int value) {
  message<int> m;
  m.action = what;
  m.data = shared_data<int>::make(value);
  return {m};
}

/// Watched over, and not always able to keep up.
struct watched_sink {
  void on_attached(const attachment_info&) { watch.during(); }
  void on_sync(const message_batch<int>&, const sync_cursor&) { watch.during(); }
  bool on_presence(const message_batch<int>& messages) {
    watch.during([&] { last = *messages->back().data; });
    return keeps_up || watch.calls() % 7 != 0;
  }
  void on_detached(std::error_code) { watch.during(); }

  bool keeps_up = true;
  call_watch watch;
  int last = 0;  // not atomic: the calls come serially, and a thread sanitizer would notice if they did not
};

/// Somebody who talks all the time, so that the room's events are told on this thread as often as on any other.
void talk(shared_hub& hub, const std::atomic<bool>& enough) {
  auto session = hub.connect("talker");
  watched_sink sink;
  auto room = session.attach("lobby", mode_set::all(), std::ref(sink)).value();
  for (int n = 0; !enough; ++n) await([&](auto done) { room.publish(one(action::update, n), done); });
}

TEST(attachment_threads, nothing_is_called_once_an_attachment_is_destroyed) {
  testing::manual_clock clock;
  shared_hub hub{{}, clock};
  completions count;
  std::atomic<bool> enough{false};
  std::atomic<int> working{2};
  run_together(3, [&](std::size_t n) {
    if (n == 2) return talk(hub, enough);
    auto session = hub.connect("client" + std::to_string(n));
    for (int round = 0; round < 600; ++round) {
      watched_sink sink;
      call_watch handlers;
      int told = 0;  // on this stack: a handler that came too late would write to freed memory
      {
        auto room = session.attach("lobby", mode_set::all(), std::ref(sink)).value();
        for (int k = 0; k < 3; ++k) {
          room.publish(one(action::update, k), [&, handlers, noted = count.once()](std::error_code outcome) {
            handlers.during([&] {
              std::this_thread::yield();  // so that its end has the time to come too early
              ++told;
            });
            noted(outcome);
          });
        }
      }
      sink.watch.ended();
      handlers.ended();
      EXPECT_EQ(told, 3);
    }
    if (--working == 0) enough = true;
  });
  EXPECT_EQ(count.seen(), count.asked_for());
  EXPECT_EQ(hub.room_count(), 0U);
}

TEST(attachment_threads, sender_sees_its_event_before_the_completion) {
  testing::manual_clock clock;
  shared_hub hub{{}, clock};
  run_together(3, [&](std::size_t n) {
    auto session = hub.connect("client" + std::to_string(n));
    std::atomic<int> seen{0};
    struct {
      void on_attached(const attachment_info&) {}
      // a sync that is told late shows what was published meanwhile, and that is not told again
      void on_sync(const message_batch<int>& page, const sync_cursor&) { see(page); }
      bool on_presence(const message_batch<int>& messages) {
        see(messages);
        return true;
      }
      void see(const message_batch<int>& messages) {
        for (const message<int>& m : *messages) {
          if (m.connection_id != own) continue;
          EXPECT_GT(*m.data, *seen) << "told twice";
          *seen = *m.data;
        }
      }
      void on_detached(std::error_code) {}
      std::string own;
      std::atomic<int>* seen;
    } sink{session.connection_id(), &seen};
    completions count;
    auto room = session.attach("lobby", mode_set::all(), std::ref(sink)).value();
    for (int k = 1; k <= 1000; ++k) {
      room.publish(one(action::update, k), [&seen, k, noted = count.once()](std::error_code outcome) {
        noted(outcome);
        EXPECT_TRUE(outcome || seen >= k);
      });
    }
    room = {};
  });
}

TEST(attachment_threads, every_sink_hears_the_same_in_the_same_order) {
  testing::manual_clock clock;
  shared_hub hub{{}, clock};
  struct recorder {
    void on_attached(const attachment_info&) {}
    void on_sync(const message_batch<int>&, const sync_cursor&) {}
    bool on_presence(const message_batch<int>& messages) {
      for (const message<int>& m : *messages) heard.emplace_back(m.client_id, *m.data);
      return true;
    }
    void on_detached(std::error_code) {}
    std::vector<std::pair<std::string, int>> heard;
  };
  std::vector<recorder> sinks(3);
  std::vector<shared_session> sessions;
  std::vector<shared_attachment> rooms;
  for (recorder& sink : sinks) {
    sessions.push_back(hub.connect("client" + std::to_string(sessions.size())));
    rooms.push_back(sessions.back().attach("lobby", mode_set::all(), std::ref(sink)).value());
  }
  run_together(3, [&](std::size_t n) {
    for (int k = 0; k < 1000; ++k) rooms[n].publish(one(action::update, k));
  });
  EXPECT_EQ(sinks[0].heard.size(), 3000U);
  EXPECT_EQ(sinks[1].heard, sinks[0].heard);
  EXPECT_EQ(sinks[2].heard, sinks[0].heard);
  std::vector<int> next(3, 0);
  for (const auto& [client, value] : sinks[0].heard)
    EXPECT_EQ(next[static_cast<std::size_t>(client.back() - '0')]++, value);
}

TEST(attachment_threads, slow_sinks_are_synced_again_while_others_talk) {
  testing::manual_clock clock;
  shared_hub hub{{}, clock};
  std::atomic<bool> enough{false};
  std::atomic<int> working{2};
  run_together(3, [&](std::size_t n) {
    if (n == 2) return talk(hub, enough);
    auto session = hub.connect("client" + std::to_string(n));
    watched_sink sink;
    sink.keeps_up = false;
    auto room = session.attach("lobby", mode_set::all(), std::ref(sink)).value();
    for (int round = 0; round < 500; ++round) {
      room.publish(one(action::update, round));
      room.resync();
      if (round % 50 != 0) continue;
      room.detach();
      room = session.attach("lobby", mode_set::all(), std::ref(sink)).value();
    }
    room = {};
    sink.watch.ended();
    if (--working == 0) enough = true;
  });
}

TEST(attachment_threads, attachment_beside_another_is_not_called_after_its_end) {
  testing::manual_clock clock;
  shared_hub hub{{}, clock};
  std::atomic<bool> enough{false};
  std::atomic<int> working{2};
  run_together(3, [&](std::size_t n) {
    if (n == 2) return talk(hub, enough);
    auto session = hub.connect("client" + std::to_string(n));
    auto sink = std::make_unique<watched_sink>();
    auto room = session.attach("lobby", mode_set::all(), std::ref(*sink)).value();
    for (int round = 0; round < 500; ++round) {
      auto next = std::make_unique<watched_sink>();
      auto taken = session.attach("lobby", mode_set::all(), std::ref(*next)).value();
      taken.publish(one(action::update, round));
      room = std::move(taken);
      sink->watch.ended();
      sink = std::move(next);
    }
    room = {};
    if (--working == 0) enough = true;
  });
  EXPECT_EQ(hub.room_count(), 0U);
}

}  // namespace
}  // namespace presence::test::threads_attachment_threads_test
