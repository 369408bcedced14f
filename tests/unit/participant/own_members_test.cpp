// Own members and their re-entry, and `self()`: "Own members and re-entry" of docs/semantics.md.
#include "support/participant.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace presence::test::participant_own_members_test {
namespace {

class presence_own_members : public participant_test {
 protected:
  /// Attached and present with `data`.
  void enter_with(const std::string& data) {
    p->enter(data);
    ASSERT_EQ(p->self().state, self_state::present);
    forget();
  }
  /// The connection comes back as another one, on which the hub knows nothing of us.
  void reconnect(const std::string& connection = "c2", testing::attach_answer how = {}) {
    room.drop();
    room.set_connection_id(connection);
    room.answer_attach(how);
  }
  [[nodiscard]] self_status lost(leave_reason reason) const { return {self_state::lost, reason, {}}; }
  [[nodiscard]] self_status lost(std::error_code error) const { return {self_state::lost, leave_reason::none, error}; }
};

/// A message of this connection, as the hub echoes it.
message_builder<std::string> own(action what, std::string_view client_id = "me") {
  return message_builder<std::string>{what, client_id, "c1"};
}

// --- what the own set is fed by -------------------------------------------------------------------------------------------

TEST_F(presence_own_members, the_echo_makes_an_own_member_not_the_call_RTP17b) {
  room.by_hand(transport_call::publish);
  p->enter("x");
  forget();
  room.answer_publish({.outcome = errc::disconnected});  // nobody knows whether the hub has done it
  reconnect();
  EXPECT_EQ(take_published(), silence);
}

TEST_F(presence_own_members, an_answer_makes_one_where_the_echo_was_lost) {
  room.by_hand(transport_call::publish);
  p->enter("x");
  room.answer_publish({.outcome = {}, .echo = false});
  EXPECT_EQ(p->self().state, self_state::present);
  forget();
  reconnect();
  EXPECT_EQ(take_published(), lines{"enter me x"});
}

TEST_F(presence_own_members, a_call_that_failed_makes_none_RTP17b) {
  room.by_hand(transport_call::publish);
  p->enter("x");
  room.answer_publish({.outcome = errc::room_full});
  forget();
  reconnect();
  EXPECT_EQ(take_published(), silence);
}

TEST_F(presence_own_members, enter_update_and_present_of_this_connection_make_one_RTP17b) {
  for (const action what : {action::enter, action::update, action::present}) {
    open();
    attach_with();
    room.push(own(what).data("x"));
    reconnect();
    EXPECT_EQ(take_published(), lines{"enter me x"}) << what;
  }
}

TEST_F(presence_own_members, a_page_of_a_sync_makes_one_too_RTP17b) {
  attach_with({own(action::present).data("x")});
  reconnect();
  EXPECT_EQ(take_published(), lines{"enter me x"});
}

TEST_F(presence_own_members, those_of_another_connection_are_not_own_RTP17b) {
  attach_with();
  room.push(enter("me", "c9").data("x"));
  EXPECT_EQ(p->self().state, self_state::absent);
  reconnect();
  EXPECT_EQ(take_published(), silence);
}

TEST_F(presence_own_members, the_last_data_and_extras_count_RTP17i) {
  enter_with("x");
  p->update("y", extras{{"k", "v"}});
  forget();
  reconnect();
  ASSERT_EQ(room.published().size(), 1U);
  EXPECT_EQ(room.published()[0].extras, (extras{{"k", "v"}}));
  EXPECT_EQ(take_published(), lines{"enter me y"});
}

TEST_F(presence_own_members, an_older_page_does_not_set_one_back_RTP17b) {
  attach_with();
  room.push(own(action::update).serial(5).data("new"));
  room.sync("s:", {own(action::present).serial(3).data("old")});
  reconnect();
  EXPECT_EQ(take_published(), lines{"enter me new"});
}

TEST_F(presence_own_members, a_leave_takes_one_out_RTP17b) {
  enter_with("x");
  p->leave();
  reconnect();
  EXPECT_EQ(take_published(), lines{"leave"});  // ours, and no re-entry
}

TEST_F(presence_own_members, a_leave_that_is_on_its_way_is_not_undone_by_a_re_entry_RTP17i) {
  enter_with("x");
  room.by_hand(transport_call::publish);
  p->leave();
  forget();
  reconnect();
  EXPECT_EQ(take_published(), silence);
  room.answer_publish({.outcome = {}, .echo = false});  // over the new connection: the echo was lost with the old one
  EXPECT_EQ(p->self(), self_status{});
}

TEST_F(presence_own_members, a_synthesized_leave_does_not_RTP17b) {
  enter_with("x");
  room.push(own(action::leave).synthesized().at(9'000'000'000'000).reason(leave_reason::timed_out));
  EXPECT_EQ(p->size(), 0U);
  reconnect();
  EXPECT_EQ(take_published(), lines{"enter me x"});
}

TEST_F(presence_own_members, an_eviction_takes_one_out_though_it_is_synthesized) {
  enter_with("x");
  room.push(own(action::leave).synthesized().at(9'000'000'000'000).reason(leave_reason::evicted));
  reconnect();
  EXPECT_EQ(take_published(), silence);
}

TEST_F(presence_own_members, an_older_leave_takes_none_out_RTP17b) {
  attach_with();
  room.push(own(action::enter).serial(5).data("x"));
  room.push(own(action::leave).serial(4));
  EXPECT_EQ(p->self().state, self_state::present);
  reconnect();
  EXPECT_EQ(take_published(), lines{"enter me x"});
}

TEST_F(presence_own_members, a_leave_during_a_sync_is_not_undone_by_an_older_page_RTP17b) {
  enter_with("x");
  room.answer_attach({.has_members = true});
  room.push(own(action::leave).serial(8));
  room.sync("s:", {own(action::present).serial(7).data("x")});
  forget();
  reconnect();
  EXPECT_EQ(take_published(), silence);
  EXPECT_EQ(p->self().state, self_state::absent);
}

TEST_F(presence_own_members, they_are_told_apart_by_client_id_alone_RTP17h) {
  open({}, "*");
  attach_with();
  p->enter_client("a", "1");
  p->enter_client("b", "2");
  p->update_client("a", "3");
  forget();
  reconnect();
  lines again = take_published();
  std::sort(again.begin(), again.end());
  EXPECT_EQ(again, (lines{"enter a 3", "enter b 2"}));
  forget();
  reconnect("c3");  // entered once on the new connection: not twice
  again = take_published();
  std::sort(again.begin(), again.end());
  EXPECT_EQ(again, (lines{"enter a 3", "enter b 2"}));
}

// --- without events -------------------------------------------------------------------------------------------------------

TEST_F(presence_own_members, they_are_echoed_without_events_too_RTP17a) {
  open({.enable_events = false});
  p->enter("x");
  EXPECT_EQ(p->self().state, self_state::present);
  reconnect();
  EXPECT_EQ(take_published(), (lines{"enter x", "enter me x"}));
}

TEST_F(presence_own_members, a_leave_without_events_counts_after_another_attach_RTP17a) {
  open({.enable_events = false});
  enter_with("x");
  room.by_hand(transport_call::publish);
  room.answer_attach();  // not resumed, on the same connection: the member is entered again under its old id, and …
  room.answer_publish({.outcome = {}, .echo = false});  // … as the hub has it, nobody is told
  room.automatic(transport_call::publish);
  forget();
  p->leave();
  EXPECT_EQ(p->self().state, self_state::absent);
  reconnect();
  EXPECT_EQ(take_published(), lines{"leave"});
}

// --- when they are entered again ------------------------------------------------------------------------------------------

TEST_F(presence_own_members, each_attach_that_is_not_resumed_enters_them_again_RTP17i) {
  enter_with("x");
  room.answer_attach();  // within attached
  EXPECT_EQ(take_published(), lines{"enter me x"});
  reconnect("c1");
  EXPECT_EQ(take_published(), lines{"enter me x"});
  room.suspend();
  p->attach();
  EXPECT_EQ(take_published(), lines{"enter me x"});
}

TEST_F(presence_own_members, a_resumed_attach_enters_nothing_RTP17i) {
  enter_with("x");
  reconnect("c1", {.resumed = true});
  EXPECT_EQ(take_published(), silence);
  EXPECT_EQ(p->self().state, self_state::present);
}

TEST_F(presence_own_members, they_come_before_what_waited_for_the_attach_RTP17i) {
  enter_with("x");
  room.drop();
  p->update("y");
  room.set_connection_id("c2");
  room.answer_attach();
  EXPECT_EQ(take_published(), (lines{"enter me x", "update y"}));
}

TEST_F(presence_own_members, a_re_entry_has_client_id_data_and_extras_RTP17g) {
  p->enter("x", extras{{"k", "v"}});
  room.forget_calls();
  reconnect();
  const auto again = room.published();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].action, action::enter);
  EXPECT_EQ(again[0].client_id, "me");
  EXPECT_EQ(*again[0].data, "x");
  EXPECT_EQ(again[0].extras, (extras{{"k", "v"}}));
}

