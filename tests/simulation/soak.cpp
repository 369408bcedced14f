// Minutes of ordinary life at full speed, with threads: members come to a thousand rooms, say things, leave or are lost, while
// others read at random. After each round the rooms are as they should be, and memory is where it was: ./dev soak.
#include <presence/presence.hpp>
#include <presence/testing/manual_clock.hpp>
#include <presence/testing/simulation.hpp>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using presence::testing::manual_clock;
using presence::testing::seeded_random;
using hub_type = presence::basic_hub<std::uint64_t, manual_clock>;
using participant =
    presence::basic_presence<std::uint64_t, manual_clock, presence::loopback<std::uint64_t, manual_clock>>;

struct options {
  std::size_t members = 1'000'000;
  std::size_t rooms = 1'000;
  std::size_t rounds = 20;
  std::size_t observers = 50;
  std::size_t readers = 1;
  std::size_t writers = std::max(1U, std::thread::hardware_concurrency());
};

std::string room_name(std::size_t i) { return "room-" + std::to_string(i); }

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// One who watches a room all the time, counting what it is told.
struct observer {
  observer(hub_type& hub, std::string where, const manual_clock& clock)
      : room(std::move(where)),
        session(hub.connect("observer")),
        self(session.room(room), {}, clock) {
    events = self.subscribe([this](const presence::event<std::uint64_t>& e) {
      if (e.action == presence::action::leave) {
        ++left;
      } else if (e.action != presence::action::update) {
        ++came;
      }
    });
  }
  std::string room;
  hub_type::session_type session;
  participant self;
  std::atomic<std::uint64_t> came{0};
  std::atomic<std::uint64_t> left{0};
  presence::subscription events;
};

