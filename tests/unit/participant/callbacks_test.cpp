// Whatever is done inside a listener or handler: calls, exceptions, the end of the presence.
#include "support/participant.hpp"
#include <presence/error.hpp>
#include <presence/testing/checked_mutex.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::participant_callbacks_test {
namespace {

class presence_callbacks : public participant_test {
 protected:
  /// A callback of the participant's, of every kind in turn.
  enum class inside { event, one_action, user, state, error, attach_handler, operation_handler, get_handler };
  static constexpr inside everywhere[] = {
      inside::event,          inside::one_action,        inside::user,       inside::state, inside::error,
      inside::attach_handler, inside::operation_handler, inside::get_handler};

  /// Begins anew with an attached participant, and has `act` done once inside such a callback.
  void act_inside(inside where, std::function<void()> act) {
    SCOPED_TRACE("inside " + std::to_string(static_cast<int>(where)));
    open();
    p->attach();
    const auto acted = std::make_shared<bool>(false);
    const auto once = [acted, act](const auto&) {
      if (!std::exchange(*acted, true)) act();
    };
    switch (where) {
      case inside::event: acting_ = p->subscribe(once); break;
      case inside::one_action: acting_ = p->subscribe(action::enter, once); break;
      case inside::user: acting_ = p->subscribe_users(once); break;
      case inside::state: acting_ = p->subscribe_state(once); break;
      case inside::error: acting_ = p->subscribe_errors(once); break;
      default: break;
    }
    switch (where) {
      case inside::event:
      case inside::one_action:
      case inside::user: room.push({enter("alice", "c2"), enter("bob", "c3")}); break;
      case inside::state: room.answer_attach({.resumed = true}); break;
      case inside::error: room.push(enter("", "c2")); break;
      case inside::attach_handler: p->attach(once); break;
      case inside::operation_handler: p->update("x", once); break;
      case inside::get_handler: p->get({}, once); break;
    }
    EXPECT_TRUE(*acted);
  }

