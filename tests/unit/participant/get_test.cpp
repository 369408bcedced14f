// The queries of a participant: what is known, what is unknown, and what waits for the sync.
#include "support/participant.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::participant_get_test {
namespace {

class presence_get : public participant_test {
 protected:
  /// A `get` that waits.
  [[nodiscard]] waiting_get ask(query which = {}) {
    waiting_get asked;
    p->get(std::move(which), asked.handler());
    return asked;
  }
  /// Attached, with the first page of a sync.
  void in_the_middle_of_a_sync() {
    room.attach_with({.has_members = true});
    p->attach();
    room.sync("s:1", {present("alice", "c2")});
  }
  void end_the_sync() { room.sync("s:", {present("bob", "c3")}); }

  const lines alice_and_bob{"alice/c2", "bob/c3"};
};

// --- waiting for the sync -------------------------------------------------------------------------------------------------

TEST_F(presence_get, waits_for_the_sync_RTP11a) {
  in_the_middle_of_a_sync();
  const waiting_get got = ask();
  EXPECT_TRUE(got.pending());
  end_the_sync();
  EXPECT_EQ(got.members(), alice_and_bob);
}

TEST_F(presence_get, answers_at_once_when_the_set_is_in_sync_RTP11a) {
  attach_with({present("alice", "c2"), present("bob", "c3")});
  EXPECT_EQ(ask().members(), alice_and_bob);
  EXPECT_EQ(room.calls().size(), 0U);
}

TEST_F(presence_get, attaches_where_nothing_was_tried_RTP11b) {
  EXPECT_EQ(ask().members(), silence);
  EXPECT_EQ(p->state(), room_state::attached);
}

TEST_F(presence_get, waits_for_the_attach_and_then_for_the_sync_RTP11a) {
  room.by_hand(transport_call::attach);
  p->attach();
  const waiting_get got = ask();
  room.answer_attach({.has_members = true});
  EXPECT_TRUE(got.pending());
  room.sync("s:", {present("alice", "c2")});
  EXPECT_EQ(got.members(), lines{"alice/c2"});
}

TEST_F(presence_get, waits_for_the_sync_after_another_attach_too_RTP11a) {
  attach_with({present("alice", "c2")});
  room.answer_attach({.has_members = true});
  const waiting_get got = ask();
  EXPECT_TRUE(got.pending());
  room.sync("s:", {present("bob", "c3")});
  EXPECT_EQ(got.members(), lines{"bob/c3"});
}

TEST_F(presence_get, waits_while_the_connection_is_away) {
  attach_with({present("alice", "c2")});
  room.drop();
  const waiting_get got = ask();
  EXPECT_TRUE(got.pending());
  room.answer_attach({.resumed = true});
  EXPECT_EQ(got.members(), lines{"alice/c2"});
}

TEST_F(presence_get, several_that_wait_are_all_answered) {
  in_the_middle_of_a_sync();
  const waiting_get first = ask();
  const waiting_get second = ask({"bob", {}});
  end_the_sync();
  EXPECT_EQ(first.members(), alice_and_bob);
  EXPECT_EQ(second.members(), lines{"bob/c3"});
}

TEST_F(presence_get, the_events_of_the_sync_come_before_the_answer) {
  listen();
  room.answer_attach({.has_members = true});
  lines before;
  p->get({}, [&](const auto&) { before = events; });
  end_the_sync();
  EXPECT_EQ(before, lines{"present bob/c3"});
}

TEST_F(presence_get, a_waiting_one_fails_in_suspended_RTP11d) {
  attach_with({present("alice", "c2")});
  room.suspend();
  EXPECT_EQ(ask().error(), errc::out_of_sync);
}

TEST_F(presence_get, one_that_waits_fails_when_the_room_is_suspended_RTP11d) {
  in_the_middle_of_a_sync();
  const waiting_get got = ask();
  room.suspend();
  EXPECT_EQ(got.error(), errc::out_of_sync);
}

TEST_F(presence_get, one_that_waits_fails_when_the_room_ends) {
  in_the_middle_of_a_sync();
  const waiting_get detaches = ask();
  p->detach();
  EXPECT_EQ(detaches.error(), errc::channel_failed);
  open();
  in_the_middle_of_a_sync();
  const waiting_get fails = ask();
  room.fail(errc::not_permitted);
  EXPECT_EQ(fails.error(), errc::not_permitted);
}

TEST_F(presence_get, one_that_waits_fails_with_the_attach_RTP11b) {
  room.refuse_nth(1, errc::not_permitted);
  EXPECT_EQ(ask().error(), errc::not_permitted);
}

TEST_F(presence_get, a_waiting_one_fails_in_a_room_that_is_over) {
  attach_with();
  room.by_hand(transport_call::detach);
  p->detach();
  EXPECT_EQ(ask().error(), errc::invalid_room_state);
  room.answer_detach();
  EXPECT_EQ(ask().error(), errc::invalid_room_state);
  p->attach();
  room.fail(errc::not_permitted);
  EXPECT_EQ(ask().error(), errc::invalid_room_state);
}

TEST_F(presence_get, one_that_waits_is_aborted_with_the_presence) {
  in_the_middle_of_a_sync();
  const waiting_get got = ask();
  p.reset();
  EXPECT_EQ(got.error(), errc::operation_aborted);
}

TEST_F(presence_get, a_handler_that_asks_again_is_answered_again) {
  attach_with({present("alice", "c2")});
  waiting_get inner;
  p->get({}, [&](const auto&) { p->get({}, inner.handler()); });
  EXPECT_EQ(inner.members(), lines{"alice/c2"});
}

TEST_F(presence_get, may_be_asked_without_a_handler_to_attach) {
  p->get({}, nullptr);
  EXPECT_EQ(p->state(), room_state::attached);
}

// --- not waiting ----------------------------------------------------------------------------------------------------------

TEST_F(presence_get, not_waiting_answers_with_what_is_known_RTP11c1) {
  in_the_middle_of_a_sync();
  EXPECT_EQ(members(), lines{"alice/c2"});
  end_the_sync();
  EXPECT_EQ(members(), alice_and_bob);
}

TEST_F(presence_get, not_waiting_answers_from_the_kept_set_in_suspended_RTP11d) {
  attach_with({present("alice", "c2")});
  room.suspend();
  EXPECT_EQ(members(), lines{"alice/c2"});
  p->attach();
}

TEST_F(presence_get, unknown_is_not_empty) {
  EXPECT_EQ(p->get().error(), errc::not_synced);
  EXPECT_EQ(p->users().error(), errc::not_synced);
  room.by_hand(transport_call::attach);
  p->attach();
  EXPECT_EQ(p->get("alice").error(), errc::not_synced);
  room.suspend();
  EXPECT_EQ(p->get().error(), errc::not_synced);
  room.answer_attach();
  EXPECT_EQ(p->get().value().size(), 0U);
  p->detach();
  EXPECT_EQ(p->get().error(), errc::invalid_room_state);
  EXPECT_EQ(p->users().error(), errc::invalid_room_state);
  p->attach();
  room.fail(errc::not_permitted);
  EXPECT_EQ(p->get().error(), errc::invalid_room_state);
}

TEST_F(presence_get, a_first_attach_that_claims_to_be_resumed_is_not_believed) {
  room.attach_with({.resumed = true});
  room.by_hand(transport_call::resync);
  p->attach();
  EXPECT_EQ(p->get().error(), errc::not_synced);
  const waiting_get got = ask();
  EXPECT_TRUE(got.pending());
  EXPECT_EQ(room.count(transport_call::resync), 1U);
  room.answer_attach({.has_members = true});
  room.sync("s:", {present("alice", "c2")});
  EXPECT_EQ(got.members(), lines{"alice/c2"});
}

// --- filters --------------------------------------------------------------------------------------------------------------

TEST_F(presence_get, filters_by_client_id_RTP11c2) {
  attach_with({present("alice", "c2"), present("alice", "c3"), present("bob", "c2")});
  EXPECT_EQ(names(p->get("alice").value()), (lines{"alice/c2", "alice/c3"}));
  EXPECT_EQ(names(p->get(query{"bob", {}}).value()), lines{"bob/c2"});
  EXPECT_EQ(names(p->get("nobody").value()), silence);
  EXPECT_EQ(ask({"alice", {}}).members(), (lines{"alice/c2", "alice/c3"}));
}

TEST_F(presence_get, filters_by_connection_id_RTP11c3) {
  attach_with({present("alice", "c2"), present("alice", "c3"), present("bob", "c2")});
  EXPECT_EQ(names(p->get(query{{}, "c2"}).value()), (lines{"alice/c2", "bob/c2"}));
  EXPECT_EQ(names(p->get(query{"alice", "c3"}).value()), lines{"alice/c3"});
  EXPECT_EQ(names(p->get(query{"bob", "c3"}).value()), silence);
  EXPECT_EQ(ask({{}, "c2"}).members(), (lines{"alice/c2", "bob/c2"}));
}

// --- permission -----------------------------------------------------------------------------------------------------------

TEST_F(presence_get, fails_where_presence_may_not_be_received_RTP11f1) {
  room.attach_with({.modes = mode_set{mode::presence}});
  p->attach();
  EXPECT_EQ(p->get().error(), errc::subscribe_not_permitted);
  EXPECT_EQ(p->users().error(), errc::subscribe_not_permitted);
  EXPECT_EQ(ask().error(), errc::subscribe_not_permitted);
}

TEST_F(presence_get, one_that_waits_fails_once_it_is_clear_that_presence_may_not_be_received_RTP11f1) {
  room.by_hand(transport_call::attach);
  const waiting_get got = ask();
  room.answer_attach({.has_members = true, .modes = mode_set{mode::presence}});  // a sync that will not come
  EXPECT_EQ(got.error(), errc::subscribe_not_permitted);
}

TEST_F(presence_get, fails_with_enable_events_off_RTP11f1) {
  open({.enable_events = false});
  EXPECT_EQ(p->get().error(), errc::subscribe_not_permitted);
  EXPECT_EQ(ask().error(), errc::subscribe_not_permitted);
}

// --- the others -----------------------------------------------------------------------------------------------------------

TEST_F(presence_get, sync_complete_tells_whether_the_first_sync_is_over_RTP13) {
  EXPECT_FALSE(p->sync_complete());
  in_the_middle_of_a_sync();
  EXPECT_FALSE(p->sync_complete());
  end_the_sync();
  EXPECT_TRUE(p->sync_complete());
  room.answer_attach({.has_members = true});  // another sync does not undo the first
  EXPECT_TRUE(p->sync_complete());
  p->detach();
  EXPECT_FALSE(p->sync_complete());
}

TEST_F(presence_get, sync_is_complete_at_once_in_an_empty_room_RTP13) {
  p->attach();
  EXPECT_TRUE(p->sync_complete());
}

TEST_F(presence_get, a_member_has_everything) {
  attach_with({present("alice", "c2").serial(3, 1).at(77).data("x").with({{"k", "v"}})});
  const auto all = p->get().value();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].action, action::present);
  EXPECT_EQ(all[0].client_id, "alice");
  EXPECT_EQ(all[0].connection_id, "c2");
  EXPECT_EQ(*all[0].data, "x");
  EXPECT_EQ(all[0].extras, (extras{{"k", "v"}}));
  EXPECT_EQ(all[0].updated_at, at_ms(77));
  EXPECT_EQ(all[0].id, (message_id{3, 1, id_origin::connection}));
}