TEST_F(presence_own_members, a_re_entry_has_the_old_id_on_the_same_connection_RTP17g1) {
  attach_with();
  room.push(own(action::enter).serial(7, 3));
  reconnect("c1");
  ASSERT_EQ(room.published().size(), 1U);
  EXPECT_EQ(room.published()[0].id, (message_id{7, 3, id_origin::connection}));
}

TEST_F(presence_own_members, a_re_entry_has_no_id_on_another_connection_RTP17g1) {
  attach_with();
  room.push(own(action::enter).serial(7, 3));
  reconnect("c2");
  ASSERT_EQ(room.published().size(), 1U);
  EXPECT_EQ(room.published()[0].id, message_id{});
}

TEST_F(presence_own_members, a_re_entry_that_fails_is_told_with_client_id_and_cause_RTP17e) {
  enter_with("x");
  std::vector<room_event> told;
  const subscription sub = p->subscribe_state([&](const room_event& e) { told.push_back(e); });
  room.refuse_nth(1, errc::not_permitted);
  reconnect();
  ASSERT_EQ(told.size(), 3U);  // attaching, attached, and this
  EXPECT_EQ(told[2].error, errc::reentry_failed);
  EXPECT_EQ(told[2].client_id, "me");
  EXPECT_EQ(told[2].cause, errc::not_permitted);
  EXPECT_EQ(told[2].previous, room_state::attached);
  EXPECT_EQ(told[2].current, room_state::attached);
  EXPECT_EQ(p->self(), lost(errc::not_permitted));
  EXPECT_EQ(errors, silence);
}

