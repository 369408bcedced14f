// A hub's two times: that of day for stamps, elapsed time for all that lasts.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>
#include <presence/message.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <system_error>

namespace presence::test::hub_time_test {
namespace {

class hub_time : public hub_test {
 protected:
  client watcher{hub, "watcher"};
  client alice{hub, "alice"};
};

TEST_F(hub_time, stamps_wait_until_a_small_correction_is_caught_up) {
  alice.enter();
  const time_point entered = watcher.sink.live.back().timestamp;
  clock.advance(-1s);
  alice.update();
  EXPECT_EQ(watcher.sink.live.back().timestamp, entered);
  clock.advance(1'001ms);
  alice.update();
  EXPECT_EQ(watcher.sink.live.back().timestamp, entered + 1ms);
}

TEST_F(hub_time, stamps_follow_a_clock_that_is_put_right) {
  clock.set(clock.now() + 1h);
  alice.enter();
  clock.set(clock.now() - 1h);
  alice.update();
  EXPECT_EQ(watcher.sink.live.back().timestamp, clock.now());
}

// The enter, an hour ahead, may be in a page of a sync that is still on its way.
TEST_F(hub_time, leave_is_later_than_what_was_stamped_while_the_clock_was_ahead_RTP2b1) {
  clock.set(clock.now() + 1h);
  alice.enter();
  const time_point entered = watcher.sink.live.back().timestamp;
  clock.set(clock.now() - 1h);
  alice.update();
  hub.evict("lobby", "alice");
  EXPECT_GT(watcher.sink.live.back().timestamp, entered);
}

TEST_F(hub_time, members_leave_although_the_clock_went_back_RTP2b1) {
  alice.enter();
  client bob{hub, "bob"};
  bob.enter();
  client carol{hub, "carol"};
  carol.enter();
  clock.advance(-1h);
  alice.session.close();
  bob.room.detach();
  hub.evict("lobby", "carol");
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_time, grace_runs_on_elapsed_time_whatever_the_clock_shows) {
  alice.enter();
  alice.session.drop();
  clock.advance(14s);
  clock.set(clock.now() - 1h);
  EXPECT_EQ(hub.run_due(), 0U);
  EXPECT_EQ(hub.due_in(), 1s);
  clock.set(clock.now() + 2h);
  EXPECT_EQ(hub.run_due(), 0U);
  EXPECT_EQ(hub.due_in(), 1s);
  EXPECT_EQ(next_in(), 1s);
  EXPECT_EQ(advance(999ms), 0U);
  EXPECT_EQ(advance(1ms), 1U);
}

TEST_F(hub_time, host_that_sleeps_on_a_clock_that_stands_meanwhile_loses_nobody) {
  alice.enter();
  alice.session.drop();
  clock.sleep(8h);
  EXPECT_EQ(hub.run_due(), 0U);
  EXPECT_TRUE(hub.resume(alice.session.resume_key()).has_value());
}

// On a clock that goes on while the host sleeps, a deadline that has passed by far shows it.
TEST_F(hub_time, session_whose_deadline_passed_while_the_host_slept_has_its_grace_once_more) {
  alice.enter();
  alice.session.drop();
  EXPECT_EQ(advance(8h), 0U);
  EXPECT_EQ(hub.due_in(), 15s);
  EXPECT_EQ(advance(14'999ms), 0U);
  EXPECT_EQ(members(), lines{"alice"});
  EXPECT_EQ(advance(1ms), 1U);
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_time, grace_is_given_once_more_for_each_lost_connection_and_no_oftener) {
  alice.enter();
  alice.session.drop();
  EXPECT_EQ(advance(8h), 0U);
  EXPECT_EQ(advance(8h), 1U);  // a program that calls run_due so rarely is rid of its ghosts as well
  client bob{hub, "bob"};
  bob.session.drop();
  EXPECT_EQ(advance(8h), 0U);
  bob.session = hub.resume(bob.session.resume_key()).value();
  bob.session.drop();
  EXPECT_EQ(advance(8h), 0U);
  EXPECT_EQ(advance(8h), 1U);
}

TEST_F(hub_time, resume_after_the_host_slept_comes_in_time) {
  alice.enter();
  alice.session.drop();
  clock.advance(8h);
  const auto back = hub.resume(alice.session.resume_key());
  EXPECT_TRUE(back.has_value());
  EXPECT_EQ(members(), lines{"alice"});
}

TEST_F(hub_time, deadline_is_late_only_past_the_limit) {
  alice.session.drop();
  clock.advance(15s + 60s);
  EXPECT_EQ(hub.resume(alice.session.resume_key()).error(), errc::connection_expired);
  EXPECT_EQ(hub.run_due(), 1U);
  hub_options options;
  options.late_after = 0ms;
  text_hub strict{options, clock};
  client bob{strict, "bob"};
  bob.session.drop();
  clock.advance(8h);
  EXPECT_EQ(strict.run_due(), 1U);
}

TEST_F(hub_time, due_in_says_how_long_a_timer_has_to_wait) {
  EXPECT_EQ(hub.due_in(), std::nullopt);
  alice.session.drop();
  EXPECT_EQ(hub.due_in(), 15s);
  clock.advance(20s);
  EXPECT_EQ(hub.due_in(), 0ms);
  EXPECT_EQ(hub.run_due(), 1U);
  EXPECT_EQ(hub.due_in(), std::nullopt);
  identity patient{"patient"};
  patient.grace = std::chrono::milliseconds::max();
  client endless{hub, patient};
  endless.session.drop();
  EXPECT_EQ(hub.due_in(), std::nullopt);  // no timer can wait for that
}

TEST_F(hub_time, rate_limit_goes_on_when_a_wrong_clock_is_put_right) {
  hub_options options;
  options.limits.messages_per_second = 3;
  text_hub limited{options, clock};
  client bob{limited, "bob"};
  clock.advance(1h);
  EXPECT_EQ(bob.update(), std::error_code{});
  clock.advance(-1h);
  for (int second = 0; second < 60; ++second, clock.advance(1s)) EXPECT_EQ(bob.update(), std::error_code{});
}

TEST_F(hub_time, rate_is_counted_in_elapsed_seconds_whatever_the_clock_shows) {
  hub_options options;
  options.limits.messages_per_second = 3;
  text_hub limited{options, clock};
  client bob{limited, "bob"};
  for (int n = 0; n < 3; ++n) EXPECT_EQ(bob.update(), std::error_code{});
  clock.set(clock.now() + 1h);
  EXPECT_EQ(bob.update(), errc::rate_limited);  // no time has gone by
  clock.set(clock.now() - 2h);
  EXPECT_EQ(bob.update(), errc::rate_limited);
  clock.advance(1s);
  EXPECT_EQ(bob.update(), std::error_code{});
}

/// A clock of a time of day and nothing else.
struct wall_clock {
  testing::manual_clock of;
  [[nodiscard]] time_point now() const { return of.now(); }
};

TEST_F(hub_time, clock_without_elapsed_time_counts_its_steps_forward) {
  basic_hub<std::string, wall_clock> plain{{}, wall_clock{clock}};
  auto carol = plain.connect("carol");
  carol.drop();
  clock.set(clock.now() + 10s);
  EXPECT_EQ(plain.due_in(), 5s);
  clock.set(clock.now() - 1h);
  EXPECT_EQ(plain.due_in(), 5s);
  clock.set(clock.now() + 5s);
  EXPECT_EQ(plain.run_due(), 1U);
}

TEST_F(hub_time, steady_clock_will_do_for_a_timer) {
  hub_options options;
  options.grace = 1h;
  basic_hub<std::string, std::chrono::steady_clock> steady{options};
  auto carol = steady.connect("carol");
  carol.drop();
  ASSERT_TRUE(steady.due_in().has_value());
  EXPECT_GT(*steady.due_in(),
            59min);  // a timer that slept until next_deadline() of another clock would not wait at all
  EXPECT_LE(*steady.due_in(), 1h);
}

TEST_F(hub_time, system_clock_has_a_steady_partner) {
  hub_options options;
  options.grace = 1h;
  basic_hub<std::string> usual{options};
  auto carol = usual.connect("carol");
  carol.drop();
  EXPECT_GT(*usual.due_in(), 59min);
  EXPECT_LE(*usual.due_in(), 1h);
  EXPECT_GT(*usual.next_deadline(), std::chrono::system_clock::now() + 59min);
}

TEST_F(hub_time, what_was_due_stays_due) {
  alice.session.drop();
  clock.advance(15s);
  client bob{hub, "bob"};
  bob.enter();  // shows the hub the time
  clock.advance(-1h);
  EXPECT_EQ(hub.resume(alice.session.resume_key()).error(), errc::connection_expired);
}

// Rules RTP2b1 and RTP2b1a let a sync message beat a leave with the same stamp, so that in the middle of a sync the member
// would come back for good. The hub therefore stamps the leaves that it makes later than what they end …
TEST_F(hub_time, leave_that_the_hub_makes_is_later_than_what_it_ends_RTP2b1a) {
  const auto enter_and = [&](auto end) {
    client someone{hub, "someone"};
    someone.enter();
    const time_point entered = watcher.sink.live.back().timestamp;
    end(someone);
    EXPECT_EQ(watcher.sink.live.back().action, action::leave);
    EXPECT_GT(watcher.sink.live.back().timestamp, entered);
  };
  enter_and([](client& c) { c.session.close(); });
  enter_and([](client& c) { c.room.detach(); });
  enter_and([&](client&) { hub.evict("lobby", "someone"); });
  enter_and([&](client& c) {
    hub.run_due();
    c.session.drop();
    advance(15s);
  });
}

// … and whatever follows it not earlier.
TEST_F(hub_time, entering_again_is_not_earlier_than_the_leave_RTP2b1a) {
  alice.enter();
  hub.evict("lobby", "alice");
  const time_point left = watcher.sink.live.back().timestamp;
  alice.enter();
  EXPECT_EQ(watcher.sink.live.back().action, action::enter);
  EXPECT_GE(watcher.sink.live.back().timestamp, left);
  hub.evict("lobby", "alice");
  EXPECT_GT(watcher.sink.live.back().timestamp, watcher.sink.live[watcher.sink.live.size() - 2].timestamp);
}

TEST_F(hub_time, stamps_of_others_are_not_pushed_ahead_by_leaves) {
  client bob{hub, "bob"};
  for (int n = 0; n < 100; ++n) {
    alice.enter();
    hub.evict("lobby", "alice");
  }
  bob.enter();
  EXPECT_EQ(watcher.sink.live.back().timestamp, clock.now());
}

// A leave has to be later than its member, so one member cannot come and go a thousand times in a millisecond.
TEST_F(hub_time, stamps_run_ahead_by_a_second_at_most) {
  const auto churn = [&](auto leaves) {
    int refused = 0;
    for (int n = 0; n < 3'000; ++n) {
      if (const auto error = alice.enter()) {
        EXPECT_EQ(error, errc::rate_limited);
        EXPECT_TRUE(is_temporary(error));
        ++refused;
      } else {
        leaves();
      }
    }
    EXPECT_GT(refused, 0);
    for (const text_message& m : watcher.sink.live) EXPECT_LE(m.timestamp, clock.now() + 1'010ms);
  };
  churn([&] { hub.evict("lobby", "alice"); });
  clock.advance(10ms);
  EXPECT_EQ(alice.enter(), std::error_code{});
  clock.advance(2s);
  watcher.sink.live.clear();
  churn([&] {
    alice.room.detach();
    alice.room = alice.session.attach("lobby", mode_set::all(), std::ref(alice.sink)).value();
  });
}

TEST_F(hub_time, many_that_come_and_go_once_are_not_pushed_ahead) {
  client gateway{hub, identity::wildcard()};
  for (int n = 0; n < 10'000; ++n) {
    const std::string id = "m" + std::to_string(n);
    ASSERT_EQ(gateway.publish({says(action::enter, id)}), std::error_code{});
    ASSERT_EQ(hub.evict("lobby", id), 1U);
  }
  EXPECT_LT(watcher.sink.live.back().timestamp, clock.now() + 500ms);
}

TEST_F(hub_time, deadlines_are_the_clocks_whatever_the_stamps) {
  for (int n = 0; n < 10; ++n) {
    alice.enter();
    hub.evict("lobby", "alice");
  }
  alice.session.drop();
  EXPECT_EQ(next_in(), 15s);
}

}  // namespace
}  // namespace presence::test::hub_time_test
