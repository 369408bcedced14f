// A few hundred histories in every run of the tests, and that the kit itself is what it says: repeatable, and not blind.
// A program of its own: one called as its directory would stand in the way of what CMake builds for that.
#include "simulation/history.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace simulation_simulation_test {
namespace {

namespace kit = presence::testing;

TEST(simulation, histories_keep_every_promise) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto outcome = kit::run_history(kit::make_history(seed, 200), seed);
    ASSERT_EQ(outcome.problem, "") << "./dev simulate --steps 200 --seed " << seed;
  }
}

TEST(simulation, long_histories_keep_every_promise) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto outcome = kit::run_history(kit::make_history(seed, 2'000), seed);
    ASSERT_EQ(outcome.problem, "") << "./dev simulate --steps 2000 --seed " << seed;
  }
}

TEST(simulation, a_seed_gives_the_same_run_to_the_byte) {
  const auto history = kit::make_history(7, 300);
  const auto first = kit::run_history(history, 7, true);
  const auto second = kit::run_history(history, 7, true);
  EXPECT_FALSE(first.log.empty());
  EXPECT_EQ(first.log, second.log);
  EXPECT_NE(first.log, kit::run_history(kit::make_history(8, 300), 8, true).log);
}

TEST(simulation, three_hundred_histories_exercise_every_deed_and_every_fault) {
  kit::link_counters links;
  std::array<std::uint64_t, kit::deed_count> deeds{};
  std::uint64_t batches = 0, evicted = 0, calls_inside = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto outcome = kit::run_history(kit::make_history(seed, 200), seed);
    links += outcome.links;
    batches += outcome.batches;
    evicted += outcome.evicted;
    calls_inside += outcome.calls_inside;
    for (std::size_t i = 0; i < deeds.size(); ++i) deeds[i] += outcome.deeds[i];
  }
  for (std::size_t i = 0; i < deeds.size(); ++i) EXPECT_GT(deeds[i], 0U) << to_string(static_cast<kit::deed>(i));
  for (const auto& [name, count] : links.rows()) EXPECT_GT(count, 0U) << name;
  EXPECT_GT(batches, 0U);
  EXPECT_GT(evicted, 0U);
  EXPECT_GT(calls_inside, 0U);
}

TEST(simulation, a_history_that_holds_is_not_shortened) {
  const auto history = kit::make_history(3, 50);
  EXPECT_EQ(kit::shrink_history(history, 3).size(), history.size());
}

TEST(simulation, an_application_of_its_own_converges_with_the_hub) {
  kit::simulation<std::string> world{2024};
  auto& watcher = world.add("watcher");
  auto& alice = world.add("alice");
  std::size_t online = 0;  // what the application under test keeps
  const auto users = watcher.presence->subscribe_users(
      [&](const presence::user_event& e) { e.change == presence::user_change::online ? ++online : --online; });
  alice.presence->enter("here");
  world.run(500);
  world.heal();
  EXPECT_EQ(online, world.members().size());
  EXPECT_EQ(watcher.presence->size(), world.members().size());
  EXPECT_TRUE(watcher.presence->is_user_present("alice"));
}

}  // namespace
}  // namespace simulation_simulation_test