struct totals {
  std::atomic<std::uint64_t> entered{0};
  std::atomic<std::uint64_t> updates{0};
  std::atomic<std::uint64_t> reads{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<int> last_error{0};
};

/// A share of the members comes, stays for a while, and goes in one of the ways that there are. A member holds three rooms.
void live(hub_type& hub, const options& chosen, const manual_clock& clock, std::uint64_t seed, std::size_t share,
          totals& count) {
  struct visitor {
    hub_type::session_type session;
    std::vector<std::unique_ptr<participant>> places;
  };
  seeded_random random{seed};
  std::vector<visitor> here;
  const auto told = [&count](std::error_code outcome) {
    const bool expected = outcome == presence::errc::operation_aborted || outcome == presence::errc::superseded;
    if (!outcome || expected) return;
    ++count.failed;
    count.last_error = outcome.value();
  };
  for (std::size_t came = 0; came < share;) {
    visitor v{hub.connect("client-" + std::to_string(random.below(chosen.members / 4))), {}};
    const std::size_t first = random.below(chosen.rooms);
    for (std::size_t i = 0; i < 3 && came < share; ++i, ++came) {
      auto place = std::make_unique<participant>(v.session.room(room_name((first + i) % chosen.rooms)),
                                                 presence::presence_options{.enable_events = false}, clock);
      place->enter(random(), told);
      ++count.entered;
      v.places.push_back(std::move(place));
    }
    here.push_back(std::move(v));
    for (int i = 0; i < 4; ++i) {
      auto& place = *here[random.below(here.size())].places.front();
      place.update(random(), told);
      ++count.updates;
    }
    if (here.size() < 2000) continue;
    std::swap(here[random.below(here.size())], here.back());
    switch (random.below(4)) {
      case 0:
        for (auto& place : here.back().places) place->leave(told);
        break;
      case 1: here.back().session.drop(); break;
      case 2: here.back().session.close(); break;
      default: break;  // destroyed as it is
    }
    here.pop_back();
  }
}

/// Reads what is there, of rooms and observers, until it is told to stop.
void read(const hub_type& hub, const options& chosen, std::vector<std::unique_ptr<observer>>& observers,
          std::uint64_t seed, const std::atomic<bool>& stop, totals& count) {
  seeded_random random{seed};
  while (!stop) {
    const auto& self = observers[random.below(observers.size())]->self;
    const auto who = "client-" + std::to_string(random.below(chosen.members / 4));
    std::size_t members = 0;
    self.for_each([&](const auto&) { ++members; });
    static_cast<void>(self.is_user_present(who));
    static_cast<void>(hub.is_user_present(room_name(random.below(chosen.rooms)), who));
    ++count.reads;
  }
}

/// What is wrong when everybody has left, or nothing.
std::string check(const hub_type& hub, const options& chosen, const std::vector<std::unique_ptr<observer>>& observers) {
  for (std::size_t i = 0; i < chosen.rooms; ++i) {
    if (hub.member_count(room_name(i)) != 0) return room_name(i) + " is not empty";
  }
  for (const auto& each : observers) {
    std::size_t members = 0;
    each->self.for_each([&](const auto&) { ++members; });
    if (members != 0) return "an observer of " + each->room + " still sees somebody";
    if (each->came != each->left) return "an observer of " + each->room + " was told of another number of leaves";
  }
  if (hub.session_count() != observers.size()) return "sessions are left";
  if (hub.room_count() != observers.size()) return "rooms are left";
  return {};
}

int soak(const options& chosen) {
  manual_clock clock;
  hub_type hub{{}, clock};
  std::vector<std::unique_ptr<observer>> observers;
  for (std::size_t i = 0; i < chosen.observers; ++i) {
    observers.push_back(std::make_unique<observer>(hub, room_name(i), clock));
  }
  totals count;
  const std::size_t empty = hub.bytes();
  std::size_t settled = 0;
  const auto start = std::chrono::steady_clock::now();
  std::cout << "round   seconds   members   updates     reads   hub bytes   resident MB\n";
  for (std::size_t round = 1; round <= chosen.rounds; ++round) {
    std::atomic<bool> stop{false};
    std::vector<std::thread> readers;
    std::vector<std::thread> writers;
    for (std::size_t i = 0; i < chosen.readers; ++i) {
      readers.emplace_back([&, i] { read(hub, chosen, observers, round * 1000 + i, stop, count); });
    }
    for (std::size_t i = 0; i < chosen.writers; ++i) {
      const std::size_t share = chosen.members / chosen.rounds / chosen.writers;
      writers.emplace_back([&, i, share] { live(hub, chosen, clock, round * 1000 + 500 + i, share, count); });
    }
    for (auto& each : writers) each.join();
    stop = true;
    for (auto& each : readers) each.join();
    clock.advance(presence::hub_options{}.grace);
    hub.run_due();

    const auto resident = resident_bytes();
    std::printf("%5zu %9.1f %9llu %9llu %9llu %11zu %13.1f\n", round,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                static_cast<unsigned long long>(count.entered), static_cast<unsigned long long>(count.updates),
                static_cast<unsigned long long>(count.reads), hub.bytes(), static_cast<double>(resident) / 1e6);
    std::fflush(stdout);
    if (const auto wrong = check(hub, chosen, observers); !wrong.empty()) {
      std::cout << "wrong: " << wrong << '\n';
      return 1;
    }
    if (count.failed != 0) {
      std::cout << "wrong: " << count.failed << " operations failed, the last with " << count.last_error << '\n';
      return 1;
    }
    // The tables of rooms that stay keep what they grew to; what the first rounds left is the measure for the rest.
    if (round == 3) settled = resident;
    if (round > 3 && resident > settled + settled / 4) {
      std::cout << "wrong: memory grows, from " << settled << " to " << resident << " bytes\n";
      return 1;
    }
  }
  std::cout << "the hub held " << empty << " bytes before and holds " << hub.bytes() << " now; memory is flat\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  options chosen;
  CLI::App app{"A hub under threads for minutes.", "soak"};
  app.add_option("--members", chosen.members, "how many come and go")
      ->capture_default_str()
      ->check(CLI::Range(1000UL, 1UL << 32));
  app.add_option("--rooms", chosen.rooms, "in how many rooms")
      ->capture_default_str()
      ->check(CLI::Range(3UL, 1UL << 20));
  app.add_option("--rounds", chosen.rounds, "between which memory is looked at")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--observers", chosen.observers, "rooms that are watched")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--readers", chosen.readers, "threads that read")->capture_default_str();
  app.add_option("--writers", chosen.writers, "threads of members")->capture_default_str()->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  chosen.observers = std::min(chosen.observers, chosen.rooms);
  return soak(chosen);
}
