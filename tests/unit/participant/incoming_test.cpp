// What comes in: live messages, syncs, things that make no sense, and more than a busy participant can take.
#include "support/participant.hpp"
#include <presence/codec/text.hpp>
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presence::test::participant_incoming_test {
namespace {

class presence_incoming : public participant_test {
 protected:
  /// Runs `f` inside a handler: whatever comes in meanwhile waits in the participant's fifo.
  template <class F>
  void while_busy(F&& f) {
    p->attach([&](std::error_code) { f(); });  // completes at once, as the room is attached
  }
};

// --- live messages and syncs ----------------------------------------------------------------------------------------------

TEST_F(presence_incoming, live_messages_become_events_in_order) {
  listen();
  room.push({enter("a", "c2").data("1"), update("a", "c2").serial(1).data("2"), enter("b", "c3")});
  room.push(leave("a", "c2").serial(2));
  EXPECT_EQ(events, (lines{"enter a/c2 1", "update a/c2 2", "enter b/c3", "leave a/c2"}));
  EXPECT_EQ(users, (lines{"online a", "online b", "offline a"}));
}

TEST_F(presence_incoming, an_event_has_everything_that_the_message_had) {
  std::vector<event<std::string>> seen;
  const subscription sub = p->subscribe([&](const event<std::string>& e) { seen.push_back(e); });
  room.push(enter("a", "c2").serial(4, 2).at(77).data("x").with({{"k", "v"}}));
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].action, action::enter);
  EXPECT_EQ(seen[0].client_id, "a");
  EXPECT_EQ(seen[0].connection_id, "c2");
  EXPECT_EQ(*seen[0].data, "x");
  EXPECT_EQ(seen[0].extras, (extras{{"k", "v"}}));
  EXPECT_EQ(seen[0].timestamp, at_ms(77));
  EXPECT_EQ(seen[0].id, (message_id{4, 2, id_origin::connection}));
}

TEST_F(presence_incoming, two_connections_of_a_client_are_two_members_and_one_user) {
  listen();
  room.push({enter("a", "c2"), enter("a", "c3"), leave("a", "c2").serial(1), leave("a", "c3").serial(1)});
  EXPECT_EQ(users, (lines{"online a", "offline a"}));
  EXPECT_EQ(events.size(), 4U);
}

TEST_F(presence_incoming, a_user_event_says_when) {
  std::vector<user_event> seen;
  const subscription sub = p->subscribe_users([&](const user_event& e) { seen.push_back(e); });
  room.push(enter("a", "c2").at(77));
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].change, user_change::online);
  EXPECT_EQ(seen[0].client_id, "a");
  EXPECT_EQ(seen[0].timestamp, at_ms(77));
}

TEST_F(presence_incoming, live_messages_between_the_pages_of_a_sync_count_once) {
  listen();
  room.answer_attach({.has_members = true});
  room.sync("s:1", {present("a", "c2").serial(1)});
  room.push({update("b", "c3").serial(5).data("new"), leave("a", "c2").serial(2)});
  room.sync("s:", {present("b", "c3").serial(4).data("old"), present("c", "c4")});
  EXPECT_EQ(events, (lines{"present a/c2", "update b/c3 new", "leave a/c2", "present c/c4"}));
  EXPECT_EQ(members(), (lines{"b/c3 new", "c/c4"}));
}

TEST_F(presence_incoming, a_sync_that_starts_anew_confirms_anew_RTP18a) {
  listen();
  attach_with({present("a", "c2"), present("b", "c3")});
  room.answer_attach({.has_members = true});
  room.sync("s:1", {present("a", "c2")});
  room.sync("t:1", {present("b", "c3")});
  EXPECT_EQ(events, silence);
  room.sync("t:");
  EXPECT_EQ(events, lines{"leave a/c2 resync"});
}