TEST_F(presence_get, users_and_their_connections) {
  attach_with({present("alice", "c2"), present("alice", "c3"), present("bob", "c2")});
  lines found;
  const auto known = p->users();
  for (const user& u : known.value()) found.push_back(u.client_id + ' ' + std::to_string(u.connections));
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (lines{"alice 2", "bob 1"}));
  EXPECT_EQ(p->user_count(), 2U);
  EXPECT_EQ(p->size(), 3U);
  EXPECT_TRUE(p->is_user_present("alice"));
  EXPECT_FALSE(p->is_user_present("carol"));
}

TEST_F(presence_get, version_goes_up_by_one_with_each_event) {
  listen();
  const std::uint64_t before = p->version();
  room.push({enter("a", "c2"), update("a", "c2").serial(1), enter("b", "c3"), leave("a", "c2").serial(2),
             leave("a", "c2").serial(3)});
  EXPECT_EQ(p->version(), before + events.size());
  EXPECT_EQ(events.size(), 4U);
}

TEST_F(presence_get, bytes_follow_the_set) {
  p->attach();
  const std::size_t empty = p->bytes();
  for (int i = 0; i < 1000; ++i) room.push(enter("a" + std::to_string(i), "c2"));
  EXPECT_GT(p->bytes(), empty);
  p->detach();
  EXPECT_EQ(p->bytes(), empty);
}

