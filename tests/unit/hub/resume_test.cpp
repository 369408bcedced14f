// A session taken up again: within the grace, too late, with a wrong key, twice, by somebody else.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace presence::test::hub_resume_test {
namespace {

class hub_resume : public hub_test {
 protected:
  client watcher{hub, "watcher"};
  client alice{hub, "alice"};
  std::string key = alice.session.resume_key();

  void SetUp() override {
    alice.enter("a");
    (void)alice.heard();
    (void)watcher.heard();
  }
};

TEST_F(hub_resume, within_the_grace_is_silence) {
  alice.session.drop();
  advance(14'999ms);
  const text_session again = hub.resume(key).value();
  EXPECT_TRUE(again.connected());
  EXPECT_EQ(again.connection_id(), alice.session.connection_id());
  EXPECT_EQ(again.client_id(), "alice");
  EXPECT_EQ(again.resume_key(), key);
  EXPECT_EQ(hub.next_deadline(), std::nullopt);
  EXPECT_EQ(advance(1h), 0U);
  EXPECT_EQ(members(), (lines{"alice a"}));
  EXPECT_EQ(watcher.heard(), lines{});
}

TEST_F(hub_resume, at_the_end_of_the_grace_is_too_late) {
  alice.session.drop();
  clock.advance(15s);
  EXPECT_EQ(hub.resume(key).error(), errc::connection_expired);  // although nobody has called run_due
  EXPECT_EQ(watcher.heard(), lines{});                           // whose affair it is to end the session
  EXPECT_EQ(hub.session_count(), 2U);
  EXPECT_EQ(hub.run_due(), 1U);
  EXPECT_EQ(watcher.heard(), (lines{"leave alice a timed_out"}));
  EXPECT_EQ(hub.session_count(), 1U);
  EXPECT_EQ(hub.next_deadline(), std::nullopt);
  EXPECT_EQ(hub.run_due(), 0U);
}

TEST_F(hub_resume, after_the_end_the_key_means_nothing) {
  alice.session.drop();
  advance(15s);
  EXPECT_EQ(hub.resume(key).error(), errc::invalid_resume_key);
  client bob{hub, "bob"};
  bob.session.close();
  EXPECT_EQ(hub.resume(bob.session.resume_key()).error(), errc::invalid_resume_key);
}

TEST_F(hub_resume, wrong_and_malformed_keys_are_refused) {
  alice.session.drop();
  const std::string id = alice.session.connection_id();
  std::string other = key;
  other.back() = other.back() == 'x' ? 'y' : 'x';
  for (const std::string& wrong : lines{"", "!", "nonsense", "nonsense!key", id, id + '!', '!' + key, key + 'x',
                                        key + '!', key.substr(0, key.size() - 1), other, std::string(100'000, '!')}) {
    EXPECT_EQ(hub.resume(wrong).error(), errc::invalid_resume_key) << wrong.substr(0, 100);
  }
  EXPECT_EQ(hub.resume(watcher.session.resume_key().substr(0, 13) + key.substr(13)).error(), errc::invalid_resume_key);
  EXPECT_EQ(next_in(), 15s);
  EXPECT_TRUE(hub.resume(key).has_value());
}

TEST_F(hub_resume, attachment_goes_on_where_nothing_was_missed) {
  alice.session.drop();
  client elsewhere{hub, "bob", "other"};
  elsewhere.enter();
  const text_session again = hub.resume(key).value();
  EXPECT_EQ(alice.heard(), (lines{"detached: disconnected", "attached resumed with members"}));
  EXPECT_EQ(alice.update("b"), std::error_code{});
  watcher.enter();
  EXPECT_EQ(alice.heard(), (lines{"update alice b", "enter watcher"}));
}

TEST_F(hub_resume, what_was_missed_comes_with_a_sync) {
  alice.session.drop();
  watcher.enter();
  const text_session again = hub.resume(key).value();
  EXPECT_EQ(alice.heard(), (lines{"detached: disconnected", "attached with members", "sync [alice watcher]"}));
  watcher.leave();
  EXPECT_EQ(alice.heard(), (lines{"leave watcher"}));
}

TEST_F(hub_resume, participant_sees_exactly_the_differences) {
  text_session bob = hub.connect("bob");
  text_presence b{bob.room("lobby"), {}, clock};
  client carol{hub, "carol"};
  carol.enter("1");
  client dave{hub, "dave"};
  dave.enter();
  lines events;
  const auto subscription = b.subscribe([&](const event<std::string>& e) { events.push_back(to_line(e)); });
  events.clear();
  bob.drop();
  EXPECT_EQ(b.state(), room_state::attaching);
  carol.update("2");
  dave.leave();
  client erin{hub, "erin"};
  erin.enter();
  const text_session again = hub.resume(bob.resume_key()).value();
  std::sort(events.begin(), events.end());
  EXPECT_EQ(events, (lines{"leave dave resync", "present carol 2", "present erin"}));
  EXPECT_EQ(b.state(), room_state::attached);
}

TEST_F(hub_resume, each_room_is_judged_by_itself) {
  recording_sink sink;
  const auto other = alice.session.attach("other", mode_set::all(), std::ref(sink)).value();
  alice.session.drop();
  watcher.enter();
  const text_session again = hub.resume(key).value();
  EXPECT_EQ(alice.heard().back(), "sync [alice watcher]");
  EXPECT_EQ(sink.take().back(), "attached resumed");
}

TEST_F(hub_resume, again_and_again) {
  text_session session = std::move(alice.session);
  for (int n = 0; n < 5; ++n) {
    session.drop();
    advance(14s);
    session = hub.resume(key).value();
  }
  EXPECT_EQ(watcher.heard(), lines{});
  session.drop();
  EXPECT_EQ(next_in(), 15s);
  EXPECT_EQ(advance(15s), 1U);
}

TEST_F(hub_resume, twice_takes_the_session_from_the_first_to_resume) {
  alice.session.drop();
  text_session first = hub.resume(key).value();
  (void)alice.heard();
  text_session second = hub.resume(key).value();
  EXPECT_FALSE(alice.session.connected());
  EXPECT_FALSE(first.connected());
  EXPECT_TRUE(second.connected());
  first.drop();
  first.close();
  first = {};
  EXPECT_TRUE(second.connected());
  EXPECT_EQ(alice.heard(), lines{});  // the attachment goes on as it was
  EXPECT_EQ(members(), (lines{"alice a"}));
}

TEST_F(hub_resume, while_connected_takes_the_session_over) {
  {
    text_session taken = hub.resume(key).value();
    EXPECT_TRUE(taken.connected());
    EXPECT_FALSE(alice.session.connected());
    alice.session.drop();
    alice.session.close();
    EXPECT_TRUE(taken.connected());
    alice.session = {};  // nor does its destructor do anything
    EXPECT_TRUE(taken.connected());
    EXPECT_EQ(watcher.heard(), lines{});
  }
  EXPECT_EQ(watcher.heard(), (lines{"leave alice a closed"}));
}

TEST_F(hub_resume, handle_that_lost_its_session_attaches_nothing) {
  const text_session taken = hub.resume(key).value();
  recording_sink sink;
  EXPECT_EQ(alice.session.attach("other", mode_set::all(), std::ref(sink)).error(), errc::connection_closed);
  text_presence a{alice.session.room("other"), {}, clock};
  std::optional<std::error_code> outcome;
  a.attach([&](std::error_code how) { outcome = how; });
  EXPECT_EQ(outcome, errc::connection_closed);
  EXPECT_EQ(hub.room_count(), 1U);
}

TEST_F(hub_resume, transport_made_before_goes_on) {
  text_transport transport = alice.session.room("other");
  alice.session.drop();
  const text_session again = hub.resume(key).value();
  text_presence a{std::move(transport), {}, clock};
  a.enter("x");
  EXPECT_EQ(members("other"), (lines{"alice x"}));
}

// --- a server whose sink is a socket: it dies with the connection, and another one comes with the resume
// ------------------

TEST_F(hub_resume, sink_that_is_gone_is_replaced_after_the_resume) {
  alice.session.drop();
  alice.room = {};
  advance(10s);
  EXPECT_EQ(members(), (lines{"alice a"}));
  text_session again = hub.resume(key).value();
  recording_sink sink;
  const auto room = again.attach("lobby", mode_set::all(), std::ref(sink)).value();
  EXPECT_EQ(sink.take(), (lines{"attached resumed with members"}));  // the client at the other end missed nothing
  EXPECT_EQ(watcher.heard(), lines{});
}

TEST_F(hub_resume, sink_that_is_replaced_late_is_told_what_was_missed) {
  alice.session.drop();
  alice.room = {};
  text_session again = hub.resume(key).value();
  watcher.enter();
  recording_sink sink;
  const auto room = again.attach("lobby", mode_set::all(), std::ref(sink)).value();
  EXPECT_EQ(sink.take(), (lines{"attached with members", "sync [alice watcher]"}));
}

TEST_F(hub_resume, what_was_missed_is_not_forgotten_when_the_connection_is_lost_again) {
  alice.session.drop();
  alice.room = {};
  text_session again = hub.resume(key).value();
  watcher.enter();
  again.drop();  // before anybody has attached
  again = hub.resume(key).value();
  recording_sink sink;
  const auto room = again.attach("lobby", mode_set::all(), std::ref(sink)).value();
  EXPECT_EQ(sink.take(), (lines{"attached with members", "sync [alice watcher]"}));
}

TEST_F(hub_resume, sink_may_be_replaced_before_the_resume) {
  alice.session.drop();
  alice.room = {};
  recording_sink sink;
  const auto room = alice.session.attach("lobby", mode_set::all(), std::ref(sink)).value();
  EXPECT_EQ(sink.take(), lines{});  // waits for the resume
  EXPECT_EQ(alice.heard().back(), "detached: disconnected");
  const text_session again = hub.resume(key).value();
  EXPECT_EQ(sink.take(), (lines{"attached resumed with members"}));
}

TEST_F(hub_resume, sink_that_is_told_more_than_the_one_before_learns_all) {
  client bob{hub, "bob", "lobby", mode::presence};
  const std::string bobs = bob.session.resume_key();
  bob.session.drop();
  bob.room = {};  // it knew of its own members only
  recording_sink sink;
  const auto room = bob.session.attach("lobby", mode_set::all(), std::ref(sink)).value();
  bob.session = hub.resume(bobs).value();
  EXPECT_EQ(sink.take(), (lines{"attached with members", "sync [alice]"}));
}

TEST_F(hub_resume, sink_that_failed_in_a_sync_gets_it_again) {
  recording_sink sink;
  sink.then = [](const std::string& line) {
    if (line.starts_with("sync")) throw std::runtime_error{"cannot be taken"};
  };
  text_session bob = hub.connect("bob");
  const auto room = bob.attach("lobby", mode_set::all(), std::ref(sink)).value();
  sink.then = {};
  const std::string bobs = bob.resume_key();
  bob.drop();
  (void)sink.take();
  bob = hub.resume(bobs).value();
  EXPECT_EQ(sink.take(), (lines{"attached with members", "sync [alice]"}));
}

TEST_F(hub_resume, attachment_that_is_destroyed_late_keeps_the_members_for_who_resumed) {
  text_session again = hub.resume(key).value();  // taken over while it was connected
  alice.room = {};                               // by the old connection's end, before the new one has attached
  EXPECT_EQ(members(), (lines{"alice a"}));
  recording_sink sink;
  const auto room = again.attach("lobby", mode_set::all(), std::ref(sink)).value();
  EXPECT_EQ(sink.take(), (lines{"attached resumed with members"}));
  again.close();
  EXPECT_EQ(members(), lines{});
}

TEST_F(hub_resume, attachment_that_is_destroyed_after_the_new_attach_takes_no_member_along) {
  alice.session.drop();
  text_session again = hub.resume(key).value();
  recording_sink sink;
  const auto room = again.attach("lobby", mode_set::all(), std::ref(sink)).value();
  alice.room = {};
  EXPECT_EQ(members(), (lines{"alice a"}));
  EXPECT_EQ(watcher.heard(), lines{});
  watcher.enter();
  EXPECT_EQ(sink.take().back(), "enter watcher");
}

TEST_F(hub_resume, closed_sink_that_was_to_be_told_something_has_an_heir_that_is_not_resumed) {
  client first{hub, "first"};
  text_session x = hub.connect("x");
  recording_sink sink;
  // a sink that stands before the new one among the receivers
  auto room = x.attach("lobby", mode_set::all(), std::ref(sink)).value();
  EXPECT_EQ(sink.take().size(), 2U);
  bool once = true;
  watcher.sink.then = [&](const std::string& line) {
    if (line != "enter first" || !std::exchange(once, false)) return;
    x.drop();  // while it is being told to the others
    room = {};
    x = hub.resume(x.resume_key()).value();
    room = x.attach("lobby", mode_set::all(), std::ref(sink)).value();
  };
  first.enter();
  const lines heard = sink.take();
  ASSERT_GE(heard.size(), 2U);
  EXPECT_EQ(heard[heard.size() - 2], "attached with members");
  EXPECT_EQ(heard.back(), "sync [alice first]");
}

TEST_F(hub_resume, session_that_ends_before_its_late_sync_is_told_nothing_after_its_end) {
  client first{hub, "first"};
  alice.sink.keeps_up = false;
  watcher.enter();  // alice cannot keep up
  alice.sink.keeps_up = true;
  bool once = true;
  watcher.sink.then = [&](const std::string& line) {
    if (line != "enter first" || !std::exchange(once, false)) return;
    alice.session.drop();
    alice.session = hub.resume(key).value();
    alice.session.close();
  };
  first.enter();
  const lines heard = alice.heard();
  ASSERT_FALSE(heard.empty());
  EXPECT_EQ(heard.back(), "detached: connection closed");
  first.update();
  EXPECT_EQ(alice.heard(), lines{});
}

TEST_F(hub_resume, what_the_old_sink_could_not_take_the_new_one_is_told) {
  alice.sink.keeps_up = false;
  watcher.enter();
  watcher.update();
  alice.session.drop();
  alice.room = {};
  text_session again = hub.resume(key).value();
  recording_sink sink;
  const auto room = again.attach("lobby", mode_set::all(), std::ref(sink)).value();
  EXPECT_EQ(sink.take(), (lines{"attached with members", "sync [alice watcher]"}));
}

TEST_F(hub_resume, room_attached_while_disconnected_waits_for_the_resume) {
  alice.session.drop();
  recording_sink sink;
  const auto room = alice.session.attach("other", mode_set::all(), std::ref(sink)).value();
  EXPECT_EQ(sink.take(), lines{});
  const text_session again = hub.resume(key).value();
  EXPECT_EQ(sink.take(), (lines{"attached"}));
}

TEST_F(hub_resume, members_whose_presence_is_gone_leave_with_the_resume) {
  text_session bob = hub.connect("bob");
  {
    text_presence b{bob.room("lobby"), {}, clock};
    b.enter("b");
    bob.drop();
  }
  EXPECT_EQ(members(), (lines{"alice a", "bob b"}));  // for the grace, like anybody's
  EXPECT_EQ(watcher.heard(), (lines{"enter bob b"}));
  const text_session again = hub.resume(bob.resume_key()).value();
  EXPECT_EQ(watcher.heard(), (lines{"leave bob b closed"}));
}

TEST_F(hub_resume, sink_in_the_place_of_a_presence_that_is_gone_learns_all) {
  text_session bob = hub.connect("bob");
  {
    text_presence b{bob.room("lobby"), {}, clock};
    b.enter("b");
    bob.drop();
  }
  recording_sink sink;
  const auto room = bob.attach("lobby", mode_set::all(), std::ref(sink)).value();
  const text_session again = hub.resume(bob.resume_key()).value();
  EXPECT_EQ(sink.take(), (lines{"attached with members", "sync [alice bob]"}));
}

TEST_F(hub_resume, presence_made_anew_while_disconnected_learns_all) {
  text_session bob = hub.connect("bob");
  {
    text_presence first{bob.room("lobby"), {}, clock};
    first.enter("b");
    bob.drop();
  }
  text_presence second{bob.room("lobby"), {}, clock};
  second.attach();
  EXPECT_EQ(second.state(), room_state::attaching);
  const text_session again = hub.resume(bob.resume_key()).value();
  EXPECT_TRUE(second.sync_complete());
  EXPECT_EQ(second.size(), 2U);
  EXPECT_EQ(members(), (lines{"alice a", "bob b"}));
}

}  // namespace
}  // namespace presence::test::hub_resume_test