TEST_F(presence_incoming, another_attach_during_a_sync_starts_it_anew) {
  listen();
  attach_with({present("a", "c2"), present("b", "c3")});
  room.answer_attach({.has_members = true});
  room.sync("s:1", {present("a", "c2")});
  room.answer_attach({.has_members = true});
  room.sync("t:", {present("b", "c3")});
  EXPECT_EQ(events, lines{"leave a/c2 resync"});
}

TEST_F(presence_incoming, leaves_at_the_end_of_a_sync_carry_the_time_of_the_participant_RTP19) {
  attach_with({present("a", "c2").at(5).data("x")});
  std::vector<event<std::string>> seen;
  const subscription sub = p->subscribe([&](const event<std::string>& e) { seen.push_back(e); });
  clock.advance(std::chrono::seconds{9});
  room.answer_attach();
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].reason, leave_reason::resync);
  EXPECT_EQ(seen[0].timestamp, clock.now());
  EXPECT_EQ(seen[0].id, message_id{});
  EXPECT_EQ(*seen[0].data, "x");
}

TEST_F(presence_incoming, a_sync_that_changes_nothing_tells_nothing) {
  listen();
  attach_with({present("a", "c2"), present("b", "c3")});
  const std::uint64_t version = p->version();
  room.answer_attach({.has_members = true});
  room.sync("s:1", {present("b", "c3")});
  room.sync("s:", {present("a", "c2")});
  EXPECT_EQ(events, silence);
  EXPECT_EQ(p->version(), version);
}

TEST_F(presence_incoming, nothing_is_believed_before_the_room_is_attached) {
  listen();
  open({.attach_on_subscribe = false});
  listen();
  room.push(enter("a", "c2"));
  room.sync("s:", {present("b", "c3")});
  EXPECT_EQ(events, silence);
  EXPECT_EQ(p->size(), 0U);
}

TEST_F(presence_incoming, an_outcome_that_belongs_to_nothing_is_ignored) {
  attach_with();
  outcome entered;
  p->enter("x", entered.handler());
  room.report_published(1, errc::not_permitted);   // a second time
  room.report_published(77, errc::not_permitted);  // never published
  EXPECT_TRUE(entered.ok());
  EXPECT_EQ(errors, silence);
}

// --- what makes no sense --------------------------------------------------------------------------------------------------

TEST_F(presence_incoming, a_message_without_a_client_id_is_dropped_and_reported) {
  listen();
  room.push({enter("a", "c2"), enter("", "c3"), enter("b", "c4")});
  EXPECT_EQ(events, (lines{"enter a/c2", "enter b/c4"}));
  EXPECT_EQ(errors, lines{"incoming: bad request"});
}

TEST_F(presence_incoming, a_message_whose_ids_cannot_be_stored_is_dropped_and_reported) {
  listen();
  const std::string oversized(basic_member_set<std::string>::max_id_length + 1, 'x');
  const std::string largest(basic_member_set<std::string>::max_id_length, 'x');
  room.push({enter(oversized, "c2"), enter("a", oversized), enter(largest, largest)});
  EXPECT_EQ(events.size(), 1U);
  EXPECT_EQ(p->size(), 1U);
  EXPECT_EQ(errors.size(), 2U);
}

TEST_F(presence_incoming, a_sync_with_something_unreadable_ends_and_makes_nobody_leave) {
  for (const bool last : {true, false}) {
    open();
    listen();
    attach_with({present("a", "c2"), present("b", "c3")});
    room.answer_attach({.has_members = true});
    waiting_get answer;
    p->get({}, answer.handler());
    room.sync(last ? "s:" : "s:1", {present("a", "c2"), present("", "c3"), present("c", "c4")});
    if (!last) room.sync("s:");
    EXPECT_EQ(events, lines{"present c/c4"});  // what can be understood counts
    EXPECT_EQ(errors, lines{"incoming: bad request"});
    EXPECT_EQ(answer.members(), (lines{"a/c2", "b/c3", "c/c4"}));
    const std::size_t before = p->bytes();
    for (int i = 0; i < 100; ++i) {
      room.push(enter("d" + std::to_string(i), "c5"));
      room.push(leave("d" + std::to_string(i), "c5").serial(1));
    }
    EXPECT_LE(p->bytes(), before);  // no marker is left of those who went
    room.answer_attach({.has_members = true});
    room.sync("t:", {present("b", "c3")});  // the next one is believed
    EXPECT_EQ(members(), lines{"b/c3"});
  }
}

