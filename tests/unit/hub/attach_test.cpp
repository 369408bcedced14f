// Attaching a session to a room with a sink: names, modes, permission, replacement.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace presence::test::hub_attach_test {
namespace {

class hub_attach : public hub_test {};

TEST_F(hub_attach, answers_attached_before_it_returns) {
  client alice{hub, "alice"};
  EXPECT_EQ(alice.heard(), (lines{"attached"}));
  EXPECT_EQ(alice.room.modes(), mode_set::all());
  EXPECT_EQ(hub.room_count(), 1U);
}

TEST_F(hub_attach, says_that_there_are_members_and_syncs_them) {
  client alice{hub, "alice"};
  alice.enter("hi");
  client bob{hub, "bob"};
  EXPECT_EQ(bob.heard(), (lines{"attached with members", "sync [alice]"}));
  ASSERT_EQ(bob.sink.synced.size(), 1U);
  EXPECT_EQ(*bob.sink.synced[0].data, "hi");
  EXPECT_EQ(bob.sink.synced[0].connection_id, alice.session.connection_id());
  EXPECT_EQ(bob.sink.synced[0].timestamp, clock.now());
}

TEST_F(hub_attach, room_names_are_checked) {
  text_session alice = hub.connect("alice");
  recording_sink sink;
  const auto attach = [&](std::string_view name) {
    return alice.attach(name, mode_set::all(), std::ref(sink)).error();
  };
  EXPECT_EQ(attach(""), errc::invalid_room_name);
  EXPECT_EQ(attach("\xff"), errc::invalid_room_name);
  EXPECT_EQ(attach(std::string(257, 'x')), errc::invalid_room_name);
  EXPECT_EQ(attach(std::string(256, 'x')), std::error_code{});
  EXPECT_EQ(attach("with:colon and \xe2\x82\xac"), std::error_code{});
  EXPECT_EQ(hub.room_count(), 0U);  // those attachments were destroyed at once
}

TEST_F(hub_attach, rooms_are_apart) {
  client alice{hub, "alice", "one"};
  client bob{hub, "bob", "two"};
  alice.enter();
  EXPECT_EQ(bob.heard(), (lines{"attached"}));
  EXPECT_EQ(members("one"), (lines{"alice"}));
  EXPECT_TRUE(hub.is_user_present("one", "alice"));
  EXPECT_FALSE(hub.is_user_present("two", "alice"));
  EXPECT_FALSE(hub.is_user_present("three", "alice"));
}

TEST_F(hub_attach, without_presence_mode_one_may_only_watch) {
  client watcher{hub, "watcher", "lobby", mode::subscribe};
  EXPECT_EQ(watcher.enter(), errc::not_permitted);
  client alice{hub, "alice"};
  alice.enter();
  EXPECT_EQ(watcher.heard(), (lines{"attached", "enter alice"}));
  EXPECT_EQ(watcher.room.modes(), mode_set{mode::subscribe});
}

TEST_F(hub_attach, without_subscribe_mode_one_is_told_only_about_its_own_member_RTP17a) {
  client alice{hub, "alice"};
  alice.enter();
  client quiet{hub, "quiet", "lobby", mode::presence};
  EXPECT_EQ(quiet.heard(), (lines{"attached"}));
  EXPECT_FALSE(quiet.sink.granted.contains(mode::subscribe));
  quiet.enter("a");
  alice.update();
  quiet.update("b");
  alice.leave();
  quiet.leave();
  EXPECT_EQ(quiet.heard(), (lines{"enter quiet a", "update quiet b", "leave quiet b"}));
}

TEST_F(hub_attach, capabilities_bound_what_is_granted) {
  identity who{"watcher"};
  who.capabilities = mode::subscribe;
  client watcher{hub, who};
  EXPECT_EQ(watcher.sink.granted, mode_set{mode::subscribe});
  EXPECT_EQ(watcher.enter(), errc::not_permitted);
}

TEST_F(hub_attach, nothing_granted_is_not_permitted) {
  identity who{"watcher"};
  who.capabilities = mode::subscribe;
  text_session watcher = hub.connect(who);
  recording_sink sink;
  EXPECT_EQ(watcher.attach("lobby", mode::presence, std::ref(sink)).error(), errc::not_permitted);
  EXPECT_EQ(watcher.attach("lobby", mode_set{}, std::ref(sink)).error(), errc::not_permitted);
  EXPECT_EQ(sink.take(), lines{});
  EXPECT_EQ(hub.room_count(), 0U);
}

TEST_F(hub_attach, authorize_decides_by_identity_and_room) {
  hub_options options;
  options.authorize = [](const identity& who, std::string_view room) -> mode_set {
    testing::checked_mutex::on_callback();  // no lock is held
    if (room == "secret") return who.client_id == "alice" ? mode_set::all() : mode_set{};
    return mode::subscribe;
  };
  hub = text_hub{options, clock};
  client alice{hub, "alice", "secret"};
  EXPECT_EQ(alice.enter(), std::error_code{});
  text_session bob = hub.connect("bob");
  recording_sink sink;
  EXPECT_EQ(bob.attach("secret", mode_set::all(), std::ref(sink)).error(), errc::not_permitted);
  const auto open = bob.attach("open", mode_set::all(), std::ref(sink)).value();
  EXPECT_EQ(open.modes(), mode_set{mode::subscribe});
}

TEST_F(hub_attach, authorize_cannot_grant_more_than_the_capabilities) {
  hub_options options;
  options.authorize = [](const identity&, std::string_view) { return mode_set::all(); };
  hub = text_hub{options, clock};
  identity who{"watcher"};
  who.capabilities = mode::subscribe;
  client watcher{hub, who};
  EXPECT_EQ(watcher.sink.granted, mode_set{mode::subscribe});
}

TEST_F(hub_attach, rooms_of_a_session_are_limited) {
  hub_options options;
  options.limits.rooms_per_session = 2;
  hub = text_hub{options, clock};
  text_session alice = hub.connect("alice");
  recording_sink sink;
  auto one = alice.attach("one", mode_set::all(), std::ref(sink)).value();
  auto two = alice.attach("two", mode_set::all(), std::ref(sink)).value();
  EXPECT_EQ(alice.attach("three", mode_set::all(), std::ref(sink)).error(), errc::too_many_rooms);
  auto again = alice.attach("two", mode_set::all(), std::ref(sink));  // not one more
  EXPECT_TRUE(again.has_value());
  one.detach();
  EXPECT_TRUE(alice.attach("three", mode_set::all(), std::ref(sink)).has_value());
  EXPECT_EQ(hub.room_count(), 1U);  // "three" is gone again, "one" was detached
}

TEST_F(hub_attach, attaching_twice_shares_the_members_until_the_last_one_ends) {
  client watcher{hub, "watcher"};
  client alice{hub, "alice"};
  alice.enter("hi");
  recording_sink sink;
  {
    text_attachment second = alice.session.attach("lobby", mode_set::all(), std::ref(sink)).value();
    EXPECT_EQ(alice.heard(), (lines{"attached", "enter alice hi"}));
    EXPECT_EQ(sink.take(), (lines{"attached with members", "sync [alice]"}));
    second.publish({says(action::update, {}, "second")});  // the member is one
    EXPECT_EQ(alice.update("first"), std::error_code{});
    EXPECT_EQ(alice.heard(), (lines{"update alice second", "update alice first"}));
    EXPECT_EQ(sink.take(), (lines{"update alice second", "update alice first"}));
    EXPECT_EQ(members(), (lines{"alice first"}));

    alice.room.detach();
    EXPECT_EQ(alice.heard(), (lines{"detached"}));
    EXPECT_EQ(members(), (lines{"alice first"}));  // held by the second
    EXPECT_EQ(alice.enter(), errc::invalid_room_state);
    EXPECT_EQ(watcher.heard(), (lines{"attached", "enter alice hi", "update alice second", "update alice first"}));
  }
  EXPECT_EQ(watcher.heard(), (lines{"leave alice first closed"}));
  EXPECT_EQ(hub.room_count(), 1U);
}

TEST_F(hub_attach, whoever_is_told_own_members_only_hears_of_those_of_the_other_attachment) {
  client watcher{hub, "watcher"};
  client alice{hub, "alice"};
  recording_sink quiet;
  auto second = alice.session.attach("lobby", mode::presence, std::ref(quiet)).value();
  EXPECT_EQ(quiet.take(), (lines{"attached"}));
  watcher.enter();
  alice.enter("x");
  EXPECT_EQ(quiet.take(), (lines{"enter alice x"}));
  EXPECT_EQ(hub.evict("lobby", "alice"), 1U);
  EXPECT_EQ(quiet.take(), (lines{"leave alice x evicted"}));
}

TEST_F(hub_attach, detaching_by_name_ends_all_attachments_of_the_session) {
  client alice{hub, "alice"};
  alice.enter();
  recording_sink sink;
  const auto second = alice.session.attach("lobby", mode_set::all(), std::ref(sink)).value();
  EXPECT_TRUE(alice.session.detach("lobby"));
  EXPECT_EQ(alice.heard().back(), "detached");
  EXPECT_EQ(sink.take().back(), "detached");
  EXPECT_EQ(hub.room_count(), 0U);
  EXPECT_FALSE(alice.session.detach("lobby"));
}

TEST_F(hub_attach, newcomer_beside_another_has_seen_nothing) {
  text_session alice = hub.connect("alice");
  recording_sink first;
  recording_sink second;
  const auto beside = alice.attach("lobby", mode_set::all(), std::ref(first)).value();
  const auto room = alice.attach("lobby", mode_set::all(), std::ref(second)).value();
  EXPECT_EQ(second.take(), (lines{"attached"}));  // and not resumed, although nothing happened in the room
}

TEST_F(hub_attach, first_of_two_attachments_may_be_destroyed_at_any_time) {
  text_session alice = hub.connect("alice");
  recording_sink sink;
  auto first = alice.attach("lobby", mode_set::all(), std::ref(sink)).value();
  const auto second = alice.attach("lobby", mode_set::all(), std::ref(sink)).value();
  first = {};
  EXPECT_EQ(hub.room_count(), 1U);
  client bob{hub, "bob"};
  bob.enter();
  EXPECT_EQ(sink.take().back(), "enter bob");
}

TEST_F(hub_attach, ended_session_cannot_attach) {
  text_session alice = hub.connect("alice");
  recording_sink sink;
  alice.close();
  EXPECT_EQ(alice.attach("lobby", mode_set::all(), std::ref(sink)).error(), errc::connection_closed);
  text_session bob = hub.connect("bob");
  bob.drop();
  advance(15s);
  EXPECT_EQ(bob.attach("lobby", mode_set::all(), std::ref(sink)).error(), errc::connection_expired);
  text_session gone = std::move(bob);
  EXPECT_EQ(bob.attach("lobby", mode_set::all(), std::ref(sink)).error(), errc::connection_closed);
  EXPECT_EQ(hub.room_count(), 0U);
}

TEST_F(hub_attach, resync_attaches_anew_with_a_sync) {
  client alice{hub, "alice"};
  alice.enter();
  (void)alice.heard();
  alice.room.resync();
  EXPECT_EQ(alice.heard(), (lines{"attached with members", "sync [alice]"}));
  alice.update("b");
  EXPECT_EQ(alice.heard(), (lines{"update alice b"}));  // once
  alice.leave();
  (void)alice.heard();
  alice.room.resync();
  EXPECT_EQ(alice.heard(), (lines{"attached"}));
}

TEST_F(hub_attach, resync_of_what_is_not_attached_does_nothing) {
  client alice{hub, "alice"};
  (void)alice.heard();
  alice.session.drop();
  (void)alice.heard();
  alice.room.resync();
  EXPECT_EQ(alice.heard(), lines{});
  alice.room.detach();
  (void)alice.heard();
  alice.room.resync();
  EXPECT_EQ(alice.heard(), lines{});
}

TEST_F(hub_attach, moved_from_session_and_attachment_are_empty) {
  client alice{hub, "alice"};
  text_session session = std::move(alice.session);
  text_attachment room = std::move(alice.room);
  EXPECT_EQ(alice.session.connection_id(), "");
  EXPECT_EQ(alice.session.client_id(), "");
  EXPECT_EQ(alice.session.resume_key(), "");
  EXPECT_FALSE(alice.session.connected());
  alice.session.drop();
  alice.session.close();
  EXPECT_EQ(alice.session.room("lobby").state(), room_state::initialized);
  EXPECT_EQ(alice.publish(action::enter), errc::operation_aborted);
  alice.room.publish({}, {});
  alice.room.detach();
  alice.room.resync();
  EXPECT_TRUE(alice.room.modes().empty());
  EXPECT_TRUE(session.connected());
  EXPECT_EQ(room.modes(), mode_set::all());
  EXPECT_EQ(alice.heard(), (lines{"attached"}));
}

TEST_F(hub_attach, move_assignment_ends_what_was_there) {
  client alice{hub, "alice", "one"};
  client bob{hub, "bob", "two"};
  alice.room = std::move(bob.room);
  EXPECT_EQ(hub.room_count(), 1U);
  EXPECT_EQ(hub.session_count(), 2U);
  alice.session = std::move(bob.session);
  EXPECT_EQ(hub.session_count(), 1U);
  EXPECT_EQ(alice.session.client_id(), "bob");
  EXPECT_TRUE(alice.session.connected());
  auto& itself = alice.session;
  alice.session = std::move(itself);
  EXPECT_TRUE(alice.session.connected());
  auto& room = alice.room;
  alice.room = std::move(room);
  EXPECT_EQ(alice.enter(), std::error_code{});
}

TEST_F(hub_attach, sink_of_several_rooms_is_told_which_one) {
  struct namer {
    std::vector<std::string> rooms;
    void on_attached(const attachment_info& info) { rooms.emplace_back(info.room); }
    void on_sync(const message_batch<std::string>&, const sync_cursor&) {}
    bool on_presence(const message_batch<std::string>&) { return true; }
    void on_detached(std::error_code) {}
  };
  auto alice = hub.connect("alice");
  namer heard;
  const auto one = alice.attach("attic", mode_set::all(), std::ref(heard)).value();
  const auto two = alice.attach("lobby", mode_set::all(), std::ref(heard)).value();
  EXPECT_EQ(heard.rooms, (lines{"attic", "lobby"}));
  EXPECT_EQ(two.room(), "lobby");
  EXPECT_EQ(two.connection_id(), alice.connection_id());
  EXPECT_EQ(alice.attach("lobby", mode_set::all(), std::shared_ptr<namer>{}).error(), errc::bad_request);
}

}  // namespace
}  // namespace presence::test::hub_attach_test
