// One allocation fails, for every one of each public operation of a participant and of all that a transport brings
// (clause P12): the call throws and nothing has happened, or its handler is told, or the loss is made good by a sync. Every
// handler is called exactly once, and afterwards everything can be done again.
#include "support/counting_new.hpp"
#include <presence/basic_hub.hpp>
#include <presence/basic_presence.hpp>
#include <presence/loopback.hpp>
#include <presence/session.hpp>
#include <presence/testing/checked_mutex.hpp>
#include <presence/testing/manual_clock.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test::participant_allocation_failure_test {
namespace {

using backplane_type = basic_no_backplane<testing::checked_mutex>;
using hub_type = basic_hub<std::string, testing::manual_clock, backplane_type>;
using transport_type = loopback<std::string, testing::manual_clock, backplane_type>;
using participant = basic_presence<std::string, testing::manual_clock, transport_type>;

const std::string lobby = "a room with a name that needs the heap, as most do not";
const std::string me = "a client whose id needs the heap";

/// What the tests do themselves must not be what fails.
class unharmed {
 public:
  unharmed() : left_(std::exchange(allocator::fail_in, 0)) {}
  unharmed(const unharmed&) = delete;
  unharmed& operator=(const unharmed&) = delete;
  ~unharmed() { allocator::fail_in = left_; }

 private:
  std::uint64_t left_;
};

message<std::string> says(action what, std::string client_id) {
  message<std::string> m;
  m.action = what;
  m.client_id = std::move(client_id);
  m.data = shared_data<std::string>::make("what somebody else says, which needs the heap");
  return m;
}

std::vector<message<std::string>> one(action what, std::string client_id) {
  std::vector<message<std::string>> batch;
  batch.push_back(says(what, std::move(client_id)));
  return batch;
}

struct ignoring_sink {
  void on_attached(const attachment_info&) {}
  void on_sync(const message_batch<std::string>&, const sync_cursor&) {}
  bool on_presence(const message_batch<std::string>&) { return true; }
  void on_detached(std::error_code) {}
};

/// A hub whose room has four members of a gateway, and a participant that is watched. Handlers are counted: as many are to
/// be called as calls returned.
class world {
 public:
  explicit world(presence_options options = {}) {
    for (int i = 0; i < 4; ++i) speak.publish(one(action::enter, other(i)));
    p.emplace(session.room(lobby), options, clock);
    listen();
  }

  static std::string other(int i) { return "another client, whose id needs the heap too, number " + std::to_string(i); }

  void listen() {
    events_sub = p->subscribe([this](const auto& e) {
      const unharmed here;
      if (e.action == action::leave) {
        EXPECT_EQ(shown.erase(key(e)), 1U) << "leave of an absent member";
      } else {
        shown.insert(key(e));
      }
      if (on_event) on_event(e);
    });
    users_sub = p->subscribe_users([this](const auto& e) {
      const unharmed here;
      if (e.change == user_change::offline) {
        EXPECT_EQ(users.erase(e.client_id), 1U) << "offline of somebody who is not here";
      } else {
        EXPECT_TRUE(users.insert(e.client_id).second) << "online of somebody who is here";
      }
    });
    errors_sub = p->subscribe_errors([](const auto&) {});
    shown.clear();
    users.clear();
    p->for_each([&](const auto& m) { shown.insert(key(m)); });
    if (const auto all = p->users()) {
      for (const auto& u : *all) users.insert(u.client_id);
    }
  }

  /// A handler. `returned` says afterwards whether its call did; one that threw must not call it.
  [[nodiscard]] auto handler() {
    return [this](const auto&) { ++called; };
  }

