// Random histories of a hub, its sessions and their participants. At every step, what each listener was told, folded over
// its snapshot, is the participant's set; a participant that is attached has the hub's; the hub has what a naive model has.
#include "support/completions.hpp"
#include "support/listener_fold.hpp"
#include "support/naive_hub.hpp"
#include "support/naive_set.hpp"
#include "support/property.hpp"
#include "support/set_comparison.hpp"
#include <presence/basic_hub.hpp>
#include <presence/basic_presence.hpp>
#include <presence/loopback.hpp>
#include <presence/testing/checked_mutex.hpp>
#include <presence/testing/manual_clock.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::test::property_convergence_property_test {
namespace {

using backplane_type = basic_no_backplane<testing::checked_mutex>;
using hub_type = basic_hub<int, testing::manual_clock, backplane_type>;
using session_type = hub_type::session_type;
using attachment_type = session_type::attachment_type;
using presence_type = basic_presence<int, testing::manual_clock, loopback<int, testing::manual_clock, backplane_type>>;
using fold = listener_fold<presence_type>;
using room_is = naive_hub::room_is;

const std::vector<std::string> rooms{"here", "there"};
const std::vector<std::string> clients{"ann", "ben", "cat"};

struct participant {
  participant(const session_type& session, const std::string& room, const testing::manual_clock& clock)
      : presence(session.room(room), {}, clock) {}

  presence_type presence;
  std::vector<std::unique_ptr<fold>> listeners;
};

struct connection {
  explicit connection(session_type s)
      : session(std::move(s)),
        client(session.client_id().empty() ? "*" : session.client_id()),
        key(session.resume_key()),
        id(session.connection_id()) {}

  session_type session;  // may be lost before the rest
  std::string client;
  std::string key;
  std::string id;
  std::map<std::string, participant> participants;  // by room
};

/// Keeps no set of its own but the naive one, and does not always keep up.
class observer {
 public:
  observer(hub_type& hub, random_source& random)
      : random_(random),
        session_(hub.connect(patient())),
        room_(session_.attach(rooms[0], mode_set::all(), std::ref(*this)).value()) {}

  void on_attached(const attachment_info& info) {
    lagging_ = false;
    if (info.resumed) return;
    if (info.has_members) {
      set_.start_sync();
    } else {
      set_.leave_all({});
    }
  }
  void on_sync(const message_batch<int>& page, const sync_cursor& cursor) { set_.apply_sync(*page, cursor, {}); }
  bool on_presence(const message_batch<int>& messages) {
    EXPECT_FALSE(lagging_);
    for (const message<int>& m : *messages) set_.apply(m);
    lagging_ = random_.percent(5);
    return !lagging_;
  }
  void on_detached(std::error_code) {}

  void catch_up(hub_type& hub) {
    if (random_.percent(30)) {
      session_.drop();
    } else if (!session_.connected()) {
      session_ = hub.resume(session_.resume_key()).value();
    } else {
      room_.resync();
    }
  }
  void expect_equal(const naive_set<int>::members& hubs) const {
    if (lagging_ || !session_.connected()) return;
    EXPECT_FALSE(set_.syncing());
    const auto seen = set_.all();
    EXPECT_EQ(seen.size(), hubs.size());
    for (const auto& [key, m] : hubs) EXPECT_TRUE(seen.count(key) == 1 && equal(seen.at(key), m)) << key.first;
  }

 private:
  [[nodiscard]] static identity patient() {
    identity anonymous;
    anonymous.grace = std::chrono::milliseconds::max();
    return anonymous;
  }

  random_source& random_;
  naive_set<int> set_;
  bool lagging_ = false;
  session_type session_;
  attachment_type room_;
};

class history {
 public:
  explicit history(random_source& random) : random_(random) {}

  void step() {
    switch (random_.below(16)) {
      case 0: return connect();
      case 1: return make_participant();
      case 2: return destroy_participant();
      case 3: return listen();
      case 4: return attach_or_detach();
      case 5: return drop();
      case 6: return resume();
      case 7: return end();
      case 8: return pass_time();
      case 9: return evict();
      case 10: return watcher_.catch_up(hub_);
      default: return operate();
    }
  }