TEST_F(presence_incoming, an_unknown_action_is_dropped_and_reported) {
  listen();
  attach_with();
  for (const int number : {5, 7, 9, 40, 255}) {
    message<std::string> m = enter("bob", "c9");
    m.action = static_cast<action>(number);
    room.push(m);
    EXPECT_EQ(p->size(), 0U);
    EXPECT_EQ(take(errors), lines{"incoming bob: bad request"}) << number;
  }
  EXPECT_EQ(events, silence);
}

TEST_F(presence_incoming, absent_is_not_something_that_can_happen) {
  listen();
  room.push(message_builder<std::string>{action::absent, "a", "c2"});
  EXPECT_EQ(events, silence);
  EXPECT_EQ(p->size(), 0U);
}

// --- more than can be taken -----------------------------------------------------------------------------------------------

TEST_F(presence_incoming, what_comes_while_a_handler_runs_follows_in_order) {
  listen();
  while_busy([&] {
    room.push(enter("a", "c2").serial(1));
    room.push(update("a", "c2").serial(2));
    room.answer_attach({.has_members = true});
    room.sync("s:", {present("b", "c3")});
    EXPECT_EQ(events, silence);
  });
  EXPECT_EQ(events, (lines{"enter a/c2", "update a/c2", "present b/c3", "leave a/c2 resync"}));
}

TEST_F(presence_incoming, a_backlog_up_to_the_bound_is_kept) {
  open({.max_backlog = 3});
  listen();
  forget();
  while_busy([&] {
    room.push({enter("a", "c2"), enter("b", "c3")});
    room.push(enter("c", "c4"));
  });
  EXPECT_EQ(events.size(), 3U);
  while_busy([&] { room.push({enter("d", "c5"), enter("e", "c6"), enter("f", "c7")}); });
  EXPECT_EQ(events.size(), 6U);
  EXPECT_EQ(room.count(transport_call::resync), 0U);
}

TEST_F(presence_incoming, past_the_bound_the_set_is_synced_again_once) {
  open({.max_backlog = 2});
  listen();
  room.by_hand(transport_call::resync);
  while_busy([&] {
    room.push({enter("a", "c2"), enter("b", "c3")});
    room.push(enter("c", "c4"));  // one too many: dropped, with all that follows
    room.push(leave("a", "c2").serial(1));
    room.sync("s:", {});
    EXPECT_EQ(room.count(transport_call::resync), 0U);
  });
  EXPECT_EQ(events, (lines{"enter a/c2", "enter b/c3"}));
  EXPECT_EQ(room.count(transport_call::resync), 1U);
  room.push(enter("d", "c5"));  // before the answer: dropped too
  EXPECT_EQ(events.size(), 2U);
  room.answer_attach({.has_members = true});
  room.push(enter("e", "c6"));  // counts again from the answer on
  room.sync("t:", {present("b", "c3"), present("c", "c4"), present("d", "c5")});
  EXPECT_EQ(events,
            (lines{"enter a/c2", "enter b/c3", "enter e/c6", "present c/c4", "present d/c5", "leave a/c2 resync"}));
}

TEST_F(presence_incoming, a_resync_that_is_answered_at_once_is_not_missed) {
  open({.max_backlog = 1});
  listen();
  room.attach_with({.has_members = true});
  room.push(enter("a", "c2"));
  while_busy([&] { room.push({enter("b", "c3"), enter("c", "c4")}); });
  room.sync("s:", {present("a", "c2"), present("b", "c3"), present("c", "c4")});
  EXPECT_EQ(members(), (lines{"a/c2", "b/c3", "c/c4"}));
  EXPECT_TRUE(p->sync_complete());
}

