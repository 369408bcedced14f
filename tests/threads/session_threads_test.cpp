// Sessions: who comes first, the resume or the end of the grace, one resume or the other, the close or the hub's end.
#include "support/hub_threads.hpp"
#include "support/threads.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::threads_session_threads_test {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 200;

struct watching {
  explicit watching(shared_hub& hub, const testing::manual_clock& clock)
      : session(hub.connect("watcher")),
        presence(session.room("lobby"), {}, clock),
        subscribed(presence.subscribe([this](const event<int>& e) { leaves += e.action == action::leave ? 1 : 0; })) {}

  std::atomic<int> leaves{0};
  shared_session session;
  shared_presence presence;
  subscription subscribed;
};

TEST(session_threads, resume_and_end_of_the_grace_never_both_happen) {
  for (int round = 0; round < rounds; ++round) {
    testing::manual_clock clock;
    shared_hub hub{{}, clock};
    watching watcher{hub, clock};
    auto session = hub.connect("alice");
    shared_presence alice{session.room("lobby"), {}, clock};
    alice.enter(1);
    session.drop();
    clock.advance(14'999ms);
    std::optional<result<shared_session>> back;
    run_together(3, [&](std::size_t n) {
      if (n == 0) clock.advance(1ms);
      if (n == 1) hub.run_due();
      if (n == 2) back = hub.resume(session.resume_key());
    });
    hub.run_due();
    EXPECT_EQ(watcher.leaves, back->has_value() ? 0 : 1);
    EXPECT_EQ(hub.is_user_present("lobby", "alice"), back->has_value());
    EXPECT_EQ(alice.state(), back->has_value() ? room_state::attached : room_state::detached);
  }
}

TEST(session_threads, time_outs_are_counted_once) {
  for (int round = 0; round < rounds; ++round) {
    testing::manual_clock clock;
    shared_hub hub{{}, clock};
    for (int n = 0; n < 10; ++n) hub.connect("alice").drop();
    clock.advance(15s);
    std::atomic<std::size_t> ended{0};
    run_together(2, [&](std::size_t) { ended += hub.run_due(); });
    EXPECT_EQ(ended, 10U);
    EXPECT_EQ(hub.session_count(), 0U);
  }
}

TEST(session_threads, of_many_who_resume_one_has_the_session) {
  for (int round = 0; round < rounds; ++round) {
    testing::manual_clock clock;
    shared_hub hub{{}, clock};
    watching watcher{hub, clock};
    auto session = hub.connect("alice");
    shared_presence alice{session.room("lobby"), {}, clock};
    alice.enter(1);
    session.drop();
    std::vector<shared_session> back(3);
    run_together(3, [&](std::size_t n) { back[n] = hub.resume(session.resume_key()).value(); });
    int connected = 0;
    for (const auto& each : back) connected += each.connected() ? 1 : 0;
    EXPECT_EQ(connected, 1);
    EXPECT_EQ(watcher.leaves, 0);
    EXPECT_EQ(alice.state(), room_state::attached);
    back.clear();
    EXPECT_EQ(watcher.leaves, 1);
  }
}

TEST(session_threads, closing_dropping_and_resuming_at_once_ends_in_one_of_them) {
  for (int round = 0; round < rounds; ++round) {
    testing::manual_clock clock;
    shared_hub hub{{}, clock};
    watching watcher{hub, clock};
    auto session = hub.connect("alice");
    auto same = hub.resume(session.resume_key()).value();  // the handle that counts
    shared_presence alice{same.room("lobby"), {}, clock};
    alice.enter(1);
    std::optional<result<shared_session>> back;
    run_together(3, [&](std::size_t n) {
      if (n == 0) same.drop();
      if (n == 1) back = hub.resume(session.resume_key());
      if (n == 2) alice.update(2);
    });
    EXPECT_TRUE(back->has_value());
    clock.advance(15s);
    hub.run_due();
    EXPECT_EQ(watcher.leaves, back->value().connected() ? 0 : 1);
    EXPECT_EQ(hub.session_count(), back->value().connected() ? 2U : 1U);
  }
}

TEST(session_threads, hub_may_end_while_everybody_is_busy) {
  for (int round = 0; round < 30; ++round) {
    testing::manual_clock clock;
    std::optional<shared_hub> hub{std::in_place, hub_options{}, clock};
    completions count;
    struct one {
      one(shared_hub& of, const std::string& name, const testing::manual_clock& at, completions& noted)
          : session(of.connect(name)),
            participant(session.room("lobby"), {}, at),
            subscribed(participant.subscribe([this](const event<int>&) { watch.during(); })) {
        participant.enter(0, noted.once());
      }
      call_watch watch;
      shared_session session;
      shared_presence participant;
      subscription subscribed;
    };
    std::deque<one> all;
    for (int n = 0; n < 3; ++n) all.emplace_back(*hub, "client" + std::to_string(n), clock, count);
    std::atomic<int> begun{0};
    run_together(4, [&](std::size_t n) {
      if (n == 3) {
        while (begun < 3) std::this_thread::yield();
        hub.reset();
        return;
      }
      one& mine = all[n];
      for (int k = 0; k < 200; ++k) {
        if (k == 20) {
          ++begun;
        }
        mine.participant.update(k, count.once());
        mine.participant.get({}, count.once());
        (void)mine.session.connected();
        if (k % 50 == 49) mine.session.drop();
      }
    });
    for (one& each : all) {
      EXPECT_FALSE(each.session.connected());
      EXPECT_EQ(each.participant.state(), room_state::detached);
    }
    all.clear();
    EXPECT_EQ(count.seen(), count.asked_for());
  }
}

TEST(session_threads, sessions_and_presences_go_in_any_order_on_any_thread) {
  testing::manual_clock clock;
  shared_hub hub{{}, clock};
  watching watcher{hub, clock};
  for (int round = 0; round < rounds; ++round) {
    completions count;
    auto session = std::make_optional(hub.connect("alice"));
    auto presence = std::make_optional<shared_presence>(session->room("lobby"), presence_options{}, clock);
    auto other = std::make_optional<shared_presence>(session->room("other"), presence_options{}, clock);
    run_together(3, [&](std::size_t n) {
      if (n == 0) session.reset();
      if (n == 1) {
        presence->enter(1, count.once());
        presence.reset();
      }
      if (n == 2) {
        other->enter(1, count.once());
        other->leave(count.once());
        other.reset();
      }
    });
    EXPECT_EQ(hub.session_count(), 1U);
    EXPECT_EQ(hub.room_count(), 1U);
  }
  EXPECT_EQ(watcher.presence.size(), 0U);
}

}  // namespace
}  // namespace presence::test::threads_session_threads_test