TEST_F(presence_own_members, a_re_entry_that_failed_is_not_tried_again_RTP17e) {
  enter_with("x");
  room.refuse_nth(1, errc::not_permitted);
  reconnect();
  forget();
  reconnect("c3");
  EXPECT_EQ(take_published(), silence);
}

// --- am I present? --------------------------------------------------------------------------------------------------------

TEST_F(presence_own_members, self_goes_from_absent_through_entering_to_present_and_back) {
  EXPECT_EQ(p->self(), self_status{});
  room.by_hand(transport_call::attach);
  room.by_hand(transport_call::publish);
  p->enter("x");
  EXPECT_EQ(p->self().state, self_state::entering);
  room.answer_attach();
  EXPECT_EQ(p->self().state, self_state::entering);
  room.answer_publish();
  EXPECT_EQ(p->self().state, self_state::present);
  p->leave();
  EXPECT_EQ(p->self().state, self_state::present);  // until the hub says so
  room.answer_publish();
  EXPECT_EQ(p->self(), self_status{});
}

TEST_F(presence_own_members, self_is_present_before_the_handler_is_called) {
  self_state then = self_state::absent;
  p->enter("x", [&](std::error_code) { then = p->self().state; });
  EXPECT_EQ(then, self_state::present);
}

TEST_F(presence_own_members, self_stays_absent_where_entering_fails) {
  room.by_hand(transport_call::publish);
  p->enter("x");
  room.answer_publish({.outcome = errc::not_permitted});
  EXPECT_EQ(p->self(), self_status{});
}