TEST_F(presence_get, for_each_shows_every_member_in_place) {
  attach_with({present("alice", "c2").data("x"), present("bob", "c3")});
  lines seen;
  p->for_each([&](const member_view<std::string>& m) {
    seen.push_back(std::string{m.client_id} + (m.data ? ' ' + *m.data : std::string{}));
  });
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (lines{"alice x", "bob"}));
}

TEST_F(presence_get, for_each_passes_on_what_its_visitor_throws) {
  attach_with({present("alice", "c2")});
  EXPECT_THROW(p->for_each([](const auto&) { throw std::runtime_error{"no"}; }), std::runtime_error);
  EXPECT_EQ(members(), lines{"alice/c2"});
  p->for_each([](const auto&) {});
}

TEST_F(presence_get, queries_answer_inside_listeners_with_the_set_after_the_change) {
  std::vector<std::size_t> sizes;
  const subscription sub = p->subscribe([&](const auto&) {
    sizes.push_back(p->size());
    EXPECT_EQ(p->get().value().size(), p->size());
  });
  room.push(enter("a", "c2"));
  room.push({enter("b", "c3"), enter("c", "c4")});
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 3, 3}));
}

#ifndef NDEBUG
class presence_get_death : public presence_get {
 protected:
  presence_get_death() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(presence_get_death, for_each_visitor_that_calls_back_is_detected) {
  attach_with({present("alice", "c2")});
  const auto visit = [&](auto&& call) { p->for_each([&](const auto&) { call(); }); };
  const char* const why = "a for_each visitor must not call its presence";
  EXPECT_DEATH(visit([&] { static_cast<void>(p->size()); }), why);
  EXPECT_DEATH(visit([&] { static_cast<void>(p->get()); }), why);
  EXPECT_DEATH(visit([&] { p->enter("x"); }), why);
  EXPECT_DEATH(visit([&] { p->for_each([](const auto&) {}); }), why);
  EXPECT_DEATH(visit([&] { events_sub = p->subscribe([](const auto&) {}); }), why);
  EXPECT_DEATH(visit([&] { states_sub = p->subscribe_state([](const auto&) {}); }), why);
  EXPECT_DEATH(visit([&] { errors_sub = p->subscribe_errors([](const auto&) {}); }), why);
  EXPECT_DEATH(visit([&] { p->unsubscribe_all(); }), why);
  EXPECT_DEATH(visit([&] { p.reset(); }), why);
  EXPECT_DEATH(visit([&] { room.push(enter("b", "c3")); }), why);
  EXPECT_DEATH(visit([&] { room.suspend(); }), why);
}
#endif

}  // namespace
}  // namespace presence::test::participant_get_test