  void expect_all_agree() {
    for (const std::string& room : rooms) {
      naive_set<int>::members hubs;
      naive_hub::members values;
      for (const member<int>& m : hub_.members(room)) {
        hubs.emplace(std::pair{m.client_id, m.connection_id}, m);
        values[{m.client_id, m.connection_id}] = *m.data;
      }
      EXPECT_EQ(values, model_.all(room));
      if (room == rooms[0]) watcher_.expect_equal(hubs);
      for (auto& c : connections_) {
        const auto p = c->participants.find(room);
        if (p != c->participants.end()) expect_agrees(*c, room, p->second, hubs);
      }
    }
    EXPECT_EQ(hub_.session_count(), model_.session_count() + 1);
  }

 private:
  static void expect_state(const presence_type& presence, room_is expected) {
    switch (expected) {
      case room_is::untouched: EXPECT_EQ(presence.state(), room_state::initialized); break;
      case room_is::attached: EXPECT_EQ(presence.state(), room_state::attached); break;
      case room_is::lost: EXPECT_EQ(presence.state(), room_state::attaching); break;
      case room_is::detached: EXPECT_EQ(presence.state(), room_state::detached); break;
    }
  }
  void expect_agrees(const connection& c, const std::string& room, participant& p,
                     const naive_set<int>::members& hubs) {
    const room_is state = model_.state(c.id, room);
    expect_state(p.presence, state);
    const auto own = fold::all_of(p.presence);
    if (state == room_is::attached) {
      EXPECT_TRUE(p.presence.sync_complete());
      EXPECT_EQ(own.size(), hubs.size());
      for (const auto& [key, m] : hubs) EXPECT_TRUE(own.count(key) == 1 && equal(own.at(key), m)) << key.first;
    }
    for (const auto& listener : p.listeners) {
      if (state == room_is::detached) listener->start(p.presence);  // nothing is known, and nobody is told so (RTP5a)
      listener->expect_equal(p.presence);
    }
    EXPECT_TRUE(own.empty() || state != room_is::detached);
  }

  // --- what may happen --------------------------------------------------------------------------------------------------
  connection* any_connection() { return connections_.empty() ? nullptr : random_.pick(connections_).get(); }
  /// Any participant; null if there is none.
  participant* any_participant(connection*& of, std::string& room) {
    of = any_connection();
    room = random_.pick(rooms);
    if (of == nullptr) return nullptr;
    const auto found = of->participants.find(room);
    return found != of->participants.end() ? &found->second : nullptr;
  }