TEST_F(presence_own_members, self_stays_present_where_an_update_fails) {
  enter_with("x");
  room.refuse_nth(1, errc::rate_limited);
  p->update("y");
  EXPECT_EQ(p->self().state, self_state::present);
}

TEST_F(presence_own_members, self_stays_present_while_the_connection_is_away) {
  enter_with("x");
  room.drop();
  EXPECT_EQ(p->self().state, self_state::present);
}

TEST_F(presence_own_members, self_is_not_what_is_done_for_other_clients) {
  open({}, "*");
  p->enter_client("a", "1");
  EXPECT_EQ(p->self(), self_status{});
}

TEST_F(presence_own_members, self_is_what_is_done_for_the_own_client_id) {
  p->enter_client("me", "1");
  EXPECT_EQ(p->self().state, self_state::present);
}

TEST_F(presence_own_members, self_says_how_the_hub_removed_it) {
  for (const leave_reason reason : {leave_reason::timed_out, leave_reason::evicted, leave_reason::closed}) {
    open();
    enter_with("x");
    room.push(own(action::leave).synthesized().at(9'000'000'000'000).reason(reason));
    EXPECT_EQ(p->self(), lost(reason)) << reason;
  }
}

TEST_F(presence_own_members, self_is_lost_with_the_room) {
  enter_with("x");
  room.detach(errc::connection_closed);
  EXPECT_EQ(p->self(), lost(errc::connection_closed));
  open();
  enter_with("x");
  room.fail(errc::not_permitted);
  EXPECT_EQ(p->self(), lost(errc::not_permitted));
}

TEST_F(presence_own_members, without_events_they_are_echoed_after_a_resume_that_nobody_was_attached_for_RTP17a) {
  open({.enable_events = false});
  const mode_set quiet{mode::presence};
  room.attach_with({.modes = quiet});
  p->attach();
  p->detach();
  room.by_hand(transport_call::attach);
  room.by_hand(transport_call::resync);
  p->attach();
  room.answer_attach({.resumed = true, .modes = quiet});
  p->enter("x");  // echoed once, and not by the sync that follows
  room.answer_attach({.modes = quiet});
  forget();
  reconnect("c2", {.modes = quiet});
  EXPECT_EQ(take_published(), lines{"enter me x"});
}

TEST_F(presence_own_members, self_is_absent_after_a_detach_that_was_asked_for) {
  enter_with("x");
  p->detach();
  EXPECT_EQ(p->self(), self_status{});
}

TEST_F(presence_own_members, self_was_never_present_where_the_room_ends_before_it_entered) {
  for (const bool suspends : {true, false}) {
    open();
    room.by_hand(transport_call::attach);
    p->enter("x");
    suspends ? room.suspend() : room.fail(errc::not_permitted);
    EXPECT_EQ(p->self(), self_status{});
  }
}

TEST_F(presence_own_members, self_is_lost_in_suspended_and_entering_again_after_it) {
  enter_with("x");
  room.by_hand(transport_call::publish);
  room.suspend();
  EXPECT_EQ(p->self(), lost(errc::disconnected));
  room.answer_attach();
  EXPECT_EQ(p->self().state, self_state::entering);
  room.answer_publish();
  EXPECT_EQ(p->self().state, self_state::present);
}

TEST_F(presence_own_members, self_is_present_again_where_the_attach_after_suspended_is_resumed) {
  enter_with("x");
  room.suspend();
  room.answer_attach({.resumed = true});
  EXPECT_EQ(p->self().state, self_state::present);
}

// --- wishes -----------------------------------------------------------------------------------------------------------------

TEST_F(presence_own_members, an_update_that_was_refused_is_not_entered_again) {
  enter_with("old");
  room.refuse_nth(1, errc::message_too_large);
  p->update("new");
  forget();
  reconnect();
  EXPECT_EQ(take_published(), lines{"enter me old"});
}

