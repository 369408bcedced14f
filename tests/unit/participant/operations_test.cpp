// enter, update, leave and their handlers: "Operations" of docs/semantics.md. What the participant does is shown with a
// room played by the test, what the hub decides with a hub.
#include "support/hub_fixture.hpp"
#include "support/participant.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::participant_operations_test {
namespace {

class presence_operations : public participant_test {};

// --- who acts -------------------------------------------------------------------------------------------------------------

TEST_F(presence_operations, enter_update_and_leave_fail_without_a_client_id_RTP8j) {
  for (const std::string client_id : {"", "*"}) {
    open({}, client_id);
    attach_with();
    outcome entered, updated, left;
    p->enter("x", entered.handler());
    p->update("x", updated.handler());
    p->leave(left.handler());
    EXPECT_EQ(entered.code(), errc::invalid_client_id);
    EXPECT_EQ(updated.code(), errc::invalid_client_id);
    EXPECT_EQ(left.code(), errc::invalid_client_id);
    EXPECT_EQ(room.calls().size(), 0U);
    EXPECT_EQ(p->self(), self_status{});
  }
}

TEST_F(presence_operations, acting_for_nobody_or_everybody_fails_RTP14) {
  open({}, "*");
  outcome nobody, everybody;
  p->enter_client("", "x", nobody.handler());
  p->enter_client("*", "x", everybody.handler());
  EXPECT_EQ(nobody.code(), errc::invalid_client_id);
  EXPECT_EQ(everybody.code(), errc::invalid_client_id);
  EXPECT_EQ(room.calls().size(), 0U);
}

TEST_F(presence_operations, the_client_id_is_not_repeated_RTP8c) {
  p->enter("x");
  ASSERT_EQ(room.published().size(), 1U);
  EXPECT_EQ(room.published()[0].client_id, "");
  EXPECT_EQ(room.published()[0].connection_id, "");
  EXPECT_EQ(room.published()[0].id, message_id{});
}

TEST_F(presence_operations, the_client_id_is_not_repeated_in_an_update_RTP9d) {
  p->update("x");
  EXPECT_EQ(take_published(), lines{"update x"});
}

TEST_F(presence_operations, the_client_id_is_not_repeated_in_a_leave_RTP10c) {
  p->leave();
  EXPECT_EQ(take_published(), lines{"leave"});
}

TEST_F(presence_operations, acting_for_a_client_names_it_RTP14) {
  open({}, "*");
  p->enter_client("alice", "1");
  p->update_client("alice", "2");
  p->leave_client("alice", "3");
  EXPECT_EQ(take_published(), (lines{"enter alice 1", "update alice 2", "leave alice 3"}));
}

// --- what they carry ------------------------------------------------------------------------------------------------------

TEST_F(presence_operations, data_and_extras_are_each_optional) {
  const extras device{{"device", "phone"}};
  open({}, "me");
  outcome done[12];
  p->enter(done[0].handler());
  p->enter("a", done[1].handler());
  p->enter("b", device, done[2].handler());
  p->update(done[3].handler());
  p->update("c", done[4].handler());
  p->update("d", device, done[5].handler());
  p->leave(done[6].handler());
  p->leave("e", done[7].handler());
  p->leave("f", device, done[8].handler());
  EXPECT_EQ(take_published(),
            (lines{"enter", "enter a", "enter b", "update", "update c", "update d", "leave", "leave e", "leave f"}));
  p->enter_client("me", done[9].handler());
  p->update_client("me", "g", device, done[10].handler());
  p->leave_client("me", "h", device, done[11].handler());
  const auto sent = room.published();
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_TRUE(sent[0].data.empty());
  EXPECT_TRUE(sent[0].extras.empty());
  EXPECT_EQ(sent[1].extras, device);
  EXPECT_EQ(*sent[2].data, "h");
  for (const outcome& one : done) EXPECT_TRUE(one.ok());
}

// --- the handler ----------------------------------------------------------------------------------------------------------

TEST_F(presence_operations, the_own_event_comes_before_the_handler) {
  listen();
  lines before;
  p->enter("x", [&](std::error_code) { before = events; });
  EXPECT_EQ(before, lines{"enter me/c1 x"});
}

TEST_F(presence_operations, the_handler_gets_exactly_the_code_of_the_refusal_RTP8h) {
  for (const errc why : {errc::not_permitted, errc::invalid_client_id, errc::rate_limited, errc::room_full,
                         errc::message_too_large, errc::bad_request, errc::connection_closed}) {
    open();
    room.by_hand(transport_call::publish);
    outcome entered;
    p->enter("x", entered.handler());
    room.answer_publish({.outcome = why});
    EXPECT_EQ(entered.code(), why);
    EXPECT_EQ(errors, silence);
  }
}

TEST_F(presence_operations, a_code_of_another_category_is_passed_on_too_RTP8i) {
  room.by_hand(transport_call::publish);
  outcome entered;
  p->enter("x", entered.handler());
  room.answer_publish({.outcome = std::make_error_code(std::errc::network_down)});
  EXPECT_EQ(entered.code(), std::make_error_code(std::errc::network_down));
}

TEST_F(presence_operations, without_a_handler_a_failure_is_reported) {
  std::vector<failure> seen;
  const subscription sub = p->subscribe_errors([&](const failure& f) { seen.push_back(f); });
  room.by_hand(transport_call::publish);
  p->enter("x");
  p->update_client("bob", "x");
  room.answer_publish({.outcome = errc::not_permitted});
  room.answer_publish({.outcome = errc::invalid_client_id});
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].code, errc::not_permitted);
  EXPECT_EQ(seen[0].operation, "enter");
  EXPECT_EQ(seen[0].client_id, "");
  EXPECT_EQ(seen[0].exception, nullptr);
  EXPECT_EQ(seen[1].code, errc::invalid_client_id);
  EXPECT_EQ(seen[1].operation, "update");
  EXPECT_EQ(seen[1].client_id, "bob");
}