  void connect() {
    if (connections_.size() >= 6) return;
    const std::string client = random_.percent(25) ? "*" : random_.pick(clients);
    connections_.push_back(
        std::make_unique<connection>(hub_.connect(client == "*" ? identity::wildcard() : identity{client})));
    model_.connect(connections_.back()->id, client);
  }
  void make_participant() {
    connection* c = any_connection();
    const std::string room = random_.pick(rooms);
    if (c == nullptr || c->participants.count(room) == 1 || c->session.connection_id().empty()) return;
    c->participants.try_emplace(room, c->session, room, clock_);
    model_.make_participant(c->id, room);
  }
  void destroy_participant() {
    connection* c = nullptr;
    std::string room;
    if (any_participant(c, room) == nullptr) return;
    c->participants.erase(room);
    model_.destroy_participant(c->id, room);
  }
  void listen() {
    connection* c = nullptr;
    std::string room;
    participant* p = any_participant(c, room);
    if (p == nullptr) return;
    if (p->listeners.size() > 2) {
      p->listeners.erase(p->listeners.begin() + static_cast<std::ptrdiff_t>(random_.below(p->listeners.size())));
    } else {
      const bool attaches = model_.state(c->id, room) == room_is::untouched;
      p->listeners.push_back(std::make_unique<fold>(p->presence));
      if (attaches) model_.attach(c->id, room);
    }
  }
  void attach_or_detach() {
    connection* c = nullptr;
    std::string room;
    participant* p = any_participant(c, room);
    if (p == nullptr) return;
    if (random_.percent(60)) {
      p->presence.attach(completions_.once());
      model_.attach(c->id, room);
    } else {
      p->presence.detach(completions_.once());
      model_.detach(c->id, room);
    }
  }
  void operate() {
    connection* c = nullptr;
    std::string room;
    participant* p = any_participant(c, room);
    if (p == nullptr) return;
    const bool wildcard = c->client == "*";
    const action what = random_.pick(std::vector{action::enter, action::update, action::leave});
    const naive_hub::operation op{what, wildcard ? random_.pick(clients) : c->client, ++last_value_};
    const int before = completions_.seen();
    const int failed = completions_.failed();
    publish(p->presence, op, wildcard);
    const auto expected = model_.operate(c->id, room, op);
    EXPECT_EQ(completions_.seen() > before, expected != naive_hub::outcome::waits);
    EXPECT_EQ(completions_.failed() > failed,
              expected == naive_hub::outcome::refused || expected == naive_hub::outcome::supersedes);
  }
  void publish(presence_type& by, const naive_hub::operation& op, bool wildcard) {
    if (op.what == action::leave) {
      if (wildcard) return by.leave_client(op.client_id, completions_.once());
      return by.leave(completions_.once());
    }
    if (op.what == action::enter) {
      if (wildcard) return by.enter_client(op.client_id, op.value, completions_.once());
      return by.enter(op.value, completions_.once());
    }
    if (wildcard) return by.update_client(op.client_id, op.value, completions_.once());
    return by.update(op.value, completions_.once());
  }
  void drop() {
    connection* c = any_connection();
    if (c == nullptr || !c->session.connected()) return;
    c->session.drop();
    model_.drop(c->id, (clock_.now() + grace).time_since_epoch().count());
    if (random_.percent(20)) c->session = {};
  }
  void resume() {
    connection* c = any_connection();
    if (c == nullptr) return;
    auto back = hub_.resume(c->key);
    const bool alive = model_.connected(c->id) || model_.dropped(c->id);
    ASSERT_EQ(back.has_value(), alive);
    if (!alive) return;
    c->session = std::move(*back);
    model_.resume(c->id);
  }
  void end() {
    connection* c = any_connection();
    if (c == nullptr || c->session.connection_id().empty()) return;
    const bool destroyed = random_.percent(50);
    if (destroyed && model_.dropped(c->id)) return;  // that would only lose the handle
    if (destroyed) {
      c->session = {};
    } else {
      c->session.close();
    }
    model_.end(c->id);
    if (random_.percent(80)) forget(c);
  }
  void forget(const connection* which) {
    std::erase_if(connections_, [&](const auto& c) { return c.get() == which; });
  }
  void pass_time() {
    clock_.advance(std::chrono::milliseconds{random_.below(8'000)});
    EXPECT_EQ(hub_.run_due(), model_.run_due(clock_.now().time_since_epoch().count()));
  }
  void evict() {
    const std::string room = random_.pick(rooms);
    const std::string client = random_.pick(clients);
    EXPECT_EQ(hub_.evict(room, client), model_.evict(room, client));
  }

  static constexpr std::chrono::milliseconds grace{15'000};

  [[nodiscard]] static hub_options options() {
    hub_options o;
    o.sync_page = 2;
    o.grace = grace;
    return o;
  }

  random_source& random_;
  completions completions_;
  testing::manual_clock clock_;
  hub_type hub_{options(), clock_};
  naive_hub model_;
  std::vector<std::unique_ptr<connection>> connections_;
  observer watcher_{hub_, random_};
  int last_value_ = 0;
};

TEST(convergence_property, listeners_participants_hub_and_model_agree_at_every_step) {
  for_each_seed(3000, [](random_source& random) {
    history h{random};
    for (int step = 0; step < 60 && !::testing::Test::HasFailure(); ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      h.step();
      h.expect_all_agree();
    }
  });
}

}  // namespace
}  // namespace presence::test::property_convergence_property_test