TEST_F(presence_own_members, a_re_entry_does_not_come_after_a_newer_update) {
  enter_with("old");
  room.drop();
  room.set_connection_id("c2");
  room.by_hand(transport_call::publish);
  room.answer_attach({.has_members = true});
  p->update("new");
  room.answer_attach({.has_members = true});  // attached anew before either was answered
  EXPECT_EQ(take_published(), (lines{"enter me old", "update new"}));
  while (room.unanswered() > 0) room.answer_publish();
  EXPECT_EQ(take_published(), silence);  // the hub has it
  EXPECT_EQ(*p->get("me")->front().data, "new");
  reconnect("c3");
  EXPECT_EQ(take_published(), lines{"enter me new"});
}

TEST_F(presence_own_members, a_re_entry_that_is_unanswered_is_not_sent_twice) {
  enter_with("x");
  room.by_hand(transport_call::publish);
  reconnect();
  room.answer_attach({.has_members = true});
  room.answer_attach({.resumed = true});
  EXPECT_EQ(take_published(), lines{"enter me x"});
  room.answer_publish();
  EXPECT_EQ(take_published(), silence);
  EXPECT_EQ(p->self().state, self_state::present);
}

TEST_F(presence_own_members, an_update_that_nobody_answered_is_followed_by_what_was_accepted) {
  enter_with("old");
  room.by_hand(transport_call::publish);
  p->update("new");
  reconnect();
  forget();
  room.answer_publish({.outcome = errc::disconnected});
  EXPECT_EQ(take_published(), lines{"enter me old"});
}

TEST_F(presence_own_members, a_leave_that_waits_is_not_preceded_by_a_re_entry) {
  for (const char* connection : {"c1", "c2"}) {
    open();
    enter_with("x");
    room.drop();
    outcome left;
    p->leave(left.handler());
    room.set_connection_id(connection);
    room.answer_attach({.has_members = true});
    EXPECT_EQ(take_published(), lines{"leave"}) << connection;
    EXPECT_TRUE(left.ok());
    EXPECT_EQ(p->self(), self_status{});
  }
}

TEST_F(presence_own_members, a_leave_that_was_refused_here_ends_the_wish) {
  for (const bool suspended : {true, false}) {
    open({.queue_operations = false});
    enter_with("x");
    suspended ? room.suspend() : room.drop();
    outcome left;
    p->leave(left.handler());
    EXPECT_EQ(left.code(), errc::invalid_room_state);
    room.set_connection_id("c2");
    room.answer_attach();
    EXPECT_EQ(take_published(), silence);
    EXPECT_EQ(p->self(), self_status{});
  }
}

TEST_F(presence_own_members, a_leave_that_nobody_answered_ends_the_wish) {
  for (const bool before_the_attach : {true, false}) {
    for (const char* connection : {"c1", "c2"}) {
      open();
      enter_with("x");
      room.by_hand(transport_call::publish);
      p->leave();
      room.drop();
      if (before_the_attach) room.answer_publish({.outcome = errc::disconnected});
      forget();
      room.set_connection_id(connection);
      room.answer_attach({.has_members = true});
      if (!before_the_attach) room.answer_publish({.outcome = errc::disconnected});
      EXPECT_EQ(take_published(), silence) << before_the_attach << connection;
    }
  }
}

TEST_F(presence_own_members, self_is_absent_where_a_leave_was_not_answered_and_an_update_after_it_was_refused) {
  enter_with("x");
  room.by_hand(transport_call::publish);
  p->leave();
  room.drop();
  room.answer_publish({.outcome = errc::disconnected});
  p->update("y");
  room.set_connection_id("c2");
  room.answer_attach();
  EXPECT_EQ(p->self().state, self_state::entering);
  room.answer_publish({.outcome = errc::message_too_large});
  EXPECT_EQ(p->self(), self_status{});
}

TEST_F(presence_own_members, a_leave_that_the_hub_refused_leaves_the_wish) {
  enter_with("x");
  room.refuse_nth(1, errc::not_permitted);
  p->leave();
  forget();
  reconnect();
  EXPECT_EQ(take_published(), lines{"enter me x"});
}

TEST_F(presence_own_members, a_re_entry_of_what_the_hub_ended_is_lost) {
  enter_with("x");
  room.refuse_nth(1, errc::evicted);
  room.answer_attach({.has_members = true});
  EXPECT_EQ(p->self(), lost(leave_reason::evicted));
  forget();
  reconnect();
  EXPECT_EQ(take_published(), silence);
}