TEST_F(presence_incoming, a_sync_that_the_answer_to_a_resync_brings_along_is_not_missed) {
  open({.max_backlog = 1});
  listen();
  room.push(enter("a", "c2"));
  room.by_hand(transport_call::resync);
  while_busy([&] {
    room.push({enter("b", "c3"), enter("c", "c4")});            // too much
    room.answer_attach({.has_members = true});                  // as it happens a sync comes all the same, …
    room.sync("s:", {present("b", "c3"), present("c", "c4")});  // … all of it before the handler returns
  });
  EXPECT_EQ(events, (lines{"enter a/c2", "present b/c3", "present c/c4", "leave a/c2 resync"}));
}

TEST_F(presence_incoming, a_lost_connection_does_not_forget_that_messages_were_missed) {
  open({.max_backlog = 1});
  listen();
  room.by_hand(transport_call::resync);
  while_busy([&] {
    room.push({enter("a", "c2"), enter("b", "c3")});
    room.drop();
  });
  EXPECT_EQ(room.count(transport_call::resync), 0U);  // nobody to ask
  room.answer_attach({.resumed = true});              // the connection missed nothing, but the participant did
  EXPECT_EQ(room.count(transport_call::resync), 1U);
  room.answer_attach({.has_members = true});
  room.sync("s:", {present("a", "c2"), present("b", "c3")});
  EXPECT_EQ(members(), (lines{"a/c2", "b/c3"}));
}

// Found by the simulation: the transport resumes what its participant has let go of meanwhile.
TEST_F(presence_incoming, a_resumed_attach_after_a_detach_tells_nothing_before_the_sync_that_it_needs) {
  attach_with({present("a", "c2")});
  p->detach();
  ASSERT_EQ(p->size(), 0U);
  room.by_hand(transport_call::attach);
  room.by_hand(transport_call::resync);
  p->attach();
  listen();
  room.answer_attach({.resumed = true});
  EXPECT_EQ(room.count(transport_call::resync), 1U);
  room.push(update("a", "c2").serial(1));
  EXPECT_EQ(take(events), silence);  // an update of somebody nobody knows
  room.answer_attach({.has_members = true});
  room.sync("s:", {present("a", "c2").serial(1)});
  EXPECT_EQ(take(events), lines{"present a/c2"});
}

TEST_F(presence_incoming, events_of_a_slow_listener_still_fold_to_the_set) {
  const auto client = [](int n) { return std::string(1, static_cast<char>('a' + n)); };
  open({.max_backlog = 4});
  std::set<std::string> folded;
  const subscription folding = p->subscribe([&](const event<std::string>& e) {
    const bool changed = e.action == action::leave ? folded.erase(e.client_id) == 1 : folded.insert(e.client_id).second;
    EXPECT_TRUE(changed) << line_of(e);
  });
  room.by_hand(transport_call::resync);
  while_busy([&] {
    for (int n = 0; n < 20; ++n) room.push(enter(client(n), "c2"));
  });
  room.answer_attach({.has_members = true});
  std::vector<message<std::string>> page;
  for (int n = 0; n < 20; n += 2) page.push_back(present(client(n), "c2"));
  room.sync("s:", std::move(page));
  std::set<std::string> known;
  p->for_each([&](const auto& m) { known.emplace(m.client_id); });
  EXPECT_EQ(known.size(), 10U);
  EXPECT_EQ(folded, known);
}

// --- data that has to be decoded ------------------------------------------------------------------------------------------

using text_transport = testing::scripted_transport<std::string, text_codec>;
using text_participant = basic_presence<std::string, testing::manual_clock, text_transport>;

message<payload> wire(action what, std::string_view client_id, payload data) {
  return message_builder<payload>{what, client_id, "c2"}.data(std::move(data));
}