  /// The participant shows what the hub has, its events add up to it, and each handler that had to be was called once.
  void check() const {
    const unharmed here;
    std::multiset<std::string> of_hub, of_participant;
    std::set<std::string> users_of_hub;
    for (const auto& m : hub.members(lobby)) {
      of_hub.insert(key(m) + (m.data ? *m.data : ""));
      users_of_hub.insert(m.client_id);
    }
    std::set<std::string> keys;
    p->for_each([&](const auto& m) {
      keys.insert(key(m));
      of_participant.insert(key(m) + (m.data ? *m.data : ""));
    });
    EXPECT_EQ(of_participant, of_hub);
    EXPECT_EQ(shown, keys) << "the events do not add up";
    EXPECT_EQ(users, users_of_hub) << "the events of users do not add up";
    EXPECT_EQ(called, made);
    EXPECT_EQ(p->self().state == self_state::present, p->is_user_present(me));
  }

  /// Memory is back, and so is the connection: everything can be done again.
  void heal() {
    if (dropped) {
      auto back = hub.resume(key_to_resume);
      ASSERT_TRUE(back.has_value());
      session = std::move(*back);
    }
    speak.publish(one(action::update, other(0)));  // wakes whoever waits for memory
    if (p->state() != room_state::attached) {
      shown.clear();  // a room that failed or was left is told no leave (R5)
      users.clear();
      p->attach(handler());
      ++made;
    }
    p->enter("after all", handler());
    ++made;
    speak.publish(one(action::update, other(1)));
    bool got = false;
    p->get({}, [&](const auto& all) {
      got = all.has_value();
      ++called;
    });
    ++made;
    EXPECT_TRUE(got) << "a get is not answered";
    EXPECT_EQ(p->self().state, self_state::present);
    check();
    p->leave(handler());
    ++made;
    EXPECT_FALSE(hub.is_user_present(lobby, me));
    check();
  }

  testing::manual_clock clock;
  hub_type hub{{}, clock};
  ignoring_sink sink;
  hub_type::session_type gateway = hub.connect(identity::wildcard());
  hub_type::session_type session = hub.connect(identity::wildcard(me));
  hub_type::session_type::attachment_type speak = gateway.attach(lobby, mode_set::all(), std::ref(sink)).value();
  std::set<std::string> shown, users;
  std::optional<participant> p;
  subscription events_sub, users_sub, errors_sub;
  std::function<void(const event<std::string>&)> on_event;
  int made = 0;
  int called = 0;
  bool dropped = false;
  std::string key_to_resume;

 private:
  template <class M>
  [[nodiscard]] static std::string key(const M& m) {
    return std::string{m.client_id} + '/' + std::string{m.connection_id};
  }
};

/// Lets each allocation of `work(world)` fail once, after `prepare`. `work` says how many handlers it gave away; they are to
/// be called unless it threw, which must have changed nothing that can be seen.
void fail_each(const std::function<void(world&)>& prepare, const std::function<int(world&)>& work,
               presence_options options = {}) {
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    ASSERT_LT(n, 1000U);
    world w{options};
    prepare(w);
    const auto state = w.p->state();
    const auto version = w.p->version();
    const auto self = w.p->self();
    const int called = w.called;
    int gave = 0;
    const outcome how = with_failing_allocation(n, [&] { gave = work(w); });
    if (how == outcome::threw) {
      EXPECT_EQ(w.p->state(), state);
      EXPECT_EQ(w.p->version(), version);
      EXPECT_EQ(w.p->self(), self);
      EXPECT_EQ(w.called, called) << "the call threw, and its handler was called all the same";
    } else {
      w.made += gave;
    }
    w.heal();
    if (::testing::Test::HasFailure() || how == outcome::untouched) break;
  }
}

void nothing(world&) {}
void attached(world& w) { w.p->attach(); }
void entered(world& w) { w.p->enter("the data of before, which needs the heap"); }
void entered_others(world& w) {
  entered(w);
  for (const char* id : {"first guest, with a long client id", "second guest, with a long client id"}) {
    w.p->enter_client(id, "the data of a guest, which needs the heap");
  }
}

presence_options quiet() {
  presence_options o;
  o.attach_on_subscribe = false;
  return o;
}

extras beside() { return {{"greeting", "some text that needs the heap, as it is longer than fits"}}; }

// --- calls ----------------------------------------------------------------------------------------------------------------