TEST_F(presence_own_members, a_re_entry_of_whom_the_hub_has_banned_is_not_tried_again) {
  enter_with("x");
  room.refuse_nth(1, errc::banned);
  room.answer_attach({.has_members = true});
  EXPECT_EQ(p->self(), (self_status{self_state::lost, leave_reason::none, errc::banned}));
  forget();
  reconnect();
  EXPECT_EQ(take_published(), silence);
}

TEST_F(presence_own_members, a_late_answer_does_not_bring_back_what_a_sync_lacks) {
  for (const bool late : {true, false}) {
    open();
    attach_with();
    room.by_hand(transport_call::publish);
    p->enter("x");
    if (!late) room.answer_publish({.outcome = {}, .echo = false});
    room.answer_attach({.has_members = true});
    room.sync("s:", {present("bob", "c2")});
    if (late) room.answer_publish({.outcome = {}, .echo = false});
    EXPECT_EQ(p->self(), lost(leave_reason::resync)) << late;
    room.answer_attach({.has_members = true});
    room.sync("t:", {present("bob", "c2")});  // nor does the next one have it
    EXPECT_EQ(p->self(), lost(leave_reason::resync)) << late;
    forget();
    reconnect();
    EXPECT_EQ(take_published(), silence) << late;
  }
}

TEST_F(presence_own_members, what_was_accepted_after_a_sync_was_made_is_shown_by_the_next) {
  for (const bool another_connection : {true, false}) {
    open();
    attach_with({present("bob", "c2")});
    room.by_hand(transport_call::publish);
    p->enter("x");
    room.answer_attach({.has_members = true});
    room.answer_publish({.outcome = {}, .echo = false});  // a full buffer refused the echo, …
    room.sync("s:", {present("bob", "c2")});              // … and this was made before
    forget();
    if (another_connection) {
      reconnect();
      EXPECT_EQ(take_published(), lines{"enter me x"});
    } else {
      room.answer_attach({.has_members = true});
      room.sync("t:", {present("bob", "c2"), own(action::present).data("x")});
      EXPECT_EQ(p->self().state, self_state::present);
      EXPECT_EQ(take_published(), silence);
    }
  }
}

TEST_F(presence_own_members, a_sync_does_not_end_one_whose_update_is_on_its_way) {
  enter_with("x");
  room.by_hand(transport_call::publish);
  room.answer_attach({.has_members = true});
  room.answer_publish({.outcome = {}, .echo = false});  // of the re-entry
  p->update("y");
  room.sync("s:", {present("bob", "c2")});  // of before the update
  EXPECT_EQ(p->self().state, self_state::present);
  room.answer_publish();
  EXPECT_EQ(p->self().state, self_state::present);
  forget();
  reconnect();
  EXPECT_EQ(take_published(), lines{"enter me y"});
}

TEST_F(presence_own_members, a_re_entry_that_was_accepted_after_a_sync_was_made_is_not_ended_by_it) {
  enter_with("x");
  room.by_hand(transport_call::publish);
  reconnect("c2", {.has_members = true});
  room.answer_publish({.outcome = {}, .echo = false});  // a full buffer refused the echo, …
  room.sync("s:", {present("bob", "c9")});              // … and this was made before
  forget();
  reconnect("c3");
  EXPECT_EQ(take_published(), lines{"enter me x"});
}

TEST_F(presence_own_members, a_refused_update_does_not_bring_back_what_a_sync_lacks) {
  enter_with("x");
  room.by_hand(transport_call::publish);
  room.answer_attach({.has_members = true});
  room.answer_publish({.outcome = {}});  // of the re-entry
  p->update("y");
  room.answer_attach({.has_members = true});
  room.answer_publish({.outcome = errc::message_too_large});
  room.answer_publish({.outcome = {}, .echo = false});
  EXPECT_EQ(p->self().state, self_state::present);
  p->update("z");
  room.sync("s:", {present("bob", "c2")});  // the hub has ended it
  room.answer_publish({.outcome = errc::message_too_large});
  EXPECT_EQ(p->self(), lost(leave_reason::resync));
  forget();
  reconnect();
  EXPECT_EQ(take_published(), silence);
}

