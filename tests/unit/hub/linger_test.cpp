// A goodbye after which members stay a little longer.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace presence::test::hub_linger_test {
namespace {

class hub_linger : public hub_test {
 protected:
  hub_linger() {
    hub_options options;
    options.linger = 2s;
    hub = text_hub{options, clock};
    watcher.emplace(hub, "watcher");
    observer = hub.connect("observer");
    o.emplace(observer.room("lobby"), presence_options{}, clock);
    users_heard = o->subscribe_users(
        [this](const user_event& e) { users.push_back(e.client_id + ' ' + std::string{to_string(e.change)}); });
  }
  std::optional<client> watcher;
  text_session observer;
  std::optional<text_presence> o;
  subscription users_heard;
  lines users;
};

TEST_F(hub_linger, page_that_is_reloaded_in_time_is_no_offline_and_online) {
  client page{hub, "alice"};
  page.enter("old");
  page.session.close();
  EXPECT_EQ(page.heard().back(), "detached: connection closed");
  EXPECT_FALSE(page.session.connected());
  clock.advance(1s);
  client reloaded{hub, "alice"};
  reloaded.enter("new");
  EXPECT_EQ(hub.due_in(), 1s);
  EXPECT_EQ(advance(1s), 1U);
  EXPECT_EQ(members(), lines{"alice new"});
  EXPECT_EQ(users, lines{"alice online"});
  EXPECT_EQ(watcher->heard().back(), "leave alice old closed");
  EXPECT_EQ(hub.session_count(), 3U);
}

TEST_F(hub_linger, who_does_not_come_back_leaves_after_it) {
  client page{hub, "alice"};
  page.enter();
  { const text_session gone = std::move(page.session); }
  EXPECT_EQ(advance(1'999ms), 0U);
  EXPECT_EQ(members(), lines{"alice"});
  EXPECT_EQ(advance(1ms), 1U);
  EXPECT_EQ(members(), lines{});
  EXPECT_EQ(users, (lines{"alice online", "alice offline"}));
  EXPECT_EQ(hub.due_in(), std::nullopt);
}

TEST_F(hub_linger, session_that_said_goodbye_cannot_be_used_any_more) {
  client page{hub, "alice"};
  page.enter();
  const std::string key = page.session.resume_key();
  page.session.close();
  EXPECT_EQ(page.update(), errc::invalid_room_state);
  EXPECT_EQ(page.session.attach("lobby", mode_set::all(), std::ref(page.sink)).error(), errc::connection_closed);
  EXPECT_EQ(hub.resume(key).error(), errc::connection_closed);
  page.session.close();
  page.session.drop();
  EXPECT_EQ(hub.due_in(), 2s);
  advance(2s);
  EXPECT_EQ(hub.resume(key).error(), errc::invalid_resume_key);
}

TEST_F(hub_linger, who_has_entered_nothing_ends_at_once) {
  client page{hub, "alice"};
  page.session.close();
  EXPECT_EQ(hub.session_count(), 2U);
  EXPECT_EQ(hub.due_in(), std::nullopt);
}

TEST_F(hub_linger, detached_members_stay_for_it_too) {
  client page{hub, "alice"};
  page.enter();
  page.room.detach();
  EXPECT_EQ(page.heard().back(), "detached");
  EXPECT_FALSE(page.session.detach("lobby"));  // it has no attachment there
  EXPECT_EQ(members(), lines{"alice"});
  advance(2s);
  EXPECT_EQ(members(), lines{});
  EXPECT_EQ(hub.session_count(), 3U);
}

TEST_F(hub_linger, attaching_again_keeps_who_enters_again_and_nobody_else) {
  client page{hub, identity::wildcard()};
  page.publish({says(action::enter, "a", "1"), says(action::enter, "b", "1"), says(action::enter, "c", "1")});
  const text_message known = page.sink.live.back();
  page.room.detach();
  page.room = page.session.attach("lobby", mode_set::all(), std::ref(page.sink)).value();
  page.publish({says(action::enter, "a", "2")});
  text_message again = says(action::enter, "c", "1");
  again.id = known.id;
  page.publish({again});
  EXPECT_EQ(members(), (lines{"a 2", "b 1", "c 1"}));
  advance(2s);
  EXPECT_EQ(members(), (lines{"a 2", "c 1"}));
  advance(1min);
  EXPECT_EQ(members(), (lines{"a 2", "c 1"}));
  EXPECT_EQ(users, (lines{"a online", "b online", "c online", "b offline"}));
}

TEST_F(hub_linger, session_that_receives_no_events_is_told_that_the_member_it_left_behind_leaves_RTP17a) {
  client page{hub, "alice", "lobby", mode::presence};
  page.enter("1");
  page.room.detach();
  page.room = page.session.attach("lobby", mode::presence, std::ref(page.sink)).value();
  (void)page.heard();
  advance(2s);
  EXPECT_EQ(page.heard(), (lines{"leave alice 1 closed"}));
  page.enter("2");
  EXPECT_EQ(page.heard(), (lines{"enter alice 2"}));
}

TEST_F(hub_linger, lingering_member_can_be_evicted) {
  client page{hub, "alice"};
  page.enter();
  page.room.detach();
  EXPECT_EQ(hub.evict("lobby", "alice"), 1U);
  client other{hub, "bob"};
  other.enter();
  other.session.close();
  EXPECT_EQ(hub.evict("lobby", "bob"), 1U);
  EXPECT_EQ(members(), lines{});
  advance(2s);
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_linger, lost_connection_has_its_grace_and_not_the_linger) {
  client page{hub, "alice"};
  page.enter();
  page.session.drop();
  EXPECT_EQ(hub.due_in(), 15s);
  page.session.close();
  EXPECT_EQ(hub.due_in(), 2s);
}

TEST_F(hub_linger, connection_lost_while_members_linger_in_a_room_changes_nothing_for_them) {
  client page{hub, "alice"};
  page.enter();
  page.room.detach();
  page.session.drop();
  advance(2s);
  EXPECT_EQ(members(), lines{});
  const auto back = hub.resume(page.session.resume_key());
  EXPECT_TRUE(back.has_value());
}

TEST_F(hub_linger, identity_may_have_its_own) {
  identity quick{"quick"};
  quick.linger = 0ms;
  client a{hub, quick};
  a.enter();
  a.session.close();
  EXPECT_EQ(members(), lines{});
  quick.linger = -1ms;
  EXPECT_EQ(hub.try_connect(quick).error(), errc::bad_request);
}

TEST_F(hub_linger, lingering_member_holds_no_place_against_its_user) {
  hub_options options;
  options.linger = 2s;
  options.limits.members_per_room = 1;
  text_hub small{options, clock};
  client page{small, "alice"};
  page.enter();
  page.session.close();
  client stranger{small, "bob"}, reloaded{small, "alice"};
  EXPECT_EQ(stranger.enter(), errc::room_full);
  EXPECT_EQ(reloaded.enter(), std::error_code{});
}

TEST_F(hub_linger, nothing_is_left_behind) {
  {
    client page{hub, "alice", "elsewhere"};
    page.enter();
    page.room.detach();
    EXPECT_EQ(hub.room_count(), 2U);
    page.room = page.session.attach("elsewhere", mode_set::all(), std::ref(page.sink)).value();
  }
  advance(2s);
  EXPECT_EQ(hub.room_count(), 1U);
  EXPECT_EQ(hub.session_count(), 2U);
  client page{hub, "alice", "elsewhere"};
  page.enter();
  page.session.close();
  client other{hub, "bob", "third"};
  other.enter();
  other.room.detach();
  EXPECT_EQ(hub.room_count(), 3U);
  hub = text_hub{{}, clock};  // its end ends what lingers
  EXPECT_FALSE(other.session.connected());
}

TEST_F(hub_linger, second_goodbye_lingers_as_long_as_the_first) {
  client page{hub, "alice"};
  page.enter("1");
  page.room.detach();
  clock.advance(1s);
  page.room = page.session.attach("lobby", mode_set::all(), std::ref(page.sink)).value();
  page.enter("2");
  clock.advance(500ms);
  page.room.detach();
  advance(500ms);  // that of the first
  EXPECT_EQ(members(), lines{"alice 2"});
  advance(1'499ms);
  EXPECT_EQ(members(), lines{"alice 2"});
  advance(1ms);
  EXPECT_EQ(members(), lines{});
}

}  // namespace
}  // namespace presence::test::hub_linger_test