  subscription acting_;
};

// --- data -----------------------------------------------------------------------------------------------------------------

/// Its destructor is code of the application's too.
struct mourned {
  mourned() = default;
  mourned(const mourned&) = delete;
  ~mourned() {
    ++gone;
    held += testing::checked_mutex::held_by_this_thread();
  }
  static inline int gone = 0;
  static inline std::size_t held = 0;  ///< locks, while it was destroyed
};

/// What a sync ended holds only these events.
TEST(presence_data, of_leaves_that_a_participant_made_is_destroyed_outside_the_lock) {
  using transport = testing::scripted_transport<mourned>;
  transport made{"me"};
  auto room = made.script();
  basic_presence<mourned, testing::manual_clock, transport> p{std::move(made), {}, testing::manual_clock{}};
  int left = 0;
  const subscription sub = p.subscribe(action::leave, [&](const event<mourned>& e) { left += e.data ? 1 : 0; });
  for (int n = 0; n < 3; ++n) {
    message<mourned> m = enter<mourned>("client" + std::to_string(n), "c2");
    m.data = shared_data<mourned>::make();
    room.push(m);
  }
  mourned::gone = 0;
  mourned::held = 0;
  room.answer_attach({.has_members = false});
  EXPECT_EQ(left, 3);
  EXPECT_EQ(mourned::gone, 3);
  EXPECT_EQ(mourned::held, 0U);
}

TEST(presence_data, that_is_replaced_or_removed_is_destroyed_outside_the_lock_T13) {
  using transport = testing::scripted_transport<mourned>;
  transport made{"me"};
  auto room = made.script();
  basic_presence<mourned, testing::manual_clock, transport> p{std::move(made), {}, testing::manual_clock{}};
  p.attach();
  mourned::gone = 0;
  mourned::held = 0;
  const auto push = [&](message<mourned> m, std::uint64_t serial) {
    m.id = {serial, 0, id_origin::connection};
    m.data = shared_data<mourned>::make();
    room.push(std::move(m));
  };
  push(enter<mourned>("bob", "c2"), 1);
  EXPECT_EQ(mourned::gone, 0);
  push(update<mourned>("bob", "c2"), 2);
  EXPECT_EQ(mourned::gone, 1);
  push(leave<mourned>("bob", "c2"), 3);
  EXPECT_EQ(mourned::gone, 3);
  EXPECT_EQ(mourned::held, 0U);
}

// --- calls ----------------------------------------------------------------------------------------------------------------

TEST_F(presence_callbacks, a_call_inside_a_listener_takes_effect_after_the_event) {
  bool entered = false;
  const subscription sub = p->subscribe([&](const auto& e) {
    if (e.client_id == "me") return;
    p->enter("x", [&](std::error_code how) { entered = !how; });
    EXPECT_EQ(room.count(transport_call::publish), 0U);
    EXPECT_FALSE(entered);
  });
  const subscription after = p->subscribe(write_to(events));
  room.push(enter("alice", "c2"));
  EXPECT_TRUE(entered);
  EXPECT_EQ(events, (lines{"enter alice/c2", "enter me/c1 x"}));
}

TEST_F(presence_callbacks, operations_inside_any_callback_work) {
  for (const inside where : everywhere) {
    outcome entered, updated, left;
    act_inside(where, [&] {
      p->enter("1", entered.handler());
      p->update("2", updated.handler());
      p->leave(left.handler());
      EXPECT_TRUE(entered.pending() && updated.pending() && left.pending());
    });
    EXPECT_TRUE(entered.ok() && updated.ok() && left.ok());
  }
}

TEST_F(presence_callbacks, detach_and_attach_inside_any_callback_work) {
  for (const inside where : everywhere) {
    outcome detached, attached;
    act_inside(where, [&] {
      p->detach(detached.handler());
      p->attach(attached.handler());
    });
    EXPECT_TRUE(detached.ok() && attached.ok());
    EXPECT_EQ(p->state(), room_state::attached);
    EXPECT_EQ(p->size(), 0U);
  }
}

TEST_F(presence_callbacks, subscribing_and_unsubscribing_inside_any_callback_work) {
  for (const inside where : everywhere) {
    subscription made;
    act_inside(where, [&] {
      made = p->subscribe(write_to(events));
      acting_.unsubscribe();
    });
    events.clear();
    room.push(enter("carol", "c4"));
    EXPECT_EQ(events, lines{"enter carol/c4"});
  }
}

TEST_F(presence_callbacks, queries_inside_any_callback_work) {
  for (const inside where : everywhere) {
    act_inside(where, [&] {
      EXPECT_EQ(p->get().value().size(), p->size());
      EXPECT_EQ(p->state(), room_state::attached);
      p->for_each([](const auto&) {});
    });
  }
}

TEST_F(presence_callbacks, what_the_other_end_says_inside_any_callback_follows) {
  for (const inside where : everywhere) {
    act_inside(where, [&] {
      room.push(enter("carol", "c4"));
      EXPECT_FALSE(p->is_user_present("carol"));
    });
    EXPECT_TRUE(p->is_user_present("carol"));
  }
}

TEST_F(presence_callbacks, moving_the_presence_inside_any_callback_works) {
  for (const inside where : everywhere) {
    std::optional<participant> other;
    act_inside(where, [&] { other = std::move(*p); });
    EXPECT_EQ(other->state(), room_state::attached);
    other->enter("x");
    EXPECT_EQ(other->self().state, self_state::present);
  }
}

// --- exceptions -----------------------------------------------------------------------------------------------------------

TEST_F(presence_callbacks, a_listener_that_throws_is_reported_and_disturbs_nobody) {
  std::vector<failure> seen;
  const subscription failures = p->subscribe_errors([&](const failure& f) { seen.push_back(f); });
  const subscription throwing = p->subscribe([](const auto& e) {
    if (e.action == action::enter) throw std::runtime_error{e.client_id};
  });
  const subscription other = p->subscribe(write_to(events));
  room.push({enter("alice", "c2"), enter("bob", "c3"), leave("alice", "c2").serial(1)});
  EXPECT_EQ(events, (lines{"enter alice/c2", "enter bob/c3", "leave alice/c2"}));
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].code, errc::handler_threw);
  EXPECT_EQ(seen[0].operation, "listener");
  try {
    std::rethrow_exception(seen[1].exception);
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "bob");
  }
}