TEST_F(presence_own_members, the_echo_of_a_re_entry_is_not_that_of_an_update_after_it) {
  enter_with("x");
  room.by_hand(transport_call::publish);
  reconnect();
  p->update("y");
  room.answer_publish();                                // of the re-entry, with its echo
  room.answer_publish({.outcome = {}, .echo = false});  // a full buffer refused that of the update
  forget();
  reconnect("c3");
  EXPECT_EQ(take_published(), lines{"enter me y"});
}

TEST_F(presence_own_members, a_leave_that_was_refused_here_does_not_hide_that_the_hub_ended_it) {
  for (const bool there : {true, false}) {
    open({.queue_operations = false});
    enter_with("x");
    room.suspend();
    p->leave();
    room.answer_attach({.resumed = true});
    EXPECT_EQ(p->self().state, self_state::present) << "the hub still has it";
    room.answer_attach({.has_members = true});
    auto page = std::vector{present("bob", "c2").build()};
    if (there) page.push_back(own(action::present).data("x"));
    room.sync("s:", std::move(page));
    EXPECT_EQ(p->self(), there ? (self_status{self_state::present, {}, {}}) : lost(leave_reason::resync));
    EXPECT_EQ(take_published(), silence);
  }
}

TEST_F(presence_own_members, a_re_entry_over_an_earlier_connection_that_failed_is_sent_again_at_once) {
  enter_with("x");
  room.by_hand(transport_call::publish);
  reconnect("c2");
  EXPECT_EQ(take_published(), lines{"enter me x"});
  reconnect("c3");
  EXPECT_EQ(take_published(), silence) << "the first one is unanswered";
  room.answer_publish({.outcome = errc::disconnected});
  EXPECT_EQ(take_published(), lines{"enter me x"});
  room.answer_publish();
  EXPECT_EQ(p->self().state, self_state::present);
}

TEST_F(presence_own_members, a_refused_update_leaves_it_lost_where_the_sync_lacked_it) {
  attach_with();
  room.by_hand(transport_call::publish);
  p->enter("x");
  room.answer_attach({.has_members = true});
  room.sync("s:", {present("bob", "c2")});
  room.answer_publish({.outcome = {}, .echo = false});
  EXPECT_EQ(p->self(), lost(leave_reason::resync));
  p->update("y");
  EXPECT_EQ(p->self().state, self_state::entering);
  room.answer_publish({.outcome = errc::message_too_large});
  EXPECT_EQ(p->self(), lost(leave_reason::resync));
}

TEST_F(presence_own_members, a_refused_update_does_not_hide_that_a_sync_lacked_what_an_answer_told_of) {
  for (const bool before_the_sync_began : {true, false}) {
    open();
    attach_with();
    room.by_hand(transport_call::publish);
    p->enter("x");
    if (before_the_sync_began) room.answer_publish({.outcome = {}, .echo = false});
    p->update("y");
    room.answer_attach({.has_members = true});
    if (!before_the_sync_began) room.answer_publish({.outcome = {}, .echo = false});
    room.sync("s:", {present("bob", "c2")});
    room.answer_publish({.outcome = errc::message_too_large});
    EXPECT_EQ(p->self(), lost(leave_reason::resync)) << before_the_sync_began;
    forget();
    reconnect();  // it may have come after the sync was made (W7)
    EXPECT_EQ(take_published(), lines{"enter me x"}) << before_the_sync_began;
  }
}

TEST_F(presence_own_members, what_a_sync_of_an_earlier_connection_lacked_is_still_entered_again) {
  attach_with();
  room.by_hand(transport_call::publish);
  p->enter("x");
  p->update("y");
  room.answer_attach({.has_members = true});
  room.answer_publish({.outcome = {}, .echo = false});
  room.sync("s:", {present("bob", "c2")});
  room.answer_publish({.outcome = errc::disconnected});
  for (const char* connection : {"c2", "c3"}) {
    forget();
    reconnect(connection, {.has_members = true});
    room.sync("t:", {present("bob", "c2")});
    EXPECT_EQ(take_published(), lines{"enter me x"}) << connection;
    room.answer_publish({.outcome = errc::disconnected});
  }
}

