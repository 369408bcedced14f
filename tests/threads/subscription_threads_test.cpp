// Listeners come and go, and presences are destroyed, while events are told on other threads.
#include "support/hub_threads.hpp"
#include "support/threads.hpp"
#include <presence/subscription.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

namespace presence::test::threads_subscription_threads_test {
namespace {

/// A room with one who talks until the others have done their work.
class subscription_threads : public ::testing::Test {
 protected:
  template <class Work>
  void while_somebody_talks(std::size_t threads, Work&& work) {
    std::atomic<std::size_t> working{threads};
    run_together(threads + 1, [&](std::size_t n) {
      if (n < threads) {
        work(n);
        --working;
        return;
      }
      const auto session = hub.connect("talker");
      shared_presence talker{session.room("lobby"), {}, clock};
      for (int value = 0; working > 0; ++value) {
        await([&](auto done) {
          if (value % 3 == 2) return talker.leave(done);
          talker.enter(value, done);
        });
      }
    });
  }

  testing::manual_clock clock;
  shared_hub hub{{}, clock};
};

TEST_F(subscription_threads, listener_is_not_called_once_unsubscribe_has_returned) {
  const auto session = hub.connect("listener");
  shared_presence presence{session.room("lobby"), {}, clock};
  presence.attach();
  while_somebody_talks(2, [&](std::size_t n) {
    for (int round = 0; round < 1500; ++round) {
      int heard = 0;  // on this stack, and not atomic
      const call_watch watch;
      const auto listen = [&heard, watch](const auto&) { watch.during([&] { ++heard; }); };
      subscription subscribed = n == 0 ? presence.subscribe(listen) : presence.subscribe_users(listen);
      presence.update(round);
      subscribed.unsubscribe();
      watch.ended();
      EXPECT_FALSE(subscribed.active());
    }
  });
}

TEST_F(subscription_threads, all_listeners_end_with_unsubscribe_all) {
  const auto session = hub.connect("listener");
  shared_presence presence{session.room("lobby"), {}, clock};
  while_somebody_talks(1, [&](std::size_t) {
    for (int round = 0; round < 500; ++round) {
      std::vector<call_watch> watches(4);
      for (const call_watch& watch : watches) presence.subscribe([watch](const auto&) { watch.during(); }).release();
      presence.update(round);
      presence.unsubscribe_all();
      for (const call_watch& watch : watches) watch.ended();
    }
  });
}

TEST_F(subscription_threads, nothing_is_called_once_a_presence_is_destroyed) {
  completions count;
  while_somebody_talks(2, [&](std::size_t n) {
    const auto session = hub.connect("client" + std::to_string(n));
    for (int round = 0; round < 500; ++round) {
      const call_watch events;
      const call_watch handlers;
      int heard = 0;
      subscription outlives;
      {
        shared_presence presence{session.room("lobby"), {}, clock};
        outlives = presence.subscribe([&heard, events](const auto&) { events.during([&] { ++heard; }); });
        for (int k = 0; k < 3; ++k) {
          presence.enter(k, [handlers, noted = count.once()](std::error_code outcome) {
            handlers.during();
            noted(outcome);
          });
        }
        presence.get({}, count.once());
      }
      events.ended();
      handlers.ended();
    }
  });
  EXPECT_EQ(count.seen(), count.asked_for());
}

TEST_F(subscription_threads, listener_may_end_itself_and_its_presence_inside_a_call) {
  while_somebody_talks(2, [&](std::size_t n) {
    const auto session = hub.connect("client" + std::to_string(n));
    for (int round = 0; round < 300; ++round) {
      const auto presence = std::make_shared<std::optional<shared_presence>>();
      presence->emplace(session.room("lobby"), presence_options{}, clock);
      std::atomic<bool> done{false};
      std::atomic<int> calls_after{0};
      // whoever is told first, on whatever thread, ends it
      auto& p = **presence;
      p.subscribe([&, presence](const event<int>& e) {
         if (done) {
           ++calls_after;
         } else if (e.client_id == "client" + std::to_string(n)) {
           presence->reset();
           done = true;
           done.notify_all();
         }
       }).release();
      p.enter(round);
      detail::await_change(done, false);
      EXPECT_EQ(calls_after, 0);
    }
  });
}

TEST_F(subscription_threads, reading_never_shows_a_set_that_never_was) {
  constexpr int clients = 3;
  const auto session = hub.connect("reader");
  shared_presence reader{session.room("lobby"), {}, clock};
  reader.attach();
  const auto gateway_session = hub.connect(identity::wildcard());
  std::atomic<bool> enough{false};
  run_together(3, [&](std::size_t n) {
    if (n == 0) {  // all enter together, and all leave together: a batch is one change
      struct {
        void on_attached(const attachment_info&) {}
        void on_sync(const message_batch<int>&, const sync_cursor&) {}
        bool on_presence(const message_batch<int>&) { return true; }
        void on_detached(std::error_code) {}
      } sink;
      auto gateway = hub.connect(identity::wildcard());
      auto room = gateway.attach("lobby", mode_set::all(), std::ref(sink)).value();
      for (int round = 0; round < 1000; ++round) {
        std::vector<message<int>> batch(clients);
        for (std::size_t k = 0; k < clients; ++k) {
          batch[k].action = round % 2 == 0 ? action::enter : action::leave;
          batch[k].client_id = "m" + std::to_string(k);
        }
        room.publish(std::move(batch));
      }
      enough = true;
      return;
    }
    while (!enough) {
      const auto all = reader.get();
      ASSERT_TRUE(all.has_value());
      EXPECT_TRUE(all->empty() || all->size() == clients) << all->size();
      std::size_t seen = 0;
      reader.for_each([&](const auto&) { ++seen; });
      EXPECT_TRUE(seen == 0 || seen == clients) << seen;
      const auto users = reader.users();
      EXPECT_TRUE(users->empty() || users->size() == clients);
      const std::size_t in_hub = hub.member_count("lobby");
      EXPECT_TRUE(in_hub == 0 || in_hub == clients) << in_hub;
    }
  });
}

}  // namespace
}  // namespace presence::test::threads_subscription_threads_test
