// The hub's time never goes back, whatever its clock does.
#include "support/hub_fixture.hpp"
#include <presence/message.hpp>

#include <gtest/gtest.h>

#include <string>

namespace presence::test {
namespace {

class hub_time : public hub_test {
 protected:
  client watcher{hub, "watcher"};
  client alice{hub, "alice"};
};

TEST_F(hub_time, stamps_do_not_go_back) {
  alice.enter();
  const time_point entered = watcher.sink.live.back().timestamp;
  clock.advance(-1h);
  alice.update();
  EXPECT_EQ(watcher.sink.live.back().timestamp, entered);
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

TEST_F(hub_time, grace_begins_at_the_latest_time_there_was) {
  alice.enter();
  clock.advance(-1s);
  alice.session.drop();
  EXPECT_EQ(next_in(), 16s);
  EXPECT_EQ(advance(15'999ms), 0U);
  EXPECT_EQ(advance(1ms), 1U);
}

TEST_F(hub_time, grace_goes_on_when_the_clock_goes_back) {
  alice.enter();
  alice.session.drop();
  clock.advance(14s);
  EXPECT_EQ(hub.run_due(), 0U);
  clock.advance(-10s);
  EXPECT_EQ(hub.run_due(), 0U);
  EXPECT_EQ(advance(10'999ms), 0U);
  EXPECT_EQ(advance(1ms), 1U);
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

TEST_F(hub_time, deadlines_are_the_clocks_whatever_the_stamps) {
  for (int n = 0; n < 10; ++n) {
    alice.enter();
    hub.evict("lobby", "alice");
  }
  alice.session.drop();
  EXPECT_EQ(next_in(), 15s);
}

}  // namespace
}  // namespace presence::test