TEST(presence_allocation_failure, of_an_attach_is_told_or_thrown_P12) {
  fail_each(
      nothing, [](world& w) { return w.p->attach(w.handler()), 1; }, quiet());
  fail_each(attached, [](world& w) { return w.p->attach(w.handler()), 1; });
}

TEST(presence_allocation_failure, of_a_detach_is_told_or_thrown_P12) {
  fail_each(entered_others, [](world& w) { return w.p->detach(w.handler()), 1; });
}

TEST(presence_allocation_failure, of_an_operation_is_told_or_thrown_P12) {
  const std::string data(100, 'd');
  for (const auto& before : {attached, entered, entered_others}) {
    fail_each(before, [&](world& w) { return w.p->enter(data, w.handler()), 1; });
    fail_each(before, [&](world& w) { return w.p->update(data, w.handler()), 1; });
    fail_each(before, [&](world& w) { return w.p->leave(data, w.handler()), 1; });
    fail_each(before, [&](world& w) { return w.p->leave(w.handler()), 1; });
    fail_each(before, [&](world& w) { return w.p->update(data, beside(), w.handler()), 1; });
  }
}

TEST(presence_allocation_failure, of_an_operation_that_attaches_is_told_or_thrown_P12) {
  const std::string data(100, 'd');
  fail_each(
      nothing, [&](world& w) { return w.p->enter(data, w.handler()), 1; }, quiet());
  fail_each(
      nothing, [&](world& w) { return w.p->leave(data, w.handler()), 1; }, quiet());
}

TEST(presence_allocation_failure, of_an_operation_for_others_is_told_or_thrown_P12) {
  const std::string data(100, 'd');
  for (const std::string guest : {"first guest, with a long client id", "a guest who is new, with a long client id"}) {
    fail_each(entered_others, [&](world& w) { return w.p->enter_client(guest, data, w.handler()), 1; });
    fail_each(entered_others, [&](world& w) { return w.p->update_client(guest, data, w.handler()), 1; });
    fail_each(entered_others, [&](world& w) { return w.p->leave_client(guest, data, w.handler()), 1; });
  }
}

TEST(presence_allocation_failure, of_a_batch_is_told_or_thrown_P12) {
  const auto publish = [](world& w) {
    batch<std::string> team;
    team.enter({std::string(100, 'o')});
    team.enter_client("first guest, with a long client id", {std::string(100, 'd')});
    team.leave_client("a guest who is new, with a long client id");
    return w.p->publish(std::move(team), w.handler()), 1;
  };
  fail_each(nothing, publish, quiet());
  fail_each(entered_others, publish);
}

TEST(presence_allocation_failure, of_a_get_is_told_or_thrown_P12) {
  const auto get = [](world& w) { return w.p->get({}, w.handler()), 1; };
  fail_each(nothing, get, quiet());
  fail_each(entered, get);
  fail_each(entered, [](world& w) {
    (void)w.p->get();
    (void)w.p->get(world::other(1));
    (void)w.p->users();
    w.p->for_each([](const auto&) {});
    return 0;
  });
}

TEST(presence_allocation_failure, of_a_subscription_is_thrown_or_it_hears_all_P12) {
  for (const auto& options : {presence_options{}, quiet()}) {
    fail_each(
        entered,
        [](world& w) {
          subscription first = w.p->subscribe([](const auto&) {});
          subscription second = w.p->subscribe(action::enter, [](const auto&) {});
          subscription third = w.p->subscribe_users([](const auto&) {});
          subscription fourth = w.p->subscribe_state([](const auto&) {});
          subscription fifth = w.p->subscribe_errors([](const auto&) {});
          first.unsubscribe();
          return 0;
        },
        options);
  }
}

TEST(presence_allocation_failure, of_a_first_subscription_is_thrown_or_attaches_P12) {
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    world w{quiet()};
    w.p.emplace(w.session.room(lobby), presence_options{}, w.clock);
    subscription one;
    const outcome how = with_failing_allocation(n, [&] { one = w.p->subscribe([](const auto&) {}); });
    EXPECT_EQ(one.active(), how != outcome::threw);
    w.listen();
    w.heal();
    if (HasFailure() || how == outcome::untouched) break;
  }
}

