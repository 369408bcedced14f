// Nine months of a real chat room over connections that break: every client's, and those of observers who come at different
// times. In the end each observer has what the hub has, and what it was told adds up to that.
#include "../../docs/examples/replay/trace.hpp"
#include <presence/testing/simulation.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace presence::test {
namespace {

using key = std::pair<std::string, std::string>;  // client id, connection id
using who_is_there = std::map<key, time_point>;   // and when it was last heard of

class world {
 public:
  using hub_type = testing::simulated_hub<int>;
  using presence_type = basic_presence<int, testing::manual_clock, testing::faulty_transport<int>>;

  struct client {
    client(world& in, const std::string& client_id, bool watches)
        : link(in.hub_, identity{client_id}, "room"),
          presence(std::make_unique<presence_type>(testing::faulty_transport<int>{link},
                                                   presence_options{.enable_events = watches}, in.clock_)) {}
    testing::faulty_link<int> link;
    std::unique_ptr<presence_type> presence;
  };
  struct observer : client {
    explicit observer(world& in) : client(in, "observer", true) {
      events = presence->subscribe([this](const event<int>& e) {
        ++heard;
        if (e.action == action::leave) {
          EXPECT_EQ(told.erase({e.client_id, e.connection_id}), 1U) << "a leave of somebody who is not there";
        } else {
          told[{e.client_id, e.connection_id}] = e.timestamp;
        }
      });
    }
    [[nodiscard]] who_is_there set() const {
      who_is_there all;
      presence->for_each([&](const member_view<int>& m) {
        all[{std::string{m.client_id}, std::string{m.connection_id}}] = m.updated_at;
      });
      return all;
    }
    who_is_there told;
    std::size_t heard = 0;
    subscription events;
  };

  explicit world(std::uint64_t seed) : random_(seed), hub_(options(seed), clock_) {}

  void apply(const replay::trace_line& line) {
    for (auto due = hub_.next_deadline(); due && *due <= line.at; due = hub_.next_deadline()) {
      clock_.advance(*due - clock_.now());
      hub_.run_due();
    }
    clock_.advance(line.at - clock_.now());
    auto found = clients_.find(line.connection);
    const bool comes = line.what == replay::happening::enter || line.what == replay::happening::update;
    if (found == clients_.end()) {
      if (!comes) return;
      found = clients_.emplace(line.connection, std::make_unique<client>(*this, line.client, false)).first;
    }
    client& at = *found->second;
    if (line.what == replay::happening::enter) at.presence->enter(++said_);
    if (line.what == replay::happening::update) at.presence->update(++said_);
    if (line.what == replay::happening::leave) at.presence->leave();
    if (line.what == replay::happening::drop) at.link.let_crash();
    carry(at, random_.below(6));
    if (!comes) {
      at.presence.reset();  // after a leave that may never have reached the hub
      while (at.link.waiting_up() > 0) at.link.deliver_up();
      counted += at.link.counters;
      clients_.erase(found);
    } else {
      weather(at, 4);
    }
    for (auto& each : observers_) {
      carry(*each, random_.below(4));
      weather(*each, 2);
    }
  }

  void add_observer() { observers_.push_back(std::make_unique<observer>(*this)); }

  /// All connections come up, everything arrives, and the grace of whoever is gone passes.
  void heal() {
    for (int round = 0; round < 2; ++round) {
      for_each_client([&](client& at) {
        at.link.set_capacity(1'000'000);
        at.link.connect(hub_);
      });
      for (bool moved = true; moved;) {
        moved = false;
        for_each_client([&](client& at) {
          for (; at.link.waiting_up() > 0; moved = true) at.link.deliver_up();
          for (; at.link.waiting_down() > 0; moved = true) at.link.deliver_down();
        });
      }
      clock_.advance(hub_options{}.grace);
      hub_.run_due();
    }
    for_each_client([&](client& at) { counted += at.link.counters; });
  }

  [[nodiscard]] who_is_there in_hub() const {
    who_is_there all;
    for (const member<int>& m : hub_.members("room")) all[{m.client_id, m.connection_id}] = m.updated_at;
    return all;
  }
  [[nodiscard]] const std::vector<std::unique_ptr<observer>>& observers() const { return observers_; }
  [[nodiscard]] std::size_t clients() const { return clients_.size(); }

  testing::link_counters counted;

 private:
  static hub_options options(std::uint64_t seed) {
    hub_options made;
    made.random = [ids = std::make_shared<testing::seeded_random>(seed)] { return (*ids)(); };
    return made;
  }

  template <class Work>
  void for_each_client(Work&& work) {
    for (auto& [connection, at] : clients_) work(*at);
    for (auto& each : observers_) work(*each);
  }

  void carry(client& at, std::uint64_t frames) {
    for (; frames > 0; --frames) {
      if (at.link.waiting_up() > 0) {
        at.link.deliver_up();
      } else {
        at.link.deliver_down(random_.chance(20));
      }
    }
  }

  /// By chance the connection breaks, is given up for long, or comes back.
  void weather(client& at, std::uint64_t percent) {
    if (at.link.up()) {
      if (!random_.chance(percent)) return;
      at.link.cut(random_.below(3));
      if (random_.chance(50)) at.link.connect(hub_);  // lines are far apart: later it would be too late to resume
    } else if (random_.chance(20)) {
      at.link.connect(hub_, random_.chance(90));
    } else if (random_.chance(5)) {
      at.link.suspend();
    }
  }

  testing::seeded_random random_;
  testing::manual_clock clock_{time_point{}};
  hub_type hub_;
  std::map<std::string, std::unique_ptr<client>> clients_;
  std::vector<std::unique_ptr<observer>> observers_;
  int said_ = 0;
};

TEST(real_trace, observers_behind_breaking_connections_end_equal_to_the_hub) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    world all{seed};
    replay::trace_reader trace{PRESENCE_TRACE_FILE};
    std::size_t lines = 0;
    while (const auto line = trace.next()) {
      if (lines % 5000 == 0) all.add_observer();
      all.apply(*line);
      ++lines;
    }
    ASSERT_GT(lines, 26'000U);
    ASSERT_EQ(all.observers().size(), 6U);
    all.heal();
    const auto hub = all.in_hub();
    EXPECT_GT(hub.size(), 50U);
    EXPECT_LE(hub.size(), all.clients());  // an enter that was lost with its connection was reported, and not repeated
    for (const auto& each : all.observers()) {
      EXPECT_EQ(each->set(), hub);
      EXPECT_EQ(each->told, hub);
      EXPECT_GT(each->heard, 100U);
    }
    // It was no fair weather.
    EXPECT_GT(all.counted.cuts, 1000U);
    EXPECT_GT(all.counted.resumed, 500U);
    EXPECT_GT(all.counted.resume_refused, 100U);
    EXPECT_GT(all.counted.cut_during_sync, 10U);
    EXPECT_GT(all.counted.cut_before_hub, 10U);
    EXPECT_GT(all.counted.overtaken, 10U);
  }
}

}  // namespace
}  // namespace presence::test