TEST_F(presence_operations, an_empty_function_is_no_handler) {
  room.by_hand(transport_call::publish);
  std::function<void(std::error_code)> none;
  void (*null)(std::error_code) = nullptr;
  p->enter("x", none);
  p->update("x", null);
  p->leave({}, nullptr);
  for (int i = 0; i < 3; ++i) room.answer_publish({.outcome = errc::not_permitted});
  EXPECT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors.front(), "enter: " + make_error_code(errc::not_permitted).message());
}

TEST_F(presence_operations, a_handler_may_be_move_only_and_big) {
  auto owned = std::make_unique<std::string>("kept");
  std::string seen;
  const std::array<char, 200> big{'b'};
  p->enter("x", [owned = std::move(owned), big, &seen](std::error_code) { seen = *owned + big[0]; });
  EXPECT_EQ(seen, "keptb");
}

TEST_F(presence_operations, what_a_handler_holds_is_let_go_after_the_call) {
  auto held = std::make_shared<int>(0);
  p->enter("x", [held](std::error_code) {});
  p->attach([held](std::error_code) {});
  p->get({}, [held](const auto&) {});
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(presence_operations, several_on_their_way_complete_each_in_its_turn) {
  room.by_hand(transport_call::publish);
  outcome first, second, third;
  p->enter("1", first.handler());
  p->update("2", second.handler());
  p->update("3", third.handler());
  EXPECT_EQ(room.unanswered(), 3U);
  room.answer_publish();
  EXPECT_TRUE(first.ok() && second.pending() && third.pending());
  room.answer_publish({.outcome = errc::rate_limited});
  EXPECT_EQ(second.code(), errc::rate_limited);
  room.answer_publish();
  EXPECT_TRUE(third.ok());
}

TEST_F(presence_operations, one_on_its_way_completes_after_the_room_is_gone) {
  room.by_hand(transport_call::publish);
  outcome entered;
  p->enter("x", entered.handler());
  p->detach();
  EXPECT_TRUE(entered.pending());  // the transport still owes an answer
  room.answer_publish({.outcome = errc::connection_closed});
  EXPECT_EQ(entered.code(), errc::connection_closed);
  EXPECT_EQ(p->self(), self_status{});
}

TEST_F(presence_operations, every_one_completes_exactly_once_whichever_call_fails) {
  // `outcome` fails the test when a handler is called twice.
  for (std::size_t nth = 1; nth <= 8; ++nth) {
    open();
    room.refuse_nth(nth, errc::rate_limited);
    outcome done[7];
    p->enter("1", done[0].handler());
    p->update("2", done[1].handler());
    p->enter_client("me", "3", done[2].handler());
    p->leave(done[3].handler());
    p->detach(done[4].handler());
    p->attach(done[5].handler());
    p->update("4", done[6].handler());
    for (const outcome& one : done) EXPECT_FALSE(one.pending());
  }
}

TEST_F(presence_operations, those_pending_are_aborted_in_order_before_the_destructor_returns) {
  room.by_hand(transport_call::publish);
  p->attach();
  std::vector<int> aborted;
  std::vector<int> expected;
  for (int which = 0; which < 40; ++which) {
    expected.push_back(which);
    p->update("x", [&aborted, which](std::error_code how) {
      EXPECT_EQ(how, errc::operation_aborted);
      aborted.push_back(which);
    });
  }
  p.reset();
  EXPECT_EQ(aborted, expected);
  EXPECT_FALSE(room.bound());
  while (room.unanswered() > 0) room.answer_publish();  // nobody is there any more
}

TEST_F(presence_operations, those_queued_are_aborted_by_the_destructor) {
  room.by_hand(transport_call::attach);
  outcome attached, entered;
  p->attach(attached.handler());
  p->enter("x", entered.handler());
  p.reset();
  EXPECT_EQ(attached.code(), errc::operation_aborted);
  EXPECT_EQ(entered.code(), errc::operation_aborted);
  room.answer_attach();
}

TEST_F(presence_operations, a_detach_on_its_way_is_aborted_by_the_destructor) {
  attach_with();
  room.by_hand(transport_call::detach);
  outcome detached, attached;
  p->detach(detached.handler());
  p->attach(attached.handler());
  p.reset();
  EXPECT_EQ(detached.code(), errc::operation_aborted);
  EXPECT_EQ(attached.code(), errc::operation_aborted);
}

TEST_F(presence_operations, a_handler_that_throws_while_the_presence_is_destroyed_disturbs_nobody) {
  room.by_hand(transport_call::publish);
  outcome other;
  p->enter("x", [](std::error_code) { throw std::runtime_error{"no"}; });
  p->update("x", other.handler());
  p.reset();
  EXPECT_EQ(other.code(), errc::operation_aborted);
}

// --- moved-from, moved-to -------------------------------------------------------------------------------------------------

TEST_F(presence_operations, a_moved_from_presence_fails_what_it_is_asked) {
  attach_with({present("alice", "c2")});
  participant other = std::move(*p);
  outcome done[7];
  p->attach(done[0].handler());
  p->detach(done[1].handler());
  p->enter("x", done[2].handler());
  p->update(done[3].handler());
  p->leave(done[4].handler());
  p->enter_client("a", "x", done[5].handler());
  p->leave_client("a", done[6].handler());
  for (const outcome& one : done) EXPECT_EQ(one.code(), errc::operation_aborted);
  waiting_get got;
  p->get({}, got.handler());
  EXPECT_EQ(got.error(), errc::operation_aborted);
  p->get({}, nullptr);
  p->enter("x");
  EXPECT_EQ(p->get().error(), errc::operation_aborted);
  EXPECT_EQ(p->users().error(), errc::operation_aborted);
  EXPECT_EQ(p->state(), room_state::initialized);
  EXPECT_EQ(p->size() + p->user_count() + p->version() + p->bytes(), 0U);
  EXPECT_FALSE(p->sync_complete() || p->is_user_present("alice"));
  EXPECT_EQ(p->client_id() + p->connection_id(), "");
  EXPECT_EQ(p->self(), self_status{});
  p->for_each([](const auto&) { FAIL(); });
  p->unsubscribe_all();
  EXPECT_FALSE(p->subscribe([](const auto&) {}).active());
  EXPECT_FALSE(p->subscribe(action::enter, [](const auto&) {}).active());
  EXPECT_FALSE(p->subscribe_users([](const auto&) {}).active());
  EXPECT_FALSE(p->subscribe_state([](const auto&) {}).active());
  EXPECT_FALSE(p->subscribe_errors([](const auto&) {}).active());
  EXPECT_EQ(other.size(), 1U);
}

TEST_F(presence_operations, moving_takes_everything_along) {
  listen();
  room.by_hand(transport_call::publish);
  outcome entered;
  p->enter("x", entered.handler());
  participant other = std::move(*p);
  room.answer_publish();
  EXPECT_TRUE(entered.ok());
  EXPECT_EQ(events, lines{"enter me/c1 x"});
  EXPECT_EQ(other.client_id(), "me");
}

TEST_F(presence_operations, assigning_ends_what_was_there) {
  room.by_hand(transport_call::publish);
  outcome entered;
  p->enter("x", entered.handler());
  *p = participant{scripted{"you"}, {}, clock};
  EXPECT_EQ(entered.code(), errc::operation_aborted);
  EXPECT_FALSE(room.bound());
  EXPECT_EQ(p->client_id(), "you");
  p->enter("y");
  EXPECT_EQ(p->self().state, self_state::present);
}

// --- what the hub decides -------------------------------------------------------------------------------------------------

class presence_and_hub : public hub_test {
 protected:
  /// A session and its participant, whose events are written down.
  struct person {
    person(text_hub& hub, identity who, presence_options options = {})
        : session(hub.connect(std::move(who))),
          presence(session.room("lobby"), options, {}) {
      if (options.enable_events) sub = presence.subscribe([this](const auto& e) { heard.push_back(to_line(e)); });
    }
    lines take() { return std::exchange(heard, {}); }

    lines heard;
    text_session session;
    text_presence presence;
    subscription sub;
  };
};

TEST_F(presence_and_hub, enter_when_present_is_an_update_and_update_when_absent_an_enter_RTP9b) {
  person alice{hub, "alice"};
  person bob{hub, "bob"};
  alice.presence.update("1");
  alice.presence.enter("2");
  const lines expected{"enter alice 1", "update alice 2"};
  EXPECT_EQ(alice.take(), expected);
  EXPECT_EQ(bob.take(), expected);
}

TEST_F(presence_and_hub, leave_when_absent_succeeds_and_tells_nobody_RTP10d) {
  person alice{hub, "alice"};
  person bob{hub, "bob"};
  outcome left;
  alice.presence.leave(left.handler());
  EXPECT_TRUE(left.ok());
  EXPECT_EQ(alice.take(), silence);
  EXPECT_EQ(bob.take(), silence);
}

TEST_F(presence_and_hub, leave_without_data_carries_the_last_data_RTP10a) {
  person alice{hub, "alice"};
  person bob{hub, "bob"};
  alice.presence.enter("x");
  alice.presence.leave();
  EXPECT_EQ(bob.take(), (lines{"enter alice x", "leave alice x"}));
}

TEST_F(presence_and_hub, leave_with_data_carries_that_RTP10a) {
  person alice{hub, "alice"};
  person bob{hub, "bob"};
  alice.presence.enter("x");
  alice.presence.leave("bye");
  EXPECT_EQ(bob.take(), (lines{"enter alice x", "leave alice bye"}));
}

TEST_F(presence_and_hub, an_update_without_data_has_none_RTP8e) {
  person alice{hub, "alice"};
  person bob{hub, "bob"};
  alice.presence.enter("x");
  alice.presence.update();
  EXPECT_EQ(bob.take(), (lines{"enter alice x", "update alice"}));
}

TEST_F(presence_and_hub, acting_for_others_needs_a_wildcard_and_leaves_the_connection_usable_RTP15) {
  person alice{hub, "alice"};
  outcome done[3], own;
  alice.presence.enter_client("bob", "x", done[0].handler());
  alice.presence.update_client("bob", "x", done[1].handler());
  alice.presence.leave_client("bob", done[2].handler());
  for (const outcome& one : done) EXPECT_EQ(one.code(), errc::invalid_client_id);
  alice.presence.enter("still here", own.handler());
  EXPECT_TRUE(own.ok());
  EXPECT_EQ(alice.take(), lines{"enter alice still here"});
}

TEST_F(presence_and_hub, a_wildcard_acts_for_any_client_RTP14) {
  person bot{hub, identity::wildcard()};
  bot.presence.enter_client("a", "1");
  bot.presence.enter_client("b", "2");
  bot.presence.update_client("a", "3");
  bot.presence.leave_client("b");
  EXPECT_EQ(bot.take(), (lines{"enter a 1", "enter b 2", "update a 3", "leave b 2"}));
  EXPECT_EQ(bot.presence.self(), self_status{});
}

TEST_F(presence_and_hub, acting_for_others_does_not_disturb_the_own_member_RTP15) {
  person alice{hub, "alice"};
  alice.presence.enter("x");
  outcome left;
  alice.presence.leave_client("bob", left.handler());
  EXPECT_EQ(left.code(), errc::invalid_client_id);
  EXPECT_EQ(alice.presence.self().state, self_state::present);
  EXPECT_EQ(members(), lines{"alice x"});
}

TEST_F(presence_and_hub, refusals_reach_the_handler_as_they_are_RTP8h) {
  identity watcher{"watcher"};
  watcher.capabilities = mode::subscribe;
  person quiet{hub, watcher};
  outcome entered;
  quiet.presence.enter("x", entered.handler());
  EXPECT_EQ(entered.code(), errc::not_permitted);
  EXPECT_EQ(quiet.presence.self(), self_status{});

  person anonymous{hub, ""};
  outcome unidentified;
  anonymous.presence.enter("x", unidentified.handler());
  EXPECT_EQ(unidentified.code(), errc::invalid_client_id);
}

TEST_F(presence_and_hub, without_events_one_can_be_present_and_hears_nothing) {
  person quiet{hub, "quiet", {.enable_events = false}};
  person alice{hub, "alice"};
  quiet.presence.enter("x");
  alice.presence.enter("y");
  EXPECT_EQ(quiet.presence.self().state, self_state::present);
  EXPECT_EQ(quiet.presence.size(), 1U);  // told only about its own member
  EXPECT_EQ(alice.take(), (lines{"enter quiet x", "enter alice y"}));
  quiet.presence.leave();
  EXPECT_EQ(quiet.presence.self(), self_status{});
}

TEST_F(presence_and_hub, a_participant_knows_who_was_there_before) {
  person alice{hub, "alice"};
  alice.presence.enter("x");
  person bob{hub, "bob"};
  EXPECT_EQ(bob.take(), lines{"present alice x"});
  EXPECT_EQ(alice.take(), lines{"enter alice x"});
}

TEST_F(presence_and_hub, self_is_lost_with_the_session_and_timed_out_by_the_grace_period) {
  person alice{hub, "alice"};
  person bob{hub, "bob"};
  alice.presence.enter("x");
  alice.session.drop();
  EXPECT_EQ(alice.presence.state(), room_state::attaching);
  EXPECT_EQ(alice.presence.self().state, self_state::present);
  bob.take();
  EXPECT_EQ(advance(15s), 1U);
  EXPECT_EQ(bob.take(), lines{"leave alice x timed_out"});
  EXPECT_EQ(alice.presence.state(), room_state::detached);
  EXPECT_EQ(alice.presence.self().state, self_state::lost);
  EXPECT_EQ(alice.presence.self().error, errc::connection_expired);
}

TEST_F(presence_and_hub, self_is_lost_with_an_eviction) {
  person alice{hub, "alice"};
  alice.presence.enter("x");
  hub.evict("lobby", "alice");
  EXPECT_EQ(alice.presence.self(), (self_status{self_state::lost, leave_reason::evicted, {}}));
  EXPECT_EQ(alice.take(), (lines{"enter alice x", "leave alice x evicted"}));
}

TEST_F(presence_and_hub, a_resume_brings_the_participant_back_unchanged) {
  person alice{hub, "alice"};
  person bob{hub, "bob"};
  alice.presence.enter("x");
  const std::string key = alice.session.resume_key();
  alice.session.drop();
  outcome updated;
  alice.presence.update("y", updated.handler());
  bob.take();
  alice.session = hub.resume(key).value();
  EXPECT_TRUE(updated.ok());
  EXPECT_EQ(bob.take(), lines{"update alice y"});
  EXPECT_EQ(alice.presence.state(), room_state::attached);
}

TEST_F(presence_and_hub, own_members_come_back_silently_after_a_resume_that_missed_something) {
  person alice{hub, "alice"};
  person bob{hub, "bob"};
  alice.presence.enter("x");
  const std::string key = alice.session.resume_key();
  alice.session.drop();
  bob.presence.enter("z");  // which alice misses
  alice.take();
  bob.take();
  alice.session = hub.resume(key).value();
  EXPECT_EQ(alice.take(), lines{"present bob z"});
  EXPECT_EQ(bob.take(), silence);
  EXPECT_EQ(alice.presence.self().state, self_state::present);
  EXPECT_EQ(members(), (lines{"alice x", "bob z"}));
}

TEST_F(presence_and_hub, what_is_left_of_a_hub_says_that_it_is_closed) {
  std::optional<text_hub> gone{std::in_place, hub_options{}, clock};
  person alice{*gone, "alice"};
  alice.presence.enter("x");
  gone.reset();
  EXPECT_EQ(alice.presence.state(), room_state::detached);
  EXPECT_EQ(alice.presence.self().error, errc::connection_closed);
  outcome attached;
  alice.presence.attach(attached.handler());
  EXPECT_EQ(attached.code(), errc::connection_closed);
}

TEST_F(presence_and_hub, two_participants_of_one_session_in_one_room_share_its_member_H12) {
  text_session session = hub.connect("alice");
  text_presence first{session.room("lobby"), {}, clock};
  text_presence second{session.room("lobby"), {}, clock};
  first.enter("x");
  second.attach();
  EXPECT_EQ(first.state(), room_state::attached);
  EXPECT_EQ(first.self().state, self_state::present);
  EXPECT_TRUE(second.is_user_present("alice"));
  second.detach();
  EXPECT_EQ(members(), lines{"alice x"});  // the first is still there
  first.detach();
  EXPECT_EQ(members(), lines{});
}

}  // namespace
}  // namespace presence::test::participant_operations_test