TEST_F(presence_callbacks, every_kind_of_listener_and_handler_may_throw) {
  for (const inside where : everywhere) {
    act_inside(where, [] { throw 42; });
    const bool is_handler =
        where == inside::attach_handler || where == inside::operation_handler || where == inside::get_handler;
    lines expected{std::string{is_handler ? "handler: " : "listener: "} +
                   make_error_code(errc::handler_threw).message()};
    if (where == inside::error) expected = {"incoming: bad request"};  // who throws there is not told about itself
    EXPECT_EQ(errors, expected);
    outcome entered;
    p->enter("x", entered.handler());
    EXPECT_TRUE(entered.ok());
  }
}

TEST_F(presence_callbacks, a_handler_that_throws_does_not_hold_up_the_next) {
  room.by_hand(transport_call::attach);
  outcome second;
  p->attach([](std::error_code) { throw std::runtime_error{"no"}; });
  p->attach(second.handler());
  room.answer_attach();
  EXPECT_TRUE(second.ok());
  EXPECT_EQ(errors, lines{"handler: " + make_error_code(errc::handler_threw).message()});
}

// --- the end of the presence ------------------------------------------------------------------------------------------------

TEST_F(presence_callbacks, the_presence_may_be_destroyed_inside_any_callback) {
  for (const inside where : everywhere) {
    act_inside(where, [&] { p.reset(); });
    EXPECT_FALSE(p.has_value());
    EXPECT_FALSE(room.bound());
    EXPECT_FALSE(acting_.active());
    room.push(enter("carol", "c4"));
  }
}

TEST_F(presence_callbacks, destroyed_inside_a_callback_it_calls_no_other) {
  for (const inside where : everywhere) {
    act_inside(where, [&] {
      p.reset();
      events.clear();
      states.clear();
      errors.clear();
    });
    EXPECT_EQ(events, silence);
    EXPECT_EQ(states, silence);
    EXPECT_EQ(errors, silence);
  }
}

TEST_F(presence_callbacks, destroyed_inside_a_listener_it_spares_those_after_it) {
  acting_ = p->subscribe([&](const auto&) { p.reset(); });
  const subscription later = p->subscribe(write_to(events));
  const subscription by_user = p->subscribe_users(write_to(users));
  room.push({enter("alice", "c2"), enter("bob", "c3")});
  EXPECT_EQ(events, silence);
  EXPECT_EQ(users, silence);
}

TEST_F(presence_callbacks, destroyed_inside_a_callback_it_aborts_what_is_pending_before_the_destructor_returns) {
  for (const inside where : everywhere) {
    outcome sent, called, got;
    act_inside(where, [&] {
      room.by_hand(transport_call::publish);
      p->update("1", called.handler());
      p->get({}, [done = got.handler()](const auto& how) { done(how.error()); });
      p.reset();
      EXPECT_EQ(called.code(), errc::operation_aborted);
      EXPECT_EQ(got.code(), errc::operation_aborted);
    });
  }
}

TEST_F(presence_callbacks, destroyed_inside_a_handler_it_aborts_the_others_that_wait_for_the_same) {
  room.by_hand(transport_call::attach);
  outcome second, queued, waiting;
  p->attach([&](std::error_code) { p.reset(); });
  p->attach(second.handler());
  p->enter("x", queued.handler());
  p->get({}, [done = waiting.handler()](const auto& how) { done(how.error()); });
  room.answer_attach();
  EXPECT_EQ(second.code(), errc::operation_aborted);
  EXPECT_EQ(queued.code(), errc::operation_aborted);
  EXPECT_EQ(waiting.code(), errc::operation_aborted);
  EXPECT_EQ(room.count(transport_call::publish), 0U);
}

