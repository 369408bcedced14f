// What a user may get wrong with hubs, sessions, attachments and participants, and that does no harm. What is a compile
// error instead is in tests/compile_fail. Wrong ways that belong to one thing only are tested beside it: wrong keys in
// resume_test, names and identities in connect_test and attach_test, destruction in any order in destruction_test,
// listeners that throw in callbacks_test.
#include "support/hub_fixture.hpp"
#include <presence/error.hpp>
#include <presence/tracked.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test::hub_wrong_ways_test {
namespace {

/// A sink as users write it, given away by value. What it hears goes to a list that stands still.
struct outbox {
  lines* heard;
  void on_attached(const attachment_info& info) { heard->push_back(info.resumed ? "resumed" : "attached"); }
  void on_sync(const message_batch<std::string>& page, const sync_cursor&) { on_presence(page); }
  bool on_presence(const message_batch<std::string>& messages) {
    for (const text_message& m : *messages) heard->push_back(to_line(m));
    return true;
  }
  void on_detached(std::error_code why) { heard->push_back(why ? "detached: " + why.message() : "detached"); }
};

/// What an attachment or a participant answers to each call that it has.
template <class Publisher>
std::vector<std::error_code> outcomes_of_everything(Publisher& who) {
  std::vector<std::error_code> all;
  const auto note = [&](std::error_code how) { all.push_back(how); };
  who.enter(note);
  who.update("data", note);
  who.leave("data", {{"k", "v"}}, note);
  who.enter_client("somebody", note);
  who.update_client("somebody", "data", note);
  who.leave_client("somebody", note);
  return all;
}

class wrong_way : public hub_test {
 protected:
  client watcher{hub, "watcher"};

