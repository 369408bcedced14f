// Attaching, detaching, and what each state of the room means for operations: "Room state" of docs/semantics.md.
#include "support/participant.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::participant_room_state_test {
namespace {

class presence_room : public participant_test {
 protected:
  /// Brings a new participant into a state.
  void enter_state(room_state wanted, presence_options options = {}) {
    open(options);
    if (wanted == room_state::initialized) return;
    if (wanted == room_state::attaching) room.by_hand(transport_call::attach);
    p->attach();
    if (wanted == room_state::detaching) {
      room.by_hand(transport_call::detach);
      p->detach();
    }
    if (wanted == room_state::detached) p->detach();
    if (wanted == room_state::suspended) room.suspend();
    if (wanted == room_state::failed) room.fail(errc::not_permitted);
    ASSERT_EQ(p->state(), wanted);
    forget();
  }
};

constexpr room_state every_state[] = {room_state::initialized, room_state::attaching, room_state::attached,
                                      room_state::detaching,   room_state::detached,  room_state::suspended,
                                      room_state::failed};

// --- attach and detach ----------------------------------------------------------------------------------------------------

TEST_F(presence_room, attach_goes_through_attaching_to_attached) {
  outcome attached;
  p->attach(attached.handler());
  EXPECT_TRUE(attached.ok());
  EXPECT_EQ(states, (lines{"initialized > attaching", "attaching > attached"}));
  EXPECT_EQ(p->connection_id(), "c1");
  EXPECT_EQ(room.calls().front().modes, mode_set::all());
}

TEST_F(presence_room, attach_twice_asks_once_and_completes_both) {
  room.by_hand(transport_call::attach);
  outcome first;
  outcome second;
  p->attach(first.handler());
  p->attach(second.handler());
  EXPECT_TRUE(first.pending() && second.pending());
  room.answer_attach();
  EXPECT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(room.count(transport_call::attach), 1U);
}

TEST_F(presence_room, attach_when_attached_completes_at_once) {
  attach_with();
  outcome attached;
  p->attach(attached.handler());
  EXPECT_TRUE(attached.ok());
  EXPECT_EQ(room.calls().size(), 0U);
  EXPECT_EQ(states, silence);
}

TEST_F(presence_room, attach_that_is_refused_tells_why) {
  room.refuse_nth(1, errc::too_many_rooms);
  outcome attached;
  p->attach(attached.handler());
  EXPECT_EQ(attached.code(), errc::too_many_rooms);
  EXPECT_EQ(states, (lines{"initialized > attaching", "attaching > failed: too many rooms on this connection"}));
}

TEST_F(presence_room, attach_without_a_handler_that_is_refused_is_reported) {
  room.refuse_nth(1, errc::too_many_rooms);
  p->attach();
  EXPECT_EQ(errors, lines{"attach: too many rooms on this connection"});
}

TEST_F(presence_room, attach_leads_out_of_detached_suspended_and_failed) {
  for (const room_state from : {room_state::detached, room_state::suspended, room_state::failed}) {
    SCOPED_TRACE(to_string(from));
    enter_state(from);
    outcome attached;
    p->attach(attached.handler());
    EXPECT_TRUE(attached.ok());
    EXPECT_EQ(p->state(), room_state::attached);
  }
}

TEST_F(presence_room, detach_goes_through_detaching_to_detached) {
  attach_with();
  outcome detached;
  p->detach(detached.handler());
  EXPECT_TRUE(detached.ok());
  EXPECT_EQ(states, (lines{"attached > detaching", "detaching > detached"}));
}

TEST_F(presence_room, detach_twice_asks_once_and_completes_both) {
  attach_with();
  room.by_hand(transport_call::detach);
  outcome first;
  outcome second;
  p->detach(first.handler());
  p->detach(second.handler());
  EXPECT_TRUE(first.pending() && second.pending());
  room.answer_detach();
  EXPECT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(room.count(transport_call::detach), 1U);
}

TEST_F(presence_room, detach_where_nothing_was_tried_asks_nobody) {
  outcome detached;
  p->detach(detached.handler());
  EXPECT_TRUE(detached.ok());
  EXPECT_EQ(states, lines{"initialized > detached"});
  EXPECT_EQ(room.calls().size(), 0U);
}

TEST_F(presence_room, detach_when_detached_completes_at_once) {
  enter_state(room_state::detached);
  outcome detached;
  p->detach(detached.handler());
  EXPECT_TRUE(detached.ok());
  EXPECT_EQ(states, silence);
}

TEST_F(presence_room, detach_when_failed_fails) {
  enter_state(room_state::failed);
  outcome detached;
  p->detach(detached.handler());
  EXPECT_EQ(detached.code(), errc::channel_failed);
  EXPECT_EQ(p->state(), room_state::failed);
}

TEST_F(presence_room, detach_when_suspended_tells_the_transport_to_stop_trying) {
  enter_state(room_state::suspended);
  outcome detached;
  p->detach(detached.handler());
  EXPECT_TRUE(detached.ok());
  EXPECT_EQ(room.count(transport_call::detach), 1U);
  EXPECT_EQ(states, (lines{"suspended > detaching", "detaching > detached"}));
}

TEST_F(presence_room, detach_while_attaching_fails_the_attach) {
  room.by_hand(transport_call::attach);
  room.by_hand(transport_call::detach);
  outcome attached;
  outcome detached;
  p->attach(attached.handler());
  p->detach(detached.handler());
  EXPECT_EQ(attached.code(), errc::channel_failed);
  room.answer_attach();  // crossed the detach on its way
  EXPECT_EQ(p->state(), room_state::detaching);
  room.answer_detach();
  EXPECT_TRUE(detached.ok());
  EXPECT_EQ(states, (lines{"initialized > attaching", "attaching > detaching", "detaching > detached"}));
}

TEST_F(presence_room, attach_while_detaching_waits_for_the_detach) {
  enter_state(room_state::detaching);
  outcome attached;
  p->attach(attached.handler());
  EXPECT_EQ(room.calls().size(), 0U);
  room.answer_detach();
  EXPECT_TRUE(attached.ok());
  EXPECT_EQ(states, (lines{"detaching > detached", "detached > attaching", "attaching > attached"}));
}

TEST_F(presence_room, the_last_of_attach_and_detach_while_detaching_counts) {
  enter_state(room_state::detaching);
  outcome attached;
  outcome detached;
  p->attach(attached.handler());
  p->detach(detached.handler());
  room.answer_detach();
  EXPECT_TRUE(detached.ok());
  EXPECT_EQ(attached.code(), errc::channel_failed);
  EXPECT_EQ(p->state(), room_state::detached);
  EXPECT_EQ(room.count(transport_call::attach), 0U);
}

TEST_F(presence_room, an_attach_that_waits_for_a_detach_ends_with_the_connection) {
  enter_state(room_state::detaching);
  outcome attached;
  p->attach(attached.handler());
  room.suspend();
  EXPECT_EQ(attached.code(), errc::disconnected);
  EXPECT_EQ(p->state(), room_state::suspended);
  room.answer_attach();
  room.detach(errc::connection_closed);
  EXPECT_EQ(p->state(), room_state::detached);  // and nobody attaches again
  EXPECT_EQ(room.count(transport_call::attach), 0U);
}

TEST_F(presence_room, the_room_may_be_ended_from_the_other_side) {
  attach_with();
  room.detach(errc::replaced);
  EXPECT_EQ(states, lines{"attached > detached: " + make_error_code(errc::replaced).message()});
}

TEST_F(presence_room, a_lost_connection_is_attaching_until_it_is_back) {
  attach_with();
  room.drop();
  room.answer_attach({.resumed = true});
  EXPECT_EQ(states, (lines{"attached > attaching: disconnected", "attaching > attached resumed"}));
  EXPECT_EQ(room.calls().size(), 0U);  // it comes back by itself
}

TEST_F(presence_room, another_attach_within_attached_is_told) {
  attach_with();
  room.answer_attach();
  EXPECT_EQ(states, lines{"attached"});
}

TEST_F(presence_room, a_connection_that_is_suspended_changes_nothing_where_no_room_is_asked_for) {
  for (const room_state state :
       {room_state::initialized, room_state::detached, room_state::suspended, room_state::failed}) {
    enter_state(state);
    room.suspend();
    EXPECT_EQ(states, silence) << to_string(state);
    EXPECT_EQ(p->state(), state);
  }
}

TEST_F(presence_room, an_attach_that_nobody_wants_any_more_changes_nothing) {
  for (const room_state state :
       {room_state::initialized, room_state::detaching, room_state::detached, room_state::failed}) {
    enter_state(state);
    room.answer_attach({.has_members = true});
    EXPECT_EQ(states, silence) << to_string(state);
    EXPECT_EQ(p->state(), state);
  }
}

TEST_F(presence_room, a_second_report_of_the_end_is_not_told) {
  attach_with();
  p->detach();
  forget();
  room.answer_detach();
  EXPECT_EQ(states, silence);
}

TEST_F(presence_room, a_call_that_is_refused_leaves_nothing_waiting_whichever_it_is) {
  for (std::size_t nth = 1; nth <= 5; ++nth) {
    SCOPED_TRACE(nth);
    open();
    room.refuse_nth(nth, errc::rate_limited);
    outcome attached, entered, left, detached;
    waiting_get got;
    p->attach(attached.handler());
    p->enter("x", entered.handler());
    p->get({}, got.handler());
    p->leave(left.handler());
    p->detach(detached.handler());
    EXPECT_FALSE(attached.pending() || entered.pending() || left.pending() || detached.pending() || got.pending());
    EXPECT_EQ(attached.ok(), nth != 1);
    EXPECT_EQ(entered.ok(), nth > 2);
    EXPECT_EQ(left.ok(), nth != 1 && nth != 3);
    EXPECT_EQ(detached.ok(), nth != 1 && nth != 4);
  }
}

// --- operations in every state ------------------------------------------------------------------------------------------

TEST_F(presence_room, enter_in_initialized_attaches_first_RTP8d) {
  room.expect({transport_call::attach, transport_call::publish});
  outcome entered;
  p->enter("hi", entered.handler());
  EXPECT_TRUE(entered.ok());
  EXPECT_EQ(room.complaint(), "");
  EXPECT_EQ(p->state(), room_state::attached);
}

TEST_F(presence_room, update_in_initialized_attaches_first_RTP8d) {
  room.expect({transport_call::attach, transport_call::publish});
  outcome updated;
  p->update("hi", updated.handler());
  EXPECT_TRUE(updated.ok());
  EXPECT_EQ(room.complaint(), "");
}

TEST_F(presence_room, enter_that_attaches_fails_with_the_attach_RTP8d) {
  room.refuse_nth(1, errc::not_permitted);
  outcome entered;
  p->enter("hi", entered.handler());
  EXPECT_EQ(entered.code(), errc::not_permitted);
}

TEST_F(presence_room, operations_while_attaching_wait_and_are_sent_in_order_RTP5b) {
  open({}, "*");
  room.by_hand(transport_call::attach);
  p->attach();
  outcome done[4];
  p->enter_client("a", "1", done[0].handler());
  p->update_client("b", "2", done[1].handler());
  p->leave_client("c", done[2].handler());
  p->enter_client("c", "3", done[3].handler());
  EXPECT_EQ(take_published(), silence);
  room.answer_attach();
  EXPECT_EQ(take_published(), (lines{"enter a 1", "update b 2", "leave c", "enter c 3"}));
  for (const outcome& one : done) EXPECT_TRUE(one.ok());
}

TEST_F(presence_room, of_a_member_only_the_newest_operation_waits) {
  attach_with();
  room.drop();
  outcome done[5];
  p->enter("1", done[0].handler());
  p->update("2", done[1].handler());
  p->leave(done[2].handler());
  p->enter("3", done[3].handler());
  p->update("4", done[4].handler());
  for (const int replaced : {0, 1, 3}) EXPECT_EQ(done[replaced].code(), errc::superseded) << replaced;
  room.answer_attach({.resumed = true});
  EXPECT_EQ(take_published(), (lines{"leave", "update 4"}));
  EXPECT_TRUE(done[2].ok() && done[4].ok());
  EXPECT_EQ(p->self().state, self_state::present);
}

TEST_F(presence_room, operations_while_the_connection_is_away_wait_too_RTP16b) {
  attach_with();
  room.drop();
  outcome entered;
  p->enter("1", entered.handler());
  EXPECT_TRUE(entered.pending());
  room.answer_attach({.resumed = true});
  EXPECT_TRUE(entered.ok());
}

TEST_F(presence_room, operations_while_attaching_fail_with_queue_operations_off_RTP16b) {
  enter_state(room_state::attaching, {.queue_operations = false});
  outcome entered;
  p->enter("1", entered.handler());
  EXPECT_EQ(entered.code(), errc::invalid_room_state);
  room.answer_attach();
  EXPECT_EQ(take_published(), silence);
}

TEST_F(presence_room, enter_in_initialized_attaches_even_with_queue_operations_off_RTP8d) {
  open({.queue_operations = false});
  outcome entered;
  p->enter("1", entered.handler());
  EXPECT_TRUE(entered.ok());
}

TEST_F(presence_room, one_operation_too_many_in_the_queue_fails) {
  enter_state(room_state::attaching, {.max_queued_operations = 2});
  outcome done[3];
  const char* const who[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < 3; ++i) p->update_client(who[i], "x", done[i].handler());
  EXPECT_EQ(done[2].code(), errc::queue_full);
  EXPECT_TRUE(done[0].pending() && done[1].pending());
  room.answer_attach();
  EXPECT_TRUE(done[0].ok() && done[1].ok());
}

TEST_F(presence_room, operations_in_every_state_RTP16) {
  using operation = std::function<void(participant&, outcome&)>;
  const std::vector<std::pair<std::string, operation>> operations{
      {"enter", [](participant& who, outcome& how) { who.enter("x", how.handler()); }},
      {"update", [](participant& who, outcome& how) { who.update("x", how.handler()); }},
      {"leave", [](participant& who, outcome& how) { who.leave(how.handler()); }},
      {"enter_client", [](participant& who, outcome& how) { who.enter_client("bob", "x", how.handler()); }},
      {"update_client", [](participant& who, outcome& how) { who.update_client("bob", "x", how.handler()); }},
      {"leave_client", [](participant& who, outcome& how) { who.leave_client("bob", how.handler()); }}};
  for (const room_state state : every_state) {
    for (const auto& [name, start] : operations) {
      SCOPED_TRACE(name + " in " + std::string{to_string(state)});
      enter_state(state);
      outcome how;
      start(*p, how);
      switch (state) {
        case room_state::initialized:
        case room_state::attached:
          EXPECT_TRUE(how.ok());
          EXPECT_EQ(room.count(transport_call::publish), 1U);
          break;
        case room_state::attaching:
          EXPECT_TRUE(how.pending());
          room.answer_attach();
          EXPECT_TRUE(how.ok());
          break;
        default:
          EXPECT_EQ(how.code(), errc::invalid_room_state);
          EXPECT_EQ(room.count(transport_call::publish), 0U);
          EXPECT_EQ(p->state(), state);
      }
    }
  }
}

TEST_F(presence_room, an_operation_without_a_handler_in_the_wrong_state_is_reported_RTP16) {
  enter_state(room_state::detached);
  p->enter("x");
  p->leave_client("bob");
  EXPECT_EQ(errors, (lines{"enter: invalid room state for a presence operation",
                           "leave bob: invalid room state for a presence operation"}));
}

// --- the end of the room, and its suspension ------------------------------------------------------------------------------

TEST_F(presence_room, detach_fails_what_is_queued_RTP5a) {
  enter_state(room_state::attaching);
  outcome entered;
  p->enter("x", entered.handler());
  p->detach();
  EXPECT_EQ(entered.code(), errc::invalid_room_state);
  EXPECT_EQ(p->self().state, self_state::absent);
}

TEST_F(presence_room, failed_fails_what_is_queued_RTL11) {
  enter_state(room_state::attaching);
  outcome entered;
  p->enter("x", entered.handler());
  room.fail(errc::not_permitted);
  EXPECT_EQ(entered.code(), errc::not_permitted);
}

TEST_F(presence_room, suspended_fails_what_is_queued_RTL11) {
  enter_state(room_state::attaching);
  outcome entered;
  p->enter("x", entered.handler());
  room.suspend();
  EXPECT_EQ(entered.code(), errc::disconnected);
}

TEST_F(presence_room, detached_and_failed_forget_the_set_and_tell_no_leave_RTP5a) {
  for (const bool fails : {true, false}) {
    open();
    listen();
    attach_with({present("alice", "c2"), present("bob", "c3")});
    if (fails) {
      room.fail(errc::not_permitted);
    } else {
      p->detach();
    }
    EXPECT_EQ(events, silence);
    EXPECT_EQ(users, silence);
    EXPECT_EQ(p->size(), 0U);
    EXPECT_FALSE(p->is_user_present("alice"));
    EXPECT_FALSE(p->sync_complete());
  }
}

TEST_F(presence_room, detached_and_failed_forget_own_members_RTP5a) {
  for (const bool fails : {true, false}) {
    open();
    p->enter("x");
    if (fails) {
      room.fail(errc::not_permitted);
    } else {
      p->detach();
    }
    room.forget_calls();
    p->attach();
    EXPECT_EQ(take_published(), silence);
  }
}

TEST_F(presence_room, members_are_told_as_present_again_after_a_detach_RTP5a) {
  listen();
  attach_with({present("alice", "c2").serial(5)});
  p->detach();
  attach_with({});
  room.answer_attach({.has_members = true});
  room.sync("s:", {present("alice", "c2").serial(5)});
  EXPECT_EQ(events, lines{"present alice/c2"});
}

TEST_F(presence_room, suspended_keeps_the_set_RTP5f) {
  listen();
  attach_with({present("alice", "c2"), present("bob", "c3")});
  room.suspend();
  EXPECT_EQ(events, silence);
  EXPECT_EQ(members(), (lines{"alice/c2", "bob/c3"}));
  EXPECT_TRUE(p->is_user_present("bob"));
}

TEST_F(presence_room, only_differences_are_told_after_suspended_RTP5f) {
  listen();
  attach_with({present("alice", "c2"), present("bob", "c3"), present("carol", "c4")});
  room.suspend();
  room.answer_attach({.has_members = true});
  room.sync("s:", {present("alice", "c2"), present("bob", "c3").serial(1).data("new"), present("dave", "c5")});
  EXPECT_EQ(events, (lines{"present bob/c3 new", "present dave/c5", "leave carol/c4 resync"}));
  EXPECT_EQ(users, (lines{"online dave", "offline carol"}));
}

TEST_F(presence_room, an_empty_room_after_suspended_makes_everybody_leave_RTP19a) {
  listen();
  attach_with({present("alice", "c2")});
  room.suspend();
  room.answer_attach();
  EXPECT_EQ(events, lines{"leave alice/c2 resync"});
  EXPECT_EQ(p->get().value().size(), 0U);
  EXPECT_TRUE(p->sync_complete());
}

// --- options --------------------------------------------------------------------------------------------------------------

TEST_F(presence_room, subscribing_to_events_attaches) {
  events_sub = p->subscribe(write_to(events));
  EXPECT_EQ(p->state(), room_state::attached);
  open();
  users_sub = p->subscribe_users(write_to(users));
  EXPECT_EQ(p->state(), room_state::attached);
}

TEST_F(presence_room, subscribing_to_states_or_errors_does_not_attach) {
  EXPECT_EQ(p->state(), room_state::initialized);  // the fixture has done both
}

TEST_F(presence_room, subscribing_attaches_only_where_nothing_was_tried) {
  for (const room_state state : every_state) {
    enter_state(state);
    listen();
    EXPECT_EQ(room.count(transport_call::attach), state == room_state::initialized ? 1U : 0U) << to_string(state);
  }
}

TEST_F(presence_room, subscribing_attaches_nothing_with_attach_on_subscribe_off) {
  open({.attach_on_subscribe = false});
  listen();
  EXPECT_EQ(p->state(), room_state::initialized);
  p->attach();
  room.push(enter("alice", "c2"));
  EXPECT_EQ(events, lines{"enter alice/c2"});
}

TEST_F(presence_room, an_attach_by_subscribing_that_fails_is_reported) {
  room.refuse_nth(1, errc::not_permitted);
  events_sub = p->subscribe(write_to(events));
  EXPECT_EQ(errors, lines{"attach: " + make_error_code(errc::not_permitted).message()});
}

TEST_F(presence_room, detach_attach_and_enter_act_in_that_sequence) {
  attach_with();
  room.by_hand(transport_call::detach);
  outcome detached, attached, entered;
  waiting_get got;
  p->detach(detached.handler());
  p->attach(attached.handler());
  p->enter("x", entered.handler());
  p->get({}, got.handler());
  EXPECT_TRUE(entered.pending() && got.pending());
  room.answer_detach();
  EXPECT_TRUE(detached.ok() && attached.ok() && entered.ok());
  EXPECT_EQ(got.members(), silence);  // as of the attach
  EXPECT_EQ(p->self().state, self_state::present);
  outcome again, third;
  p->detach();
  p->attach(again.handler());
  p->enter("y", third.handler());
  p->detach();  // the last word
  EXPECT_EQ(third.code(), errc::invalid_room_state);
  room.answer_detach();
  EXPECT_FALSE(again.ok());
  EXPECT_EQ(p->state(), room_state::detached);
}

TEST_F(presence_room, a_subscription_that_will_hear_nothing_says_so) {
  attach_with();
  p->detach();
  events_sub = p->subscribe(write_to(events));
  EXPECT_EQ(take(errors), lines{"subscribe: " + make_error_code(errc::invalid_room_state).message()});
  room.attach_with({.modes = mode_set{mode::presence}});
  p->attach();
  EXPECT_EQ(p->modes(), mode_set{mode::presence});
  EXPECT_EQ(take(errors), lines{"subscribe: " + make_error_code(errc::subscribe_not_permitted).message()});
  users_sub = p->subscribe_users(write_to(users));
  EXPECT_EQ(take(errors), lines{"subscribe: " + make_error_code(errc::subscribe_not_permitted).message()});
  states_sub = p->subscribe_state(write_to(states));  // these do hear
  EXPECT_EQ(errors, silence);
}

TEST_F(presence_room, an_attach_that_grants_no_events_says_so_to_who_subscribed_before) {
  const std::string told = "subscribe: " + make_error_code(errc::subscribe_not_permitted).message();
  room.attach_with({.modes = mode_set{mode::presence}});
  events_sub = p->subscribe(write_to(events));  // attaches
  EXPECT_EQ(take(errors), lines{told});
  room.answer_attach({.modes = mode_set{mode::presence}});
  EXPECT_EQ(take(errors), silence) << "nothing has changed";
  room.answer_attach({.modes = mode_set::all()});
  room.answer_attach({.modes = mode_set{mode::presence}});
  EXPECT_EQ(take(errors), lines{told}) << "the permission has ended";
  events_sub = {};
  room.answer_attach({.modes = mode_set::all()});
  room.answer_attach({.modes = mode_set{mode::presence}});
  EXPECT_EQ(take(errors), silence) << "nobody listens";
}

}  // namespace
}  // namespace presence::test::participant_room_state_test
