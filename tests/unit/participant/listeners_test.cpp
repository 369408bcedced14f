// Listeners and subscriptions: who hears what, in which order, from when and until when.
#include "support/participant.hpp"
#include <presence/error.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::participant_listeners_test {
namespace {

class presence_listeners : public participant_test {
 protected:
  presence_listeners() { p->attach(); }

  /// A listener that writes down its name and the event.
  [[nodiscard]] auto named(std::string name) {
    return [this, name = std::move(name)](const auto& e) { events.push_back(name + ": " + line_of(e)); };
  }
  void one_of_each() {
    room.push({present("a", "c2"), enter("b", "c3"), update("a", "c2").serial(1), leave("b", "c3").serial(1)});
  }
};

static_assert(!std::is_copy_constructible_v<subscription> && std::is_nothrow_move_constructible_v<subscription> &&
              std::is_nothrow_move_assignable_v<subscription> && std::is_nothrow_default_constructible_v<subscription>);

// --- who hears what -------------------------------------------------------------------------------------------------------

TEST_F(presence_listeners, a_listener_for_one_action_hears_only_that) {
  const std::pair<action, const char*> expected[] = {{action::present, "present a/c2"},
                                                     {action::enter, "enter b/c3"},
                                                     {action::update, "update a/c2"},
                                                     {action::leave, "leave b/c3"}};
  for (const auto& [what, line] : expected) {
    open();
    const subscription sub = p->subscribe(what, write_to(events));
    one_of_each();
    EXPECT_EQ(events, lines{line});
  }
}

TEST_F(presence_listeners, a_listener_for_several_actions_hears_those) {
  const subscription sub = p->subscribe(action::enter | action::leave, write_to(events));
  one_of_each();
  EXPECT_EQ(events, (lines{"enter b/c3", "leave b/c3"}));
}

TEST_F(presence_listeners, a_listener_for_all_hears_a_batch_of_mixed_actions_in_order) {
  const subscription sub = p->subscribe(write_to(events));
  one_of_each();
  EXPECT_EQ(events, (lines{"present a/c2", "enter b/c3", "update a/c2", "leave b/c3"}));
}

TEST_F(presence_listeners, a_listener_for_no_action_hears_nothing) {
  const subscription sub = p->subscribe(action_set{}, write_to(events));
  const subscription absent = p->subscribe(action::absent, write_to(events));
  one_of_each();
  EXPECT_EQ(events, silence);
  EXPECT_TRUE(sub.active());
}

TEST_F(presence_listeners, listeners_are_called_in_the_order_of_their_subscription) {
  const subscription first = p->subscribe(named("1"));
  const subscription second = p->subscribe(named("2"));
  room.push(enter("a", "c2"));
  EXPECT_EQ(events, (lines{"1: enter a/c2", "2: enter a/c2"}));
}

TEST_F(presence_listeners, listeners_for_different_actions_are_called_in_the_order_of_the_events) {
  const subscription comes = p->subscribe(action::enter, named("in"));
  const subscription goes = p->subscribe(action::leave, named("out"));
  room.push(enter("a", "c2"));
  room.push({leave("a", "c2").serial(1), enter("a", "c2").serial(2), enter("b", "c3"), leave("a", "c2").serial(3)});
  EXPECT_EQ(events,
            (lines{"in: enter a/c2", "out: leave a/c2", "in: enter a/c2", "in: enter b/c3", "out: leave a/c2"}));
}

TEST_F(presence_listeners, separate_listeners_for_what_comes_and_goes_fold_to_the_set) {
  std::map<std::string, int> here;
  const subscription comes = p->subscribe(action::enter | action::update, [&](const auto& e) { ++here[e.client_id]; });
  const subscription goes =
      p->subscribe(action::leave | action::absent, [&](const auto& e) { here.erase(e.client_id); });
  room.push({enter("a", "c2"), leave("a", "c2").serial(1), update("a", "c2").serial(2)});
  EXPECT_EQ(here.size(), 1U);
  EXPECT_EQ(p->size(), 1U);
}

TEST_F(presence_listeners, all_events_of_a_sync_reach_every_listener) {
  room.push({enter("a", "c2"), enter("b", "c3")});
  const subscription all = p->subscribe(named("all"));
  const subscription goes = p->subscribe(action::leave, named("out"));
  const subscription comes = p->subscribe(action::present, named("there"));
  room.answer_attach({.has_members = true});
  room.sync("s:", {present("b", "c3").serial(1), present("c", "c4")});
  EXPECT_EQ(events, (lines{"all: present b/c3", "all: present c/c4", "there: present b/c3", "there: present c/c4",
                           "all: leave a/c2 resync", "out: leave a/c2 resync"}));
}

TEST_F(presence_listeners, user_events_follow_the_member_events_of_the_same_change) {
  const subscription by_user = p->subscribe_users(named("user"));
  const subscription by_member = p->subscribe(named("member"));
  room.push({enter("a", "c2"), enter("a", "c3"), leave("a", "c2").serial(1)});
  EXPECT_EQ(events, (lines{"member: enter a/c2", "member: enter a/c3", "member: leave a/c2", "user: online a"}));
}

TEST_F(presence_listeners, a_listener_may_take_the_event_as_it_likes) {
  std::string seen;
  const subscription by_value = p->subscribe([&](event<std::string> e) { seen += e.client_id; });
  const subscription by_reference = p->subscribe([&](const event<std::string>& e) { seen += e.client_id; });
  const subscription any = p->subscribe([&](const auto& e) { seen += e.client_id; });
  room.push(enter("a", "c2"));
  EXPECT_EQ(seen, "aaa");
}

TEST_F(presence_listeners, a_listener_may_be_move_only_and_named) {
  struct counting {
    std::unique_ptr<int> own = std::make_unique<int>(0);
    int* total;
    void operator()(const event<std::string>&) { *total += ++*own; }
  };
  int total = 0;
  counting listener;
  listener.total = &total;
  const subscription sub = p->subscribe(std::move(listener));
  room.push({enter("a", "c2"), enter("b", "c3")});
  EXPECT_EQ(total, 3);
}

// --- without events -------------------------------------------------------------------------------------------------------

TEST_F(presence_listeners, subscribing_fails_with_enable_events_off) {
  open({.enable_events = false});
  const auto code_of = [](auto&& call) {
    try {
      call();
    } catch (const presence_error& e) {
      return e.code();
    }
    return std::error_code{};
  };
  EXPECT_EQ(code_of([&] { events_sub = p->subscribe([](const auto&) {}); }), errc::events_disabled);
  EXPECT_EQ(code_of([&] { events_sub = p->subscribe(action::enter, [](const auto&) {}); }), errc::events_disabled);
  EXPECT_EQ(code_of([&] { users_sub = p->subscribe_users([](const auto&) {}); }), errc::events_disabled);
  p->attach();
  EXPECT_EQ(states, (lines{"initialized > attaching", "attaching > attached"}));  // those are not events of others
  EXPECT_EQ(room.calls().front().modes, mode_set{mode::presence});
}

// --- from when ------------------------------------------------------------------------------------------------------------

TEST_F(presence_listeners, a_listener_hears_what_happens_after_it_subscribed) {
  room.push(enter("a", "c2"));
  const subscription sub = p->subscribe(write_to(events));
  room.push(enter("b", "c3"));
  EXPECT_EQ(events, lines{"enter b/c3"});
}

TEST_F(presence_listeners, a_listener_that_subscribes_in_the_middle_of_a_batch_hears_what_the_set_does_not_show) {
  std::optional<subscription> late[3];
  lines snapshot;
  const auto also = [&](const auto&) {
    if (late[0]) return;
    snapshot = members();  // already as after the whole batch
    late[0] = p->subscribe(named("any"));
    late[1] = p->subscribe(action::enter, named("enter"));
    late[2] = p->subscribe_users(named("user"));
  };
  const subscription sub = p->subscribe(also);
  room.push({enter("a", "c2"), enter("b", "c3"), leave("a", "c2").serial(1)});
  EXPECT_EQ(snapshot, lines{"b/c3"});
  EXPECT_EQ(events, silence);
  room.push(enter("c", "c4"));
  EXPECT_EQ(events, (lines{"any: enter c/c4", "enter: enter c/c4", "user: online c"}));
}

TEST_F(presence_listeners, a_listener_that_subscribes_in_a_user_listener_hears_what_follows) {
  std::optional<subscription> late;
  const subscription sub = p->subscribe_users([&](const auto&) {
    if (!late) late = p->subscribe_users(named("late"));
  });
  room.push({enter("a", "c2"), enter("b", "c3")});
  EXPECT_EQ(events, silence);
  room.push(enter("c", "c4"));
  EXPECT_EQ(events, lines{"late: online c"});
}

TEST_F(presence_listeners, a_state_listener_that_subscribes_inside_one_hears_what_follows) {
  std::optional<subscription> late;
  const subscription sub = p->subscribe_state([&](const auto&) {
    if (!late) late = p->subscribe_state(named("late"));
  });
  p->detach();
  EXPECT_EQ(events, lines{"late: detaching > detached"});
}

TEST_F(presence_listeners, an_error_listener_that_subscribes_inside_one_hears_what_follows) {
  std::optional<subscription> late;
  const subscription sub = p->subscribe_errors([&](const auto&) {
    if (!late) late = p->subscribe_errors(named("late"));
  });
  room.push({enter("", "c2"), enter("", "c3")});
  EXPECT_EQ(events, lines{"late: incoming: bad request"});
}

// --- until when -----------------------------------------------------------------------------------------------------------

TEST_F(presence_listeners, unsubscribing_ends_it) {
  subscription sub = p->subscribe(write_to(events));
  EXPECT_TRUE(sub.active());
  sub.unsubscribe();
  EXPECT_FALSE(sub.active());
  sub.unsubscribe();
  room.push(enter("a", "c2"));
  EXPECT_EQ(events, silence);
}

TEST_F(presence_listeners, the_end_of_the_subscription_ends_it) {
  { const subscription sub = p->subscribe(write_to(events)); }
  room.push(enter("a", "c2"));
  EXPECT_EQ(events, silence);
}

TEST_F(presence_listeners, the_end_of_the_subscription_lets_go_of_the_listener) {
  const auto held = std::make_shared<int>(0);
  subscription sub = p->subscribe([held](const auto&) {});
  subscription released = p->subscribe_users([held](const auto&) {});
  EXPECT_EQ(held.use_count(), 3);
  sub.unsubscribe();
  EXPECT_EQ(held.use_count(), 2);
  released.release();
  p->unsubscribe_all();
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(presence_listeners, unsubscribing_inside_the_listener_ends_it_after_this_event) {
  subscription sub;
  sub = p->subscribe([&](const auto& e) {
    events.push_back(line_of(e));
    sub.unsubscribe();
  });
  room.push({enter("a", "c2"), enter("b", "c3")});
  room.push(enter("c", "c4"));
  EXPECT_EQ(events, lines{"enter a/c2"});
}

TEST_F(presence_listeners, a_listener_that_ends_itself_keeps_what_it_holds_until_it_returns) {
  std::optional<subscription> sub;
  std::string seen;
  sub = p->subscribe([&sub, &seen, own = std::make_unique<std::string>("mine")](const auto&) {
    sub.reset();
    seen = *own;
  });
  room.push(enter("a", "c2"));
  EXPECT_EQ(seen, "mine");
}

TEST_F(presence_listeners, unsubscribing_another_inside_a_listener_spares_it_this_event) {
  subscription second;
  const subscription first = p->subscribe([&](const auto&) { second.unsubscribe(); });
  second = p->subscribe(write_to(events));
  room.push(enter("a", "c2"));
  EXPECT_EQ(events, silence);
}

TEST_F(presence_listeners, unsubscribing_one_that_was_called_already_spares_it_the_rest) {
  subscription first = p->subscribe(action::enter, named("first"));
  const subscription second = p->subscribe(action::leave, [&](const auto&) { first.unsubscribe(); });
  room.push({enter("a", "c2"), leave("a", "c2").serial(1), enter("a", "c2").serial(2)});
  EXPECT_EQ(events, lines{"first: enter a/c2"});
}

// A listener that is the only one is called without its signal: nobody can tell.
TEST_F(presence_listeners, one_that_is_alone_for_a_while_hears_each_event_once) {
  subscription first = p->subscribe(named("1"));
  room.push(enter("a", "c2"));
  std::optional<subscription> second = p->subscribe(action::update, named("2"));
  room.push(update("a", "c2").serial(1));
  first.unsubscribe();
  room.push(update("a", "c2").serial(2));
  room.push(leave("a", "c2").serial(3));
  first = p->subscribe(named("3"));
  second.reset();
  room.push(enter("b", "c3"));
  EXPECT_EQ(events, (lines{"1: enter a/c2", "1: update a/c2", "2: update a/c2", "2: update a/c2", "3: enter b/c3"}));
}

TEST_F(presence_listeners, one_that_was_alone_when_a_change_began_may_end_in_it) {
  std::optional<subscription> other;
  subscription only;
  only = p->subscribe([&](const auto& e) {
    events.push_back("only: " + line_of(e));
    other = p->subscribe(named("other"));
    only = {};
  });
  room.push({enter("a", "c2"), enter("b", "c3")});
  EXPECT_EQ(events, (lines{"only: enter a/c2"})) << "the other subscribed after the change";
  room.push(enter("c", "c4"));
  EXPECT_EQ(events.back(), "other: enter c/c4");
  EXPECT_EQ(events.size(), 2U);
}

TEST_F(presence_listeners, one_that_is_alone_may_throw_and_is_called_again) {
  const auto only = p->subscribe([&](const auto& e) {
    events.push_back(line_of(e));
    throw std::runtime_error{"no"};
  });
  room.push({enter("a", "c2"), enter("b", "c3")});
  EXPECT_EQ(events.size(), 2U);
  EXPECT_EQ(errors.size(), 2U);
}

TEST_F(presence_listeners, one_that_is_alone_is_let_go_of_when_it_ends) {
  const auto held = std::make_shared<int>(1);
  subscription only = p->subscribe([held](const auto&) {});
  room.push(enter("a", "c2"));
  only.unsubscribe();
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(presence_listeners, move_assignment_ends_what_was_there) {
  subscription sub = p->subscribe(named("1"));
  sub = p->subscribe(named("2"));
  room.push(enter("a", "c2"));
  EXPECT_EQ(events, lines{"2: enter a/c2"});
  sub = {};
  room.push(enter("b", "c3"));
  EXPECT_EQ(events.size(), 1U);
}

TEST_F(presence_listeners, move_assignment_to_itself_changes_nothing) {
  subscription sub = p->subscribe(write_to(events));
  subscription& same = sub;
  sub = std::move(same);
  EXPECT_TRUE(sub.active());
  room.push(enter("a", "c2"));
  EXPECT_EQ(events.size(), 1U);
}

TEST_F(presence_listeners, a_moved_from_subscription_is_none) {
  subscription first = p->subscribe(write_to(events));
  subscription second = std::move(first);
  EXPECT_FALSE(first.active());  // NOLINT(bugprone-use-after-move): what is tested
  first.unsubscribe();
  first.release();
  EXPECT_TRUE(second.active());
  room.push(enter("a", "c2"));
  EXPECT_EQ(events.size(), 1U);
}

TEST_F(presence_listeners, an_empty_subscription_can_do_nothing) {
  subscription none;
  none.unsubscribe();
  none.release();
  EXPECT_FALSE(none.active());
}

TEST_F(presence_listeners, a_released_one_stays_until_unsubscribe_all) {
  p->subscribe(write_to(events)).release();
  room.push(enter("a", "c2"));
  EXPECT_EQ(events.size(), 1U);
  p->unsubscribe_all();
  room.push(enter("b", "c3"));
  EXPECT_EQ(events.size(), 1U);
}

TEST_F(presence_listeners, a_released_one_stays_until_the_end_of_the_presence) {
  const auto held = std::make_shared<int>(0);
  p->subscribe([held](const auto&) {}).release();
  p.reset();
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(presence_listeners, unsubscribe_all_ends_every_kind) {
  listen();
  p->unsubscribe_all();
  for (const subscription* sub : {&events_sub, &users_sub, &states_sub, &errors_sub}) EXPECT_FALSE(sub->active());
  room.push(enter("a", "c2"));
  room.push(enter("", "c2"));
  p->detach();
  EXPECT_EQ(events, silence);
  EXPECT_EQ(users, silence);
  EXPECT_EQ(errors, silence);
  p->unsubscribe_all();
}

TEST_F(presence_listeners, unsubscribe_all_inside_a_listener_spares_all_the_rest) {
  const subscription first = p->subscribe([&](const auto& e) {
    events.push_back(line_of(e));
    p->unsubscribe_all();
  });
  const subscription second = p->subscribe(write_to(events));
  const subscription by_user = p->subscribe_users(write_to(users));
  room.push({enter("a", "c2"), enter("b", "c3")});
  EXPECT_EQ(events, lines{"enter a/c2"});
  EXPECT_EQ(users, silence);
}

TEST_F(presence_listeners, subscribing_after_unsubscribe_all_works) {
  listen();
  p->unsubscribe_all();
  listen();
  room.push(enter("a", "c2"));
  EXPECT_EQ(events, lines{"enter a/c2"});
  EXPECT_EQ(users, lines{"online a"});
}

TEST_F(presence_listeners, a_subscription_may_outlive_the_presence) {
  subscription sub = p->subscribe(write_to(events));
  subscription assigned = p->subscribe_users(write_to(users));
  p.reset();
  EXPECT_FALSE(sub.active());
  sub.unsubscribe();
  assigned = subscription{};
}

TEST_F(presence_listeners, many_come_and_go) {
  for (int round = 0; round < 1000; ++round) {
    const subscription one = p->subscribe(write_to(events));
    const subscription two = p->subscribe(action::leave, write_to(events));
    if (round % 100 == 0) room.push(update("a", "c2").serial(static_cast<std::uint64_t>(round) + 1));
  }
  EXPECT_EQ(events.size(), 10U);
}

// --- listeners with an owner ----------------------------------------------------------------------------------------------

struct widget {
  void on_event(const event<std::string>& e) { seen.push_back(line_of(e)); }
  lines seen;
};

TEST_F(presence_listeners, one_with_an_owner_ends_with_it) {
  auto owner = std::make_shared<widget>();
  const subscription sub = p->subscribe(tracked(owner, &widget::on_event));
  room.push(enter("a", "c2"));
  EXPECT_EQ(owner->seen, lines{"enter a/c2"});
  EXPECT_EQ(owner.use_count(), 1) << "it is not kept alive";
  owner.reset();
  EXPECT_TRUE(sub.active()) << "until there is something to tell";
  room.push(enter("b", "c3"));
  EXPECT_FALSE(sub.active());
}

TEST_F(presence_listeners, one_with_an_owner_works_for_every_kind_and_beside_others) {
  auto owner = std::make_shared<lines>();
  const auto note = [](lines& to, const auto&) { to.push_back("told"); };
  p->subscribe(action::enter, tracked(owner, note)).release();
  p->subscribe_users(tracked(owner, note)).release();
  p->subscribe_changes(tracked(owner, note)).release();
  p->subscribe_state(tracked(owner, note)).release();
  p->subscribe_errors(tracked(owner, note)).release();
  const subscription other = p->subscribe(write_to(events));
  room.push(enter("a", "c2"));
  EXPECT_EQ(owner->size(), 3U);
  room.refuse_nth(1, errc::not_permitted);
  p->enter();
  EXPECT_EQ(owner->size(), 4U);
  p->detach();
  EXPECT_EQ(owner->size(), 6U) << "detaching, detached";
  owner.reset();
  p->attach();
  room.push(enter("b", "c3"));
  EXPECT_EQ(events.back(), "enter b/c3");
}

TEST_F(presence_listeners, one_with_an_owner_may_end_it_inside) {
  auto owner = std::make_shared<std::string>("alive");
  std::string seen;
  const subscription sub = p->subscribe(tracked(owner, [&](std::string& self, const auto&) {
    owner.reset();
    seen = self;
  }));
  room.push({enter("a", "c2"), enter("b", "c3")});
  EXPECT_EQ(seen, "alive") << "it lives as long as it is called";
}

}  // namespace
}  // namespace presence::test::participant_listeners_test