  void SetUp() override { (void)watcher.heard(); }
};

// --- sinks and attachments -------------------------------------------------------------------------------------------

TEST_F(wrong_way, sinks_and_attachments_in_vectors_that_grow) {
  std::vector<lines> heard(20);
  std::vector<text_session> sessions;
  std::vector<text_attachment> rooms;  // both move what they hold, again and again
  for (int i = 0; i < 20; ++i) {
    sessions.push_back(hub.connect("user " + std::to_string(i)));
    std::vector<outbox> sinks(1, outbox{&heard[static_cast<std::size_t>(i)]});
    rooms.push_back(sessions.back().attach("lobby", mode_set::all(), std::move(sinks.back())).value());
    sinks.reserve(100);
  }
  rooms.erase(rooms.begin());
  for (text_attachment& each : rooms) each.enter();
  EXPECT_EQ(heard[0], (lines{"attached"}));
  for (std::size_t i = 1; i < 20; ++i) EXPECT_EQ(heard[i].size(), 1U + 19U) << i;
}

TEST_F(wrong_way, attachment_that_is_forgotten_is_attached_for_a_moment) {
  lines heard;
  text_session alice = hub.connect("alice");
  (void)alice.attach("lobby", mode_set::all(), outbox{&heard});
  EXPECT_EQ(heard, (lines{"attached"}));
  watcher.enter();
  EXPECT_EQ(heard, (lines{"attached"}));
  EXPECT_EQ(hub.occupancy("lobby").watchers, 1U) << "the watcher alone";
}

TEST_F(wrong_way, attachment_moved_to_itself_stays) {
  client alice{hub, "alice"};
  alice.enter();
  text_attachment& same = alice.room;
  alice.room = std::move(same);
  text_session& same_session = alice.session;
  alice.session = std::move(same_session);
  EXPECT_EQ(members(), lines{"alice"});
  EXPECT_EQ(alice.update("still here"), std::error_code{});
}

TEST_F(wrong_way, everything_asked_of_an_attachment_that_is_none) {
  text_attachment none;
  client alice{hub, "alice"};
  const text_attachment real = std::move(alice.room);
  for (text_attachment* each : {&none, &alice.room}) {
    const std::vector<std::error_code> aborted(6, make_error_code(errc::operation_aborted));
    EXPECT_EQ(outcomes_of_everything(*each), aborted);
    each->enter();
    each->publish({});
    each->resync();
    each->detach();
    EXPECT_EQ(each->room(), "");
    EXPECT_EQ(each->connection_id(), "");
    EXPECT_EQ(each->modes(), mode_set{});
  }
  EXPECT_EQ(members(), lines{});
}

TEST_F(wrong_way, everything_asked_of_an_attachment_that_has_ended) {
  const std::vector<std::error_code> over(6, make_error_code(errc::invalid_room_state));
  const std::vector<std::pair<std::string, std::function<void(client&)>>> ends = {
      {"detached", [](client& c) { c.room.detach(); }},
      {"detached by its session", [](client& c) { EXPECT_TRUE(c.session.detach("lobby")); }},
      {"its session was closed", [](client& c) { c.session.close(); }},
      {"its session is gone", [](client& c) { c.session = {}; }},
      {"kicked", [this](client&) { hub.kick("gateway"); }},
      {"the room was closed", [this](client&) { hub.close_room("lobby"); }},
      {"the grace period is over", [this](client& c) {
         c.session.drop();
         advance(15s);
       }}};
  for (const auto& [how, end] : ends) {
    client c{hub, identity::wildcard("gateway")};
    c.enter();
    end(c);
    (void)c.heard();
    EXPECT_EQ(outcomes_of_everything(c.room), over) << how;
    c.room.resync();
    c.room.detach();
    EXPECT_EQ(c.heard(), lines{}) << how;
    EXPECT_EQ(members(), lines{}) << how;
  }
  EXPECT_EQ(hub.session_count(), 1U) << "the watcher";
}

TEST_F(wrong_way, banned_user_goes_on_with_an_open_attachment_and_an_old_handle) {
  client alice{hub, "alice"};
  alice.enter();
  hub.ban("alice", 1h);
  EXPECT_EQ(watcher.heard(), (lines{"enter alice", "leave alice evicted"}));
  (void)alice.heard();
  EXPECT_EQ(alice.enter(), errc::invalid_room_state);
  EXPECT_EQ(alice.update("I am here"), errc::invalid_room_state);
  alice.room.resync();
  lines heard;
  EXPECT_EQ(alice.session.attach("lobby", mode_set::all(), outbox{&heard}).error(), errc::connection_closed);
  EXPECT_EQ(alice.session.join("lobby").state(), room_state::detached);
  alice.session.drop();
  EXPECT_FALSE(hub.resume(alice.session.resume_key()));
  EXPECT_EQ(hub.next_deadline(), std::nullopt) << "nobody has a grace period";
  EXPECT_EQ(watcher.heard(), lines{});
  EXPECT_EQ(members(), lines{});
}

TEST_F(wrong_way, old_attachment_and_old_session_are_used_after_a_resume) {
  client alice{hub, "alice"};
  alice.enter();
  lines heard;
  auto back = hub.resume(alice.session.resume_key(), [&](std::string_view) { return outbox{&heard}; }).value();
  (void)alice.heard();
  (void)watcher.heard();
  EXPECT_EQ(alice.update("from the old socket"), errc::invalid_room_state);
  alice.room.resync();
  alice.room.detach();
  EXPECT_FALSE(alice.session.detach("lobby"));
  alice.session.drop();
  alice.session.close();
  alice.room = {};
  alice.session = {};
  EXPECT_EQ(alice.heard(), lines{});
  EXPECT_EQ(watcher.heard(), lines{});
  EXPECT_EQ(heard, (lines{"resumed"}));
  EXPECT_EQ(hub.next_deadline(), std::nullopt);
  std::optional<std::error_code> outcome;
  back.attachments.at(0).update("from the new one", [&](std::error_code how) { outcome = how; });
  EXPECT_EQ(outcome, std::error_code{});
}

TEST_F(wrong_way, resumed_attachments_are_thrown_away) {
  client alice{hub, "alice"};
  alice.enter();
  alice.session.drop();
  lines heard;
  {
    const auto ignored = hub.resume(alice.session.resume_key(), [&](std::string_view) { return outbox{&heard}; });
    EXPECT_EQ(members(), lines{"alice"});
  }
  EXPECT_EQ(members(), lines{}) << "the end of the session's only handle is a goodbye";
}

TEST_F(wrong_way, pointer_to_no_sink_is_a_bad_request) {
  text_session alice = hub.connect("alice");
  EXPECT_EQ(alice.attach("lobby", mode_set::all(), std::shared_ptr<outbox>{}).error(), errc::bad_request);
  EXPECT_EQ(alice.attach("lobby", mode_set::all(), std::unique_ptr<outbox>{}).error(), errc::bad_request);
  EXPECT_EQ(hub.occupancy("lobby").watchers, 1U);
}

TEST_F(wrong_way, sink_that_is_shared_ends_with_the_last_who_holds_it) {
  lines heard;
  auto shared = std::make_shared<outbox>(outbox{&heard});
  text_session alice = hub.connect("alice");
  {
    const auto one = alice.attach("lobby", mode_set::all(), shared).value();
    const auto two = alice.attach("attic", mode_set::all(), std::move(shared)).value();
    heard.clear();
    watcher.enter();
    EXPECT_EQ(heard, (lines{"enter watcher"}));
  }
  watcher.leave();
  EXPECT_EQ(heard, (lines{"enter watcher"}));
}

// --- sessions and hubs -----------------------------------------------------------------------------------------------

TEST_F(wrong_way, session_that_is_none) {
  text_session none;
  lines heard;
  EXPECT_EQ(none.attach("lobby", mode_set::all(), outbox{&heard}).error(), errc::connection_closed);
  EXPECT_FALSE(none.detach("lobby"));
  EXPECT_FALSE(none.connected());
  none.drop();
  none.close();
  text_presence p = none.join("lobby");
  EXPECT_EQ(p.state(), room_state::detached);
  std::optional<std::error_code> entered;
  p.enter("here", [&](std::error_code how) { entered = how; });
  EXPECT_EQ(entered, errc::invalid_client_id);
  EXPECT_EQ(p.get().error(), errc::invalid_room_state);
  EXPECT_EQ(heard, lines{});
}

TEST_F(wrong_way, key_of_another_hub) {
  text_hub other{{}, clock};
  const text_session alice = other.connect("alice");
  EXPECT_EQ(hub.resume(alice.resume_key()).error(), errc::invalid_resume_key);
  EXPECT_TRUE(alice.connected());
}

TEST_F(wrong_way, timer_hook_that_does_the_work_itself) {
  hub_options options;
  options.grace = 0s;
  std::size_t ended = 0;
  options.on_earlier_deadline = [&] { ended += hub.run_due(); };
  hub = text_hub{options, clock};
  client alice{hub, "alice"};
  client bob{hub, "bob"};
  alice.enter();
  alice.session.drop();
  EXPECT_EQ(ended, 1U);
  EXPECT_EQ(bob.heard().back(), "leave alice timed_out");
}

TEST_F(wrong_way, authorize_that_uses_the_hub) {
  hub_options options;
  int depth = 0;
  lines heard;
  std::optional<text_session> alice;
  options.authorize = [&](const identity&, std::string_view room) {
    if (depth++ == 0) {
      EXPECT_TRUE(alice->attach("other room", mode_set::all(), outbox{&heard}));
      hub.evict(room, "alice");
      hub.reauthorize();
    }
    return mode_set::all();
  };
  hub = text_hub{options, clock};
  alice = hub.connect("alice");
  EXPECT_TRUE(alice->attach("lobby", mode_set::all(), outbox{&heard}));
  EXPECT_GE(depth, 2);
  options.authorize = [&](const identity&, std::string_view) {
    hub = text_hub{};  // the end of everything, while it is being asked
    return mode_set::all();
  };
  hub = text_hub{options, clock};
  alice = hub.connect("alice");
  EXPECT_EQ(alice->attach("lobby", mode_set::all(), outbox{&heard}).error(), errc::connection_closed);
}

TEST_F(wrong_way, authorize_that_throws_has_said_no) {
  hub_options options;
  bool throws = false;
  options.authorize = [&](const identity&, std::string_view) -> mode_set {
    if (throws) throw std::runtime_error{"the database is away"};
    return mode_set::all();
  };
  hub = text_hub{options, clock};
  client alice{hub, "alice"};
  alice.enter();
  throws = true;
  lines heard;
  text_session bob = hub.connect("bob");
  EXPECT_EQ(bob.attach("lobby", mode_set::all(), outbox{&heard}).error(), errc::not_permitted);
  EXPECT_EQ(heard, lines{});
  EXPECT_EQ(members(), lines{"alice"});
}

// --- participants and listeners --------------------------------------------------------------------------------------

TEST_F(wrong_way, subscription_that_is_forgotten_is_never_called) {
  text_session alice = hub.connect("alice");
  text_presence p = alice.join("lobby");
  int calls = 0;
  (void)p.subscribe([&](const auto&) { ++calls; });
  p.enter("here");
  EXPECT_EQ(calls, 0);
}

TEST_F(wrong_way, listener_of_an_owner_that_there_never_was) {
  text_session alice = hub.connect("alice");
  text_presence p = alice.join("lobby");
  int calls = 0;
  const subscription sub = p.subscribe(tracked(std::shared_ptr<lines>{}, [&](lines&, const auto&) { ++calls; }));
  p.enter("here");
  EXPECT_EQ(calls, 0);
  EXPECT_FALSE(sub.active());
}

TEST_F(wrong_way, room_of_which_two_participants_are_made) {
  text_session alice = hub.connect("alice");
  auto room = alice.room("lobby");
  text_presence first{std::move(room), {}, clock};
  text_presence second{std::move(room), {}, clock};  // NOLINT(bugprone-use-after-move)
  first.enter("first");
  std::optional<std::error_code> attached;
  second.attach([&](std::error_code how) { attached = how; });
  EXPECT_EQ(attached, errc::connection_closed);
  EXPECT_EQ(second.state(), room_state::detached);
  second.detach();
  EXPECT_EQ(members(), lines{"alice first"});
}

TEST_F(wrong_way, participant_is_told_to_act_although_its_session_says_goodbye_inside) {
  text_session alice = hub.connect("alice");
  text_presence p = alice.join("lobby");
  std::optional<std::error_code> second;
  const subscription sub = p.subscribe(action::enter, [&](const auto&) {
    alice = {};
    p.update("too late", [&](std::error_code how) { second = how; });
    EXPECT_TRUE(p.get());
  });
  p.enter("here");
  EXPECT_TRUE(second == errc::connection_closed || second == errc::invalid_room_state) << second->message();
  EXPECT_EQ(p.state(), room_state::detached);
  EXPECT_EQ(members(), lines{});
}

}  // namespace
}  // namespace presence::test::hub_wrong_ways_test
