// Histories on several threads: everything that the API allows is called from anywhere, outside of callbacks and in
// them, and ends anywhere. What was promised is checked in each callback, and the rest when the threads stand still.
#include "threaded_actor.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace presence::threaded;

struct options {
  std::size_t seconds = 10;
  std::uint64_t seed = 1;
  std::size_t threads = 3;
  std::size_t steps = 300;
  std::size_t rounds = 0;
};

using cast = std::vector<std::unique_ptr<actor>>;

/// Ends the program if nothing moves for a minute.
class watchdog {
 public:
  watchdog() : thread_([this] { watch(); }) {}
  ~watchdog() {
    {
      const std::lock_guard lock{mutex_};
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

  /// Whom to ask what they were doing. Null: the threads are gone.
  void look_at(const cast* all) {
    const std::lock_guard lock{mutex_};
    cast_ = all;
  }

 private:
  void watch() {
    std::unique_lock lock{mutex_};
    auto seen = progress().load();
    while (!changed_.wait_for(lock, std::chrono::seconds{60}, [&] { return over_; })) {
      if (progress() == seen) hung();
      seen = progress();
    }
  }
  [[noreturn]] void hung() const {
    std::string doing;
    if (cast_ != nullptr) {
      for (const auto& each : *cast_) doing += std::string{"\n  a thread was at: "} + each->doing();
    }
    broken("nothing has moved for 60 seconds" + doing);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  const cast* cast_ = nullptr;
  bool over_ = false;
  std::thread thread_;
};

struct totals {
  std::uint64_t rounds = 0;
  std::uint64_t sets = 0;
  std::uint64_t views = 0;
};

[[nodiscard]] fold in_hub(const hub_type& hub, const std::string& room) {
  fold all;
  for (const auto& m : hub.members(room)) all.put(m);
  return all;
}

void check(player& who, const hub_type& hub, totals& count) {
  if (who->state() != presence::room_state::attached || !who->sync_complete()) return;
  if (!who->modes().contains(presence::mode::subscribe)) return;
  fold seen;
  who->for_each([&](const auto& m) { seen.put(m); });
  expect_same(seen, in_hub(hub, who.room), "a participant's set is not the hub's");
  if (who.folds()) expect_same(who.known(), seen, "what a listener was told is not the participant's set");
  ++count.sets;
}
void check(const view& each, const hub_type& hub, totals& count) {
  if (!each.told->up_to_date() || !each.attachment.modes().contains(presence::mode::subscribe)) return;
  const auto what = "what a sink was told is not the hub's set" + each.told->history();
  expect_same(each.told->members(), in_hub(hub, each.room), what.c_str());
  ++count.views;
}

/// A new world is played in, looked at, and taken down.
void round(std::uint64_t seed, const options& chosen, watchdog& guard, totals& count) {
  seeded_random random{seed};
  world all{random};
  cast actors;
  for (std::size_t i = 0; i < chosen.threads; ++i) actors.push_back(std::make_unique<actor>(all, random()));
  guard.look_at(&actors);
  for (int scene = 0; scene < 3; ++scene) {
    std::vector<std::thread> threads;
    for (const auto& each : actors) threads.emplace_back([&] { each->play(chosen.steps); });
    for (auto& each : threads) each.join();

    for (const auto& each : actors) each->settle();
    for (const auto& place : all.players) {
      if (const auto who = place.look()) (*who)->attach();
    }
    const auto hub = all.hub();
    if (all.starts_quietly()) {
      all.clock.advance(world::longest_wait);
      (void)hub->run_due();
    }
    for (const auto& each : actors) {
      each->for_each_player([&](player& who) { check(who, *hub, count); });
      each->for_each_view([&](const view& which) { check(which, *hub, count); });
    }
    for (const auto& place : all.players) {
      if (const auto who = place.look()) check(*who, *hub, count);
    }
  }
  if (random.chance(20)) (void)all.replace_hub();
  for (const auto& each : actors) each->end();
  for (auto& place : all.players) (void)place.exchange(nullptr);
  for (auto& place : all.views) (void)place.exchange(nullptr);
  const auto hub = all.hub();
  for (int i = 0; i < 3; ++i) {  // a deadline that is found late is given once more
    all.clock.advance(world::longest_wait);
    (void)hub->run_due();
  }
  expect(hub->session_count() == 0, "sessions are left");
  expect(hub->room_count() == 0, "rooms are left");
  guard.look_at(nullptr);
  ++count.rounds;
}

}  // namespace

int main(int argc, char** argv) {
  options chosen;
  CLI::App app{"Random histories on several threads.", "threaded"};
  app.add_option("--seconds", chosen.seconds, "for how long")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--rounds", chosen.rounds, "at most; 0: as many as there is time for")->capture_default_str();
  app.add_option("--seed", chosen.seed, "of the first round; the next has the next")->capture_default_str();
  app.add_option("--threads", chosen.threads, "that act")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--steps", chosen.steps, "of each thread between two checks")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);

  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{chosen.seconds};
  totals count;
  {
    watchdog guard;
    do {
      std::fprintf(stderr, "\rseed %llu ", static_cast<unsigned long long>(chosen.seed + count.rounds));
      round(chosen.seed + count.rounds, chosen, guard, count);
    } while (std::chrono::steady_clock::now() < end && count.rounds != chosen.rounds);
  }
  std::fprintf(stderr, "\n");
  std::cout << count.rounds << " rounds of " << chosen.threads << " threads, " << progress() << " steps and callbacks; "
            << count.sets << " sets and " << count.views << " views were as they should be\n";
  return 0;
}