TEST_F(presence_callbacks, destroyed_inside_the_handler_of_a_refused_operation_it_aborts_the_other_refused_ones) {
  room.by_hand(transport_call::attach);
  outcome second;
  p->attach();
  p->enter("x", [&](std::error_code) { p.reset(); });
  p->enter("x", second.handler());
  room.fail(errc::not_permitted);
  EXPECT_EQ(second.code(), errc::operation_aborted);
}

TEST_F(presence_callbacks, destroyed_inside_a_handler_that_waits_for_the_sync_it_aborts_the_others) {
  room.attach_with({.has_members = true});
  p->attach();
  outcome second;
  p->get({}, [&](const auto&) { p.reset(); });
  p->get({}, [done = second.handler()](const auto& how) { done(how.error()); });
  room.sync("s:", {present("alice", "c2")});
  EXPECT_EQ(second.code(), errc::operation_aborted);
}

TEST_F(presence_callbacks, destroyed_inside_each_state_change_on_the_way) {
  // attaching, attached, detaching, detached: the presence ends in the n-th of them, before anything else is asked.
  for (int nth = 1; nth <= 4; ++nth) {
    SCOPED_TRACE(nth);
    open();
    int seen = 0;
    acting_ = p->subscribe_state([&](const auto&) {
      if (++seen == nth) p.reset();
    });
    outcome attached, detached;
    p->attach(attached.handler());
    if (p) p->detach(detached.handler());
    EXPECT_FALSE(p.has_value());
    EXPECT_EQ(attached.ok(), nth > 2);
    EXPECT_EQ(attached.pending(), false);
    if (nth > 2) {
      EXPECT_EQ(detached.code(), errc::operation_aborted);
    }
    EXPECT_EQ(room.calls().size(), nth == 1 ? 0U : nth <= 3 ? 1U : 2U);
    EXPECT_FALSE(room.bound());
  }
}

TEST_F(presence_callbacks, destroyed_while_the_handlers_of_another_destruction_run) {
  // A handler that is told `operation_aborted` destroys another presence, whose handler destroys a third.
  std::optional<participant> others[2];
  outcome last;
  for (auto& other : others) {
    scripted transport{"other"};
    transport.script().by_hand(transport_call::publish);
    other.emplace(std::move(transport), presence_options{}, clock);
  }
  room.by_hand(transport_call::publish);
  p->enter("x", [&](std::error_code) { others[0].reset(); });
  others[0]->enter("x", [&](std::error_code) { others[1].reset(); });
  others[1]->enter("x", last.handler());
  p.reset();
  EXPECT_EQ(last.code(), errc::operation_aborted);
}

TEST_F(presence_callbacks, a_handler_that_tries_again_for_ever_does_not_keep_the_presence_from_ending) {
  room.by_hand(transport_call::publish);
  int tries = 0;
  std::function<void(std::error_code)> again;
  auto* const self = &*p;
  again = [&](std::error_code how) {
    ++tries;
    if (how) self->enter("x", again);
  };
  p->enter("x", again);
  p.reset();
  EXPECT_LE(tries, 100);
}

TEST_F(presence_callbacks, assigned_anew_inside_any_callback) {
  for (const inside where : everywhere) {
    scripted next{"you"};
    far_end next_room = next.script();
    act_inside(where, [&] { *p = participant{std::move(next), {}, clock}; });
    EXPECT_FALSE(room.bound());
    EXPECT_TRUE(next_room.bound());
    p->enter("x");
    EXPECT_EQ(p->self().state, self_state::present);
  }
}

TEST_F(presence_callbacks, a_listener_that_holds_the_presence_ends_with_it) {
  // The presence is owned by its own listener: unsubscribing ends both.
  auto owner = std::make_shared<std::optional<participant>>(std::move(p));
  p.reset();
  std::weak_ptr<std::optional<participant>> watch = owner;
  subscription sub = (*owner)->subscribe([owner](const auto&) {});
  owner.reset();
  EXPECT_FALSE(watch.expired());
  sub.unsubscribe();
  EXPECT_TRUE(watch.expired());
  EXPECT_FALSE(room.bound());
}

}  // namespace
}  // namespace presence::test::participant_callbacks_test