TEST_F(presence_own_members, a_re_entry_that_is_refused_for_a_passing_reason_is_tried_again) {
  enter_with("x");
  attach_with();
  room.refuse_nth(1, errc::room_full);
  room.set_connection_id("c2");
  room.drop();
  room.answer_attach({.has_members = true});
  room.sync("s:", {present("bob", "c9"), present("carl", "c9")});
  forget();
  room.push(update("bob", "c9").serial(3));
  EXPECT_EQ(take_published(), silence);
  EXPECT_EQ(p->self().state, self_state::entering);
  room.push(leave("carl", "c9").serial(4));  // a seat
  EXPECT_EQ(take_published(), lines{"enter me x"});
  EXPECT_EQ(p->self().state, self_state::present);
  EXPECT_EQ(states, silence);
}

TEST_F(presence_own_members, a_re_entry_that_is_refused_for_a_passing_reason_is_tried_again_after_a_second) {
  enter_with("x");
  room.refuse_nth(1, errc::rate_limited);
  room.set_connection_id("c2");
  room.drop();
  room.answer_attach({.has_members = true});
  forget();
  clock.advance(std::chrono::milliseconds{999});
  room.push(enter("bob", "c9"));
  EXPECT_EQ(take_published(), silence);
  clock.advance(std::chrono::milliseconds{1});
  room.push(update("bob", "c9").serial(1));
  EXPECT_EQ(take_published(), lines{"enter me x"});
  EXPECT_EQ(p->self().state, self_state::present);
}

TEST_F(presence_own_members, a_re_entry_that_nobody_answered_is_tried_after_the_next_attach) {
  for (const bool resumed : {true, false}) {
    open();
    enter_with("x");
    room.by_hand(transport_call::publish);
    reconnect();
    room.drop();
    room.answer_publish({.outcome = errc::disconnected});
    EXPECT_NE(p->self().state, self_state::lost);
    forget();
    room.automatic(transport_call::publish);
    room.answer_attach({.resumed = resumed});
    EXPECT_EQ(take_published(), lines{"enter me x"}) << resumed;
    EXPECT_EQ(p->self().state, self_state::present);
  }
}

TEST_F(presence_own_members, self_is_not_present_by_a_late_answer_after_a_detach) {
  room.by_hand(transport_call::publish);
  p->enter("x");
  p->detach();
  room.answer_publish();
  EXPECT_EQ(p->state(), room_state::detached);
  EXPECT_EQ(p->self(), self_status{});
  p->attach();
  EXPECT_EQ(p->self(), self_status{});
}

TEST_F(presence_own_members, a_late_answer_after_a_detach_makes_none) {
  for (const bool attached_again : {true, false}) {
    open();
    room.by_hand(transport_call::publish);
    p->enter("x");
    p->detach();
    room.set_connection_id("c2");
    if (attached_again) p->attach();
    room.answer_publish({.outcome = {}, .echo = false});
    if (!attached_again) p->attach();
    forget();
    reconnect("c3");
    EXPECT_EQ(take_published(), silence) << attached_again;
    EXPECT_EQ(p->self(), self_status{}) << attached_again;
  }
}

TEST_F(presence_own_members, the_own_event_comes_first_after_a_backlog_too) {
  open({.max_backlog = 1});
  room.by_hand(transport_call::resync);
  room.by_hand(transport_call::publish);
  listen();
  attach_with();
  outcome entered;
  p->get({}, [&](const auto&) {
    for (std::uint64_t i = 0; i < 5; ++i) room.push(enter("bob", "c9").serial(i));
    p->enter("x", entered.handler());
  });
  room.answer_publish();
  EXPECT_TRUE(entered.pending());  // its event was dropped with the rest
  room.answer_attach({.has_members = true});
  EXPECT_TRUE(entered.pending());
  room.sync("s:", {own(action::present).data("x")});
  EXPECT_TRUE(entered.ok());
  EXPECT_TRUE(p->is_user_present("me"));
}

}  // namespace
}  // namespace presence::test::participant_own_members_test