TEST(presence_decoding, data_is_decoded_on_the_way_in_and_encoded_on_the_way_out) {
  text_transport transport{"me"};
  auto room = transport.script();
  text_participant p{std::move(transport)};
  p.enter("hello");
  ASSERT_EQ(room.published().size(), 1U);
  EXPECT_EQ(*room.published()[0].data, payload::text("hello"));
  room.push(wire(action::enter, "alice", payload::text("hi")));
  EXPECT_EQ(*p.get("alice").value().at(0).data, "hi");
}

TEST(presence_decoding, a_member_whose_data_cannot_be_decoded_is_kept_with_error_and_payload) {
  text_transport transport{"me"};
  auto room = transport.script();
  text_participant p{std::move(transport)};
  std::vector<event<std::string>> seen;
  const subscription sub = p.subscribe([&](const event<std::string>& e) { seen.push_back(e); });
  room.push({wire(action::enter, "alice", payload::bytes("\x01")), wire(action::enter, "bob", payload::text("ok"))});
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_FALSE(seen[0].data);
  EXPECT_EQ(seen[0].data.error(), errc::invalid_data);
  ASSERT_NE(seen[0].data.raw(), nullptr);
  EXPECT_EQ(*seen[0].data.raw(), payload::bytes("\x01"));
  EXPECT_EQ(*seen[1].data, "ok");
  const auto alice = p.get("alice").value();
  ASSERT_EQ(alice.size(), 1U);
  EXPECT_EQ(*alice[0].data.raw(), payload::bytes("\x01"));
}

TEST(presence_decoding, no_data_is_not_undecodable_data) {
  text_transport transport{"me"};
  auto room = transport.script();
  text_participant p{std::move(transport)};
  p.attach();
  room.push(message_builder<payload>{action::enter, "alice", "c2"});
  EXPECT_TRUE(p.get("alice").value().at(0).data.empty());
}

TEST(presence_decoding, an_update_brings_the_data_that_it_replaced) {
  text_transport transport{"me"};
  auto room = transport.script();
  text_participant p{std::move(transport)};
  std::vector<event<std::string>> seen;
  const subscription sub = p.subscribe([&](const event<std::string>& e) { seen.push_back(e); });
  room.push(wire(action::enter, "alice", payload::text("old")));
  message<payload> next = wire(action::update, "alice", payload::text("new"));
  ++next.id.msg_serial;
  room.push(next);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_TRUE(seen[0].previous.empty());
  EXPECT_EQ(*seen[1].previous, "old");
  EXPECT_EQ(*seen[1].data, "new");
}

TEST(presence_decoding, a_page_is_decoded_too) {
  text_transport transport{"me"};
  auto room = transport.script();
  text_participant p{std::move(transport)};
  room.attach_with({.has_members = true});
  p.attach();
  room.sync("s:", {wire(action::present, "alice", payload::text("hi")), wire(action::present, "bob", payload{})});
  EXPECT_EQ(*p.get("alice").value().at(0).data, "hi");
  EXPECT_EQ(p.get("bob").value().at(0).data.error(), errc::invalid_data);
}

TEST(presence_decoding, own_members_are_entered_again_with_what_was_received) {
  text_transport transport{"me"};
  auto room = transport.script();
  text_participant p{std::move(transport)};
  p.enter("hello");
  room.forget_calls();
  room.set_connection_id("c9");
  room.answer_attach();
  ASSERT_EQ(room.published().size(), 1U);
  EXPECT_EQ(*room.published()[0].data, payload::text("hello"));
}

TEST(presence_decoding, data_that_cannot_be_encoded_fails_the_operation) {
  text_transport transport{"me"};
  auto room = transport.script();
  text_participant p{std::move(transport)};
  outcome entered;
  p.enter("\xff", entered.handler());
  EXPECT_EQ(entered.code(), errc::invalid_data);
  EXPECT_EQ(room.calls().size(), 0U);
  EXPECT_EQ(p.self().state, self_state::absent);
}

}  // namespace
}  // namespace presence::test::participant_incoming_test