TEST(presence_allocation_failure, does_not_keep_an_end_from_telling_each_handler_P12) {
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    world w;
    entered_others(w);
    w.session.drop();
    for (int i = 0; i < 3; ++i) w.p->enter("x", w.handler());
    w.p->get({}, w.handler());
    const outcome how = with_failing_allocation(n, [&] { w.p.reset(); });
    EXPECT_EQ(w.called, 4);
    EXPECT_NE(how, outcome::threw);
    if (HasFailure() || how == outcome::untouched) break;
  }
}

// --- from inside a callback -------------------------------------------------------------------------------------------------

TEST(presence_allocation_failure, of_what_a_listener_asks_is_told_when_it_is_worked_on_P12) {
  const auto ask = [](world& w) {
    int gave = 0;
    w.on_event = [&](const auto& e) {
      if (e.client_id != world::other(2)) return;
      w.on_event = {};
      w.p->update_client("a guest of a listener, with a long client id", std::string(100, 'd'), w.handler());
      w.p->leave(w.handler());
      w.p->get({}, w.handler());
      w.p->attach(w.handler());
      gave = 4;
    };
    w.speak.publish(one(action::update, world::other(2)), [](std::error_code) {});
    w.on_event = {};
    return gave;
  };
  fail_each(entered, ask);
}

TEST(presence_allocation_failure, of_what_a_callback_throws_keeps_nobody_from_going_on_P12) {
  world w;
  int heard = 0;
  auto sub = w.p->subscribe([&](const auto&) {
    ++heard;
    allocator::fail_in = 1;  // for the report of it
    throw 1;
  });
  w.p->enter("x", [&](std::error_code) {
    ++w.called;
    allocator::fail_in = 1;
    throw 1;
  });
  ++w.made;
  allocator::fail_in = 0;
  EXPECT_EQ(heard, 1);
  sub.unsubscribe();
  w.heal();
}

// --- what the transport brings ----------------------------------------------------------------------------------------------

TEST(presence_allocation_failure, of_live_batches_is_made_good_by_a_sync_P12) {
  fail_each(entered, [](world& w) {
    std::vector<message<std::string>> batch;
    {
      const unharmed here;
      batch = {says(action::leave, world::other(0)), says(action::update, world::other(1)),
               says(action::enter, "a client who is new, with a long id"), says(action::enter, world::other(0))};
    }
    w.speak.publish(std::move(batch), [](std::error_code) {});
    return 0;
  });
}

TEST(presence_allocation_failure, of_an_eviction_is_made_good_by_a_sync_P12) {
  fail_each(entered_others, [](world& w) {
    try {
      w.hub.evict(lobby, me);
    } catch (const std::bad_alloc&) {  // the hub's own: nothing has happened
    }
    return 0;
  });
}

TEST(presence_allocation_failure, of_a_change_of_the_connection_is_made_good_P12) {
  fail_each(entered_others, [](world& w) {
    w.key_to_resume = w.session.resume_key();
    w.dropped = true;
    try {
      w.session.drop();
    } catch (const std::bad_alloc&) {
    }
    return 0;
  });
}

TEST(presence_allocation_failure, of_a_resume_with_or_without_a_gap_is_made_good_P12) {
  for (const bool gap : {false, true}) {
    fail_each(
        [&](world& w) {
          entered_others(w);
          w.key_to_resume = w.session.resume_key();
          w.session.drop();
          if (gap) {
            w.speak.publish(one(action::leave, world::other(3)));
            w.speak.publish(one(action::enter, "a client who came meanwhile, with a long id"));
          }
        },
        [](world& w) {
          w.dropped = true;
          try {
            auto back = w.hub.resume(w.key_to_resume);
            if (back) {
              w.session = std::move(*back);
              w.dropped = false;
            }
          } catch (const std::bad_alloc&) {
          }
          return 0;
        });
  }
}

}  // namespace
}  // namespace presence::test::participant_allocation_failure_test
