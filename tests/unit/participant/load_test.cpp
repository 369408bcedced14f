// More is asked of a participant than can be done at once: what waits is bounded by `presence_options`, and of each member
// only the newest state waits. With several threads: tests/threads/load_threads_test.cpp.
#include "support/participant.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test::participant_load_test {
namespace {

class presence_load : public participant_test {
 protected:
  /// Attached, for anyone, with room for so many.
  void open_for(std::size_t pending, std::size_t queued = 10'000) {
    presence_options options;
    options.max_pending_operations = pending;
    options.max_queued_operations = queued;
    open(options, "*");
    attach_with();
  }
};

TEST_F(presence_load, past_the_bound_of_unanswered_operations_only_the_newest_state_of_a_member_waits_W13) {
  open_for(2);
  room.by_hand(transport_call::publish);
  outcome first, second, stale, newest, other;
  p->enter_client("a", "1", first.handler());
  p->enter_client("b", "1", second.handler());
  p->update_client("a", "2", stale.handler());
  p->update_client("b", "2", other.handler());
  p->update_client("a", "3", newest.handler());
  EXPECT_EQ(room.count(transport_call::publish), 2U);
  EXPECT_EQ(stale.code(), errc::superseded);
  room.answer_publish();
  ASSERT_EQ(room.count(transport_call::publish), 3U);
  EXPECT_TRUE(first.ok());
  room.answer_publish();
  room.answer_publish();
  room.answer_publish();
  EXPECT_TRUE(newest.ok());
  EXPECT_TRUE(other.ok());
  EXPECT_EQ(names(p->get().value()), (lines{"a/c1 3", "b/c1 2"}));
}

TEST_F(presence_load, members_that_wait_past_both_bounds_are_told_so_W13) {
  open_for(1, 2);
  room.by_hand(transport_call::publish);
  outcome sent, waits, waits_too, too_many;
  p->enter_client("a", sent.handler());
  p->enter_client("b", waits.handler());
  p->enter_client("c", waits_too.handler());
  p->enter_client("d", too_many.handler());
  EXPECT_EQ(too_many.code(), errc::queue_full);
  for (int i = 0; i < 3; ++i) room.answer_publish();
  EXPECT_TRUE(sent.ok() && waits.ok() && waits_too.ok());
  p->enter_client("d", "again");
  room.answer_publish();
  EXPECT_EQ(p->size(), 4U);
}

TEST_F(presence_load, at_least_one_operation_may_be_on_its_way_W13) {
  open_for(0, 0);
  outcome entered;
  p->enter_client("a", "x", entered.handler());
  EXPECT_TRUE(entered.ok());
}

TEST_F(presence_load, newest_state_counts_also_where_operations_wait_for_an_attach_after_a_detach_W11) {
  open_for(100);
  room.by_hand(transport_call::detach);
  outcome stale, newest;
  p->detach();
  p->attach();
  p->enter_client("a", "1", stale.handler());
  room.answer_detach();  // forgets the members, not what waits
  ASSERT_EQ(p->state(), room_state::attached);
  EXPECT_TRUE(stale.ok());

  room.by_hand(transport_call::attach);
  outcome replaced;
  p->detach();
  p->attach();
  p->enter_client("a", "2", replaced.handler());
  room.answer_detach();
  ASSERT_EQ(p->state(), room_state::attaching);
  p->update_client("a", "3", newest.handler());
  EXPECT_EQ(replaced.code(), errc::superseded);
  room.answer_attach();
  EXPECT_TRUE(newest.ok());
}

TEST_F(presence_load, what_a_listener_asks_past_the_bound_is_refused_in_its_turn_W14) {
  open_for(3);
  std::vector<outcome> asked(5);
  bool once = true;
  lines order;
  const auto sub = p->subscribe([&](const auto&) {
    if (!std::exchange(once, false)) return;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      p->update_client("guest " + std::to_string(i), "x", asked[i].handler());
      EXPECT_TRUE(asked[i].pending()) << "no handler runs inside a listener";
    }
  });
  room.push(enter("x", "c2"));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    EXPECT_EQ(asked[i].code(), i < 3 ? std::error_code{} : make_error_code(errc::queue_full)) << i;
  }
  EXPECT_EQ(p->size(), 4U);
}

