// What a moderator does: kick, ban, close a room, ask again who may what; and what a hub tells about itself.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test::hub_moderation_test {
namespace {

class hub_moderation : public hub_test {
 protected:
  hub_moderation() {
    make();
    watcher.emplace(hub, "watcher");
  }
  void make() { hub = text_hub{options, clock}; }

  hub_options options;
  std::optional<client> watcher;
};

// --- kick -----------------------------------------------------------------------------------------------------------------

TEST_F(hub_moderation, kick_ends_all_sessions_of_a_client) {
  client one{hub, "alice"};
  client two{hub, "alice", "attic"};
  client lost{hub, "alice"};
  client bob{hub, "bob"};
  for (client* each : {&one, &two, &lost, &bob}) each->enter();
  const std::string key = lost.session.resume_key();
  lost.session.drop();
  EXPECT_EQ(hub.kick("alice"), 3U);
  EXPECT_EQ(one.heard().back(), "detached: the session was ended by a moderator");
  EXPECT_EQ(two.heard().back(), "detached: the session was ended by a moderator");
  EXPECT_EQ(members(), lines{"bob"});
  EXPECT_EQ(watcher->heard().back(), "leave alice evicted");
  EXPECT_FALSE(one.session.connected());
  EXPECT_EQ(hub.resume(key).error(), errc::invalid_resume_key);
  EXPECT_EQ(one.publish(action::enter), errc::invalid_room_state);
  EXPECT_EQ(hub.kick("alice"), 0U);
  EXPECT_EQ(hub.session_count(), 2U);
}

TEST_F(hub_moderation, kick_says_a_reason_of_ones_own) {
  client alice{hub, "alice"};
  hub.kick("alice", std::make_error_code(std::errc::message_size));
  EXPECT_EQ(alice.heard().back(), "detached: " + std::make_error_code(std::errc::message_size).message());
}

TEST_F(hub_moderation, participant_that_is_kicked_knows_why) {
  auto alice = hub.connect("alice");
  auto p = alice.join("lobby");
  p.enter("here");
  ASSERT_EQ(p.self().state, self_state::present);
  hub.kick("alice");
  EXPECT_EQ(p.state(), room_state::detached);
  EXPECT_EQ(p.self().state, self_state::lost);
  EXPECT_EQ(p.self().error, errc::kicked);
}

TEST_F(hub_moderation, one_connection_is_kicked_and_the_other_stays) {
  client one{hub, "alice"};
  client two{hub, "alice"};
  one.enter("1");
  two.enter("2");
  EXPECT_TRUE(hub.kick_connection(one.session.connection_id()));
  EXPECT_FALSE(hub.kick_connection(one.session.connection_id()));
  EXPECT_FALSE(hub.kick_connection("nobody"));
  EXPECT_EQ(members(), lines{"alice 2"});
}

TEST_F(hub_moderation, sink_may_kick_its_own_session) {
  client alice{hub, "alice"};
  alice.sink.then = [&](const std::string& line) {
    if (line == "enter alice") {
      EXPECT_EQ(hub.kick("alice"), 1U);
    }
  };
  EXPECT_EQ(alice.enter(), std::error_code{});
  EXPECT_EQ(alice.heard().back(), "detached: the session was ended by a moderator");
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_moderation, names_are_normalised) {
  options.normalise_client_id = [](std::string_view id) { return std::string{id.substr(0, 3)}; };
  watcher.reset();
  make();
  client alice{hub, "alice"};
  EXPECT_EQ(hub.sessions_of("alistair").size(), 1U);
  EXPECT_EQ(hub.kick("alibi"), 1U);
}

// --- ban ------------------------------------------------------------------------------------------------------------------

TEST_F(hub_moderation, banned_client_with_an_open_attachment_is_out_and_cannot_come_back) {
  client alice{hub, "alice"};
  alice.enter();
  EXPECT_EQ(hub.ban("alice", 10s), 1U);
  EXPECT_EQ(alice.heard().back(), "detached: the client id is banned");
  EXPECT_EQ(members(), lines{});
  EXPECT_EQ(hub.try_connect("alice").error(), errc::banned);
  EXPECT_EQ(hub.resume(alice.session.resume_key()).error(), errc::invalid_resume_key);
  advance(9'999ms);
  EXPECT_EQ(hub.try_connect("alice").error(), errc::banned);
  advance(1ms);
  EXPECT_TRUE(hub.try_connect("alice"));
}

TEST_F(hub_moderation, nobody_enters_a_banned_client) {
  client bot{hub, identity::wildcard("bot")};
  bot.publish({says(action::enter, "alice")});
  EXPECT_EQ(members(), lines{"alice"});
  EXPECT_EQ(hub.ban("alice", std::chrono::milliseconds::max()), 0U);
  EXPECT_EQ(members(), lines{});
  EXPECT_EQ(bot.publish({says(action::enter, "bob"), says(action::update, "alice")}), errc::banned);
  EXPECT_EQ(members(), lines{}) << "all or nothing";
  EXPECT_EQ(bot.publish({says(action::leave, "alice")}), std::error_code{});
  EXPECT_TRUE(hub.unban("alice"));
  EXPECT_FALSE(hub.unban("alice"));
  EXPECT_EQ(bot.publish({says(action::enter, "alice")}), std::error_code{});
}

TEST_F(hub_moderation, bans_that_are_over_are_forgotten) {
  for (int i = 0; i < 10'000; ++i) {
    hub.ban("client " + std::to_string(i), 1ms);
    clock.advance(1ms);
  }
  EXPECT_FALSE(hub.unban("client 0"));
  EXPECT_FALSE(hub.unban("client 9999"));
  EXPECT_EQ(hub.ban("", 1h), 0U);
  EXPECT_TRUE(hub.try_connect("")) << "the anonymous cannot be banned";
}

// --- rooms ----------------------------------------------------------------------------------------------------------------

TEST_F(hub_moderation, closing_a_room_detaches_everybody_from_it) {
  client alice{hub, "alice"};
  client elsewhere{hub, "bob", "attic"};
  client lost{hub, "carol"};
  alice.enter();
  lost.enter();
  lost.session.drop();
  EXPECT_EQ(hub.close_room("lobby"), 3U);
  EXPECT_EQ(alice.heard().back(), "detached: the session was ended by a moderator");
  EXPECT_EQ(watcher->heard().back(), "detached: the session was ended by a moderator");
  EXPECT_TRUE(alice.session.connected());
  EXPECT_EQ(hub.room_count(), 1U);
  EXPECT_EQ(hub.close_room("lobby"), 0U);
  recording_sink again;
  const auto back = alice.session.attach("lobby", mode_set::all(), std::ref(again)).value();
  EXPECT_EQ(again.take(), lines{"attached"});
}

/// Rooms in which everybody may do what the test says at the time.
class hub_permissions : public hub_moderation {
 protected:
  hub_permissions() {
    options.authorize = [this](const identity& who, std::string_view) {
      return who.client_id == "watcher" ? mode_set::all() : allowed;
    };
    watcher.reset();
    make();
    watcher.emplace(hub, "watcher");
  }

  mode_set allowed = mode_set::all();
};

TEST_F(hub_permissions, that_shrink_leave_an_attachment_with_what_it_may) {
  client alice{hub, "alice"};
  client reader{hub, "reader", "lobby", mode::subscribe};
  alice.enter();
  watcher->enter();
  EXPECT_EQ(hub.reauthorize(), 0U);
  (void)alice.heard();
  (void)reader.heard();
  allowed = mode::subscribe;
  EXPECT_EQ(hub.reauthorize(), 1U);
  EXPECT_EQ(alice.heard(), (lines{"leave alice evicted", "attached with members", "sync [watcher]"}));
  EXPECT_EQ(alice.sink.granted, mode_set{mode::subscribe});
  EXPECT_EQ(alice.room.modes(), mode_set{mode::subscribe});
  EXPECT_EQ(reader.heard(), lines{"leave alice evicted"});
  EXPECT_EQ(alice.enter(), errc::not_permitted);
  watcher->update("seen");
  EXPECT_EQ(alice.heard(), lines{"update watcher seen"});
}

TEST_F(hub_permissions, that_grow_give_an_attachment_what_it_had_asked_for) {
  allowed = mode::subscribe;
  client alice{hub, "alice"};
  client reader{hub, "reader", "lobby", mode::subscribe};
  allowed = mode_set::all();
  EXPECT_EQ(hub.reauthorize(), 1U) << "the reader did not ask for more";
  EXPECT_EQ(alice.room.modes(), mode_set::all());
  EXPECT_EQ(alice.enter(), std::error_code{});
  EXPECT_EQ(reader.enter(), errc::not_permitted);
}

TEST_F(hub_permissions, to_receive_that_end_leave_ones_own_members) {
  client alice{hub, "alice"};
  alice.enter();
  watcher->enter();
  (void)alice.heard();
  allowed = mode::presence;
  EXPECT_EQ(hub.reauthorize(), 1U);
  EXPECT_EQ(alice.heard(), (lines{"attached with members", "sync [alice]"}));
  watcher->update("unseen");
  alice.update("mine");
  EXPECT_EQ(alice.heard(), lines{"update alice mine"});
  allowed = mode_set::all();
  EXPECT_EQ(hub.reauthorize(), 1U);
  EXPECT_EQ(alice.heard(), (lines{"attached with members", "sync [alice watcher]"}));
  watcher->update("seen");
  EXPECT_EQ(alice.heard(), lines{"update watcher seen"});
  EXPECT_EQ(hub.occupancy("lobby").watchers, 2U);
}

TEST_F(hub_permissions, that_end_detach) {
  client alice{hub, "alice"};
  client second{hub, "bob"};
  recording_sink another;
  const auto also = second.session.attach("lobby", mode::subscribe, std::ref(another)).value();
  alice.enter();
  second.enter();
  allowed = {};
  EXPECT_EQ(hub.reauthorize(), 3U);
  EXPECT_EQ(alice.heard().back(), "detached: operation not permitted");
  EXPECT_EQ(second.heard().back(), "detached: operation not permitted");
  EXPECT_EQ(another.take().back(), "detached: operation not permitted");
  EXPECT_EQ(members(), lines{});
  EXPECT_TRUE(alice.session.connected());
}

TEST_F(hub_permissions, of_one_of_two_attachments_of_a_session_leave_the_other_alone) {
  client alice{hub, "alice"};
  recording_sink reading;
  auto reader = alice.session.attach("lobby", mode::subscribe, std::ref(reading)).value();
  alice.enter();
  (void)reading.take();
  allowed = mode::presence;
  EXPECT_EQ(hub.reauthorize(), 2U);
  EXPECT_EQ(reading.take().back(), "detached: operation not permitted");
  EXPECT_EQ(members(), lines{"alice"}) << "it may still be present by the first";
  EXPECT_EQ(alice.room.modes(), mode_set{mode::presence});
}

TEST_F(hub_permissions, that_shrink_while_the_connection_is_lost_are_told_with_its_return) {
  client alice{hub, "alice"};
  alice.enter();
  const std::string key = alice.session.resume_key();
  alice.session.drop();
  (void)alice.heard();
  allowed = mode::subscribe;
  EXPECT_EQ(hub.reauthorize(), 1U);
  EXPECT_EQ(members(), lines{});
  alice.session = hub.resume(key).value();
  EXPECT_EQ(alice.heard().front(), "attached");
  EXPECT_EQ(alice.sink.granted, mode_set{mode::subscribe});
}

TEST_F(hub_permissions, that_grow_while_the_connection_is_lost_bring_a_sync_with_its_return) {
  allowed = mode::presence;
  client alice{hub, "alice"};
  watcher->enter();
  const std::string key = alice.session.resume_key();
  alice.session.drop();
  (void)alice.heard();
  allowed = mode_set::all();
  hub.reauthorize();
  alice.session = hub.resume(key).value();
  EXPECT_EQ(alice.heard(), (lines{"attached with members", "sync [watcher]"})) << "it knew only of its own";
}

TEST_F(hub_permissions, that_shrink_are_seen_by_a_participant) {
  auto session = hub.connect("alice");
  auto p = session.join("lobby");
  p.enter({"here"});
  allowed = mode::subscribe;
  hub.reauthorize();
  EXPECT_EQ(p.state(), room_state::attached);
  EXPECT_EQ(p.modes(), mode_set{mode::subscribe});
  EXPECT_EQ(p.self(), (self_status{self_state::lost, leave_reason::evicted, {}}));
  allowed = mode_set::all();
  hub.reauthorize();
  EXPECT_EQ(p.self().state, self_state::lost) << "what was evicted does not come back by itself";
  EXPECT_FALSE(hub.is_user_present("lobby", "alice"));
}

TEST_F(hub_permissions, that_shrink_catch_what_is_being_published) {
  options.normalise_client_id = [this](std::string_view id) {
    if (id == "guest" && allowed == mode_set::all()) {  // after the publish has begun
      allowed = mode::subscribe;
      hub.reauthorize();
    }
    return std::string{id};
  };
  watcher.reset();
  make();
  client bot{hub, identity::wildcard("bot")};
  EXPECT_EQ(bot.publish({says(action::enter, "guest")}), errc::not_permitted);
  EXPECT_EQ(members(), lines{});
}

// --- overview -------------------------------------------------------------------------------------------------------------

TEST_F(hub_moderation, overview_says_who_is_where) {
  client one{hub, "alice"};
  client two{hub, "alice", "attic", mode::presence};
  client three{hub, "alice"};
  for (client* each : {&one, &two, &three}) each->enter();
  EXPECT_EQ(hub.occupancy("lobby"), (occupancy{2, 1, 3}));
  EXPECT_EQ(hub.occupancy("nowhere"), occupancy{});
  EXPECT_EQ(hub.rooms(), (std::vector<room_info>{{"attic", {1, 1, 0}}, {"lobby", {2, 1, 3}}}));
  EXPECT_EQ(hub.rooms_of("alice"), (lines{"attic", "lobby"}));
  EXPECT_EQ(hub.rooms_of("watcher"), lines{}) << "it watches, and is not present";
  two.session.drop();
  const auto sessions = hub.sessions_of("alice");
  ASSERT_EQ(sessions.size(), 3U);
  for (const session_info& each : sessions) {
    const bool lost = each.connection_id == two.session.connection_id();
    EXPECT_EQ(each.connected, !lost);
    EXPECT_EQ(each.rooms, lines{lost ? "attic" : "lobby"});
  }
}

// --- what others do meanwhile ---------------------------------------------------------------------------------------------

TEST_F(hub_moderation, reason_that_is_no_end_is_told_as_the_ordinary_one) {
  auto alice = hub.connect("alice");
  for (const std::error_code why : {std::error_code{}, make_error_code(errc::disconnected)}) {
    auto back = hub.connect("alice");
    auto p = back.join("lobby");
    EXPECT_EQ(hub.kick("alice", why), why ? 1U : 2U);
    EXPECT_EQ(p.state(), room_state::detached) << "it waits for nothing";
    client again{hub, "alice"};
    hub.close_room("lobby", why);
    EXPECT_EQ(again.heard().back(), "detached: the session was ended by a moderator");
    again.session.close();
    client third{hub, "alice"};
    hub.ban("alice", 1ms, why);
    EXPECT_EQ(third.heard().back(), "detached: the client id is banned");
    advance(1ms);
  }
}

TEST_F(hub_moderation, sink_may_end_the_session_whose_name_was_given) {
  std::optional<client> alice;
  alice.emplace(hub, "a client id that is long enough to stand outside of its string");
  alice->sink.then = [&](const std::string& line) {
    if (line.starts_with("detached")) alice->session = {};
  };
  EXPECT_EQ(hub.ban(alice->session.client_id(), 1h), 1U);
  EXPECT_EQ(hub.try_connect("a client id that is long enough to stand outside of its string").error(), errc::banned);
}

TEST_F(hub_moderation, hub_may_end_while_a_session_is_lost_closed_or_detached) {
  for (const int how : {0, 1, 2}) {
    make();
    std::optional<client> alice;
    alice.emplace(hub, "alice");
    alice->sink.then = [&](const std::string& line) {
      if (!line.starts_with("detached") || hub.session_count() == 0) return;
      alice->room = {};
      alice->session = {};
      hub = text_hub{};
    };
    if (how == 0) alice->session.drop();
    if (how == 1) alice->session.close();
    if (how == 2) alice->session.detach("lobby");
    EXPECT_EQ(hub.session_count(), 0U) << how;
  }
}

TEST_F(hub_moderation, ban_catches_whom_a_gateway_is_just_entering) {
  bool once = true;
  options.normalise_client_id = [&](std::string_view id) {
    if (id == "bob" && std::exchange(once, false)) hub.ban("bob", 1h);  // after the publish has begun
    return std::string{id};
  };
  watcher.reset();
  make();
  client bot{hub, identity::wildcard("bot")};
  EXPECT_EQ(bot.publish({says(action::enter, "bob")}), errc::banned);
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_moderation, attach_that_is_under_way_asks_again) {
  bool open = true;
  options.authorize = [&](const identity&, std::string_view) {
    const bool was_open = std::exchange(open, false);
    if (was_open) hub.reauthorize();  // the answer of a moment ago is not what counts
    return was_open ? mode_set::all() : mode_set{mode::subscribe};
  };
  watcher.reset();
  make();
  client alice{hub, "alice"};
  EXPECT_EQ(alice.room.modes(), mode_set{mode::subscribe});
}

TEST_F(hub_moderation, members_that_linger_go_when_they_may_not_be_present_any_more) {
  bool open = true;
  options.linger = 1h;
  options.authorize = [&](const identity&, std::string_view) {
    return open ? mode_set::all() : mode_set{mode::subscribe};
  };
  watcher.reset();
  make();
  client alice{hub, "alice"};
  alice.enter();
  alice.room.detach();
  EXPECT_EQ(members(), lines{"alice"});
  open = false;
  hub.reauthorize();
  EXPECT_EQ(members(), lines{});
}

}  // namespace
}  // namespace presence::test::hub_moderation_test
