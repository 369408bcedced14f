// Ends: close, detach, evict. Members leave at once, and nothing stays behind.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace presence::test::hub_end_test {
namespace {

class hub_end : public hub_test {
 protected:
  client watcher{hub, "watcher"};
  client alice{hub, "alice"};

  void SetUp() override {
    alice.enter("a");
    (void)alice.heard();
    (void)watcher.heard();
  }
};

TEST_F(hub_end, close_makes_members_leave_at_once) {
  alice.session.close();
  EXPECT_EQ(watcher.heard(), (lines{"leave alice a closed"}));
  EXPECT_EQ(alice.heard(), (lines{"detached: connection closed"}));
  EXPECT_FALSE(alice.session.connected());
  EXPECT_EQ(hub.session_count(), 1U);
  EXPECT_TRUE(watcher.sink.live.back().id.synthesized());
  alice.session.close();
  alice.session.drop();
  EXPECT_EQ(hub.next_deadline(), std::nullopt);
  EXPECT_EQ(watcher.heard(), lines{});
}

TEST_F(hub_end, destroying_a_session_closes_it) {
  alice.session = {};
  EXPECT_EQ(watcher.heard(), (lines{"leave alice a closed"}));
  EXPECT_EQ(hub.session_count(), 1U);
}

TEST_F(hub_end, close_ends_every_room) {
  client observer{hub, "observer", "other"};
  recording_sink sink;
  auto other = alice.session.attach("other", mode_set::all(), std::ref(sink)).value();
  other.publish({says(action::enter)});
  alice.session.close();
  EXPECT_EQ(observer.heard().back(), "leave alice closed");
  EXPECT_EQ(watcher.heard().back(), "leave alice a closed");
}

TEST_F(hub_end, detach_makes_members_leave_at_once) {
  alice.room.detach();
  EXPECT_EQ(watcher.heard(), (lines{"leave alice a closed"}));
  EXPECT_EQ(alice.heard(), (lines{"detached"}));
  EXPECT_TRUE(alice.session.connected());
  watcher.enter();
  alice.room.detach();
  EXPECT_EQ(alice.heard(), lines{});
}

TEST_F(hub_end, destroying_an_attachment_detaches_without_a_call) {
  alice.room = {};
  EXPECT_EQ(watcher.heard(), (lines{"leave alice a closed"}));
  EXPECT_EQ(alice.heard(), lines{});
}

TEST_F(hub_end, session_may_attach_again_after_detach) {
  alice.room.detach();
  alice.room = alice.session.attach("lobby", mode_set::all(), std::ref(alice.sink)).value();
  EXPECT_EQ(alice.heard(), (lines{"detached", "attached"}));
  alice.enter("b");
  EXPECT_EQ(watcher.heard(), (lines{"leave alice a closed", "enter alice b"}));
}

TEST_F(hub_end, detach_while_disconnected_is_at_once_too) {
  alice.session.drop();
  alice.room.detach();
  EXPECT_EQ(watcher.heard(), (lines{"leave alice a closed"}));
  EXPECT_EQ(alice.heard(), (lines{"detached: disconnected", "detached"}));
  EXPECT_EQ(advance(15s), 1U);
  EXPECT_EQ(watcher.heard(), lines{});
}

TEST_F(hub_end, evict_removes_every_member_of_a_client_id_from_the_room) {
  client phone{hub, "alice"};
  phone.enter("p");
  client elsewhere{hub, "alice", "other"};
  elsewhere.enter("e");
  (void)watcher.heard();
  clock.advance(5ms);
  EXPECT_EQ(hub.evict("lobby", "alice"), 2U);
  lines heard = watcher.heard();
  std::sort(heard.begin(), heard.end());
  EXPECT_EQ(heard, (lines{"leave alice a evicted", "leave alice p evicted"}));
  EXPECT_EQ(watcher.sink.live.back().timestamp, clock.now());
  EXPECT_TRUE(watcher.sink.live.back().id.synthesized());
  EXPECT_EQ(members(), lines{});
  EXPECT_EQ(members("other"), (lines{"alice e"}));
  EXPECT_EQ(hub.evict("lobby", "alice"), 0U);
  EXPECT_EQ(hub.evict("lobby", "nobody"), 0U);
  EXPECT_EQ(hub.evict("nowhere", "alice"), 0U);
}

TEST_F(hub_end, evicted_client_is_told_and_may_enter_again) {
  hub.evict("lobby", "alice");
  EXPECT_EQ(alice.heard(), (lines{"leave alice a evicted"}));
  EXPECT_EQ(alice.enter("b"), std::error_code{});
  EXPECT_EQ(watcher.heard(), (lines{"leave alice a evicted", "enter alice b"}));
}

TEST_F(hub_end, reentry_from_before_an_eviction_is_refused_and_a_new_wish_is_not_W6) {
  const text_message before = alice.sink.live.back();
  text_message again = says(action::enter, {}, "a");
  again.id = before.id;
  EXPECT_EQ(alice.publish({again}), std::error_code{});  // the hub has the member still
  hub.evict("lobby", "alice");
  (void)watcher.heard();
  EXPECT_EQ(alice.publish({again}), errc::evicted);
  EXPECT_EQ(watcher.heard(), lines{});
  EXPECT_EQ(members(), lines{});
  EXPECT_EQ(alice.enter("b"), std::error_code{});
  again.id = alice.sink.live.back().id;
  EXPECT_EQ(alice.publish({again}), std::error_code{});  // of after the eviction
  EXPECT_EQ(watcher.heard(), (lines{"enter alice b"}));
}

TEST_F(hub_end, evicted_client_that_receives_no_events_is_told_of_its_own_member_RTP17a) {
  client quiet{hub, "quiet", "lobby", mode::presence};
  client other{hub, "quiet", "lobby", mode::presence};
  quiet.enter("1");
  other.enter("2");
  (void)quiet.heard();
  (void)other.heard();
  hub.evict("lobby", "alice");
  EXPECT_EQ(hub.evict("lobby", "quiet"), 2U);
  EXPECT_EQ(quiet.heard(), (lines{"leave quiet 1 evicted"}));
  EXPECT_EQ(other.heard(), (lines{"leave quiet 2 evicted"}));
}

TEST_F(hub_end, evicted_member_does_not_leave_again) {
  hub.evict("lobby", "alice");
  (void)watcher.heard();
  alice.session.close();
  EXPECT_EQ(watcher.heard(), lines{});
}

TEST_F(hub_end, member_on_a_lost_connection_can_be_evicted) {
  alice.session.drop();
  (void)alice.heard();
  EXPECT_EQ(hub.evict("lobby", "alice"), 1U);
  EXPECT_EQ(watcher.heard(), (lines{"leave alice a evicted"}));
  EXPECT_EQ(alice.heard(), lines{});
  EXPECT_EQ(advance(15s), 1U);
  EXPECT_EQ(watcher.heard(), lines{});
}

TEST_F(hub_end, rooms_and_sessions_that_end_are_gone) {
  EXPECT_EQ(hub.room_count(), 1U);
  {
    client bob{hub, "bob", "other"};
    EXPECT_EQ(hub.room_count(), 2U);
    EXPECT_EQ(hub.session_count(), 3U);
  }
  EXPECT_EQ(hub.room_count(), 1U);
  EXPECT_EQ(hub.session_count(), 2U);
  alice.session.close();
  watcher.room.detach();
  EXPECT_EQ(hub.room_count(), 0U);
}

TEST_F(hub_end, end_of_the_hub_closes_everything_and_tells_of_no_leave) {
  hub = text_hub{{}, clock};
  EXPECT_EQ(alice.heard(), (lines{"detached: connection closed"}));
  EXPECT_EQ(watcher.heard(), (lines{"detached: connection closed"}));
  EXPECT_FALSE(alice.session.connected());
  EXPECT_EQ(alice.enter(), errc::invalid_room_state);
  recording_sink sink;
  EXPECT_EQ(alice.session.attach("lobby", mode_set::all(), std::ref(sink)).error(), errc::connection_closed);
}

}  // namespace
}  // namespace presence::test::hub_end_test