TEST_F(presence_load, refusals_without_a_handler_are_reported_once_W14) {
  open_for(2);
  bool once = true;
  const auto sub = p->subscribe([&](const auto&) {
    if (!std::exchange(once, false)) return;
    for (int i = 0; i < 100; ++i) p->update_client("guest " + std::to_string(i), "x");
  });
  room.push(enter("x", "c2"));
  EXPECT_EQ(errors.size(), 1U);
  EXPECT_EQ(p->size(), 3U);
}

TEST_F(presence_load, leave_is_taken_up_to_twice_as_much_W14) {
  open_for(2);
  p->enter_client("a");
  p->enter_client("b");
  p->enter_client("c");
  std::vector<outcome> left(5);
  bool once = true;
  const auto sub = p->subscribe([&](const auto&) {
    if (!std::exchange(once, false)) return;
    const std::string who[] = {"a", "b", "c", "a", "b"};
    for (std::size_t i = 0; i < left.size(); ++i) p->leave_client(who[i], left[i].handler());
  });
  room.push(enter("x", "c2"));
  EXPECT_EQ(p->size(), 1U);
  EXPECT_TRUE(left[3].ok());
}

TEST_F(presence_load, what_a_handler_asks_while_its_participant_is_destroyed_is_aborted_too) {
  open_for(100);
  room.by_hand(transport_call::publish);
  int made = 0;
  int called = 0;
  std::function<void()> retry = [&] {
    ++made;
    p->enter_client("a", [&](std::error_code why) {
      ++called;
      if (why && made < 5) retry();
    });
  };
  retry();
  close();
  EXPECT_EQ(made, 5);
  EXPECT_EQ(called, 5);
}

TEST_F(presence_load, sync_is_asked_for_although_calls_wait_W15) {
  presence_options options;
  options.max_backlog = 1;
  open(options, "*");
  attach_with();
  room.by_hand(transport_call::resync);
  bool once = true;
  const auto sub = p->subscribe([&](const auto&) {
    if (!std::exchange(once, false)) return;
    room.push(enter("y", "c2"));
    room.push(enter("z", "c2"));  // one more than may wait
    for (int i = 0; i < 10; ++i) p->update_client("guest " + std::to_string(i), "x");
  });
  room.forget_calls();
  p->enter_client("first", "x");  // its event is told by the participant's own work: what the room says meanwhile waits
  std::vector<transport_call> made;
  for (const auto& call : room.calls()) made.push_back(call.what);
  ASSERT_EQ(made.size(), 12U);
  EXPECT_EQ(made[0], transport_call::publish);
  EXPECT_EQ(made[1], transport_call::resync);
}

TEST_F(presence_load, of_the_syncs_that_come_while_a_listener_takes_its_time_only_the_last_waits_W16) {
  open({}, "*");
  attach_with();
  bool once = true;
  const auto sub = p->subscribe([&](const auto& e) {
    events.push_back(line_of(e));
    if (!std::exchange(once, false)) return;
    for (const std::string name : {"a", "b", "c"}) {
      room.answer_attach({.has_members = true});
      room.sync(name + ":1", {present(name, "c2")});
      room.push(enter("also-" + name, "c3"));
      room.sync(name + ":", {present("me-too", "c2")});
    }
  });
  p->enter_client("first", "x");  // as above
  EXPECT_EQ(events, (lines{"enter first/c1 x", "enter also-a/c3", "enter also-b/c3", "present c/c2", "enter also-c/c3",
                           "present me-too/c2", "leave also-b/c3 resync", "leave also-a/c3 resync",
                           "leave first/c1 resync x", "enter first/c1 x"}));
  EXPECT_EQ(members(), (lines{"also-c/c3", "c/c2", "first/c1 x", "me-too/c2"}));
}

}  // namespace
}  // namespace presence::test::participant_load_test
