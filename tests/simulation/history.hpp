// Random histories of a simulation, checked at every step, and made as short as possible when one fails.
#ifndef PRESENCE_TESTS_SIMULATION_HISTORY_HPP
#define PRESENCE_TESTS_SIMULATION_HISTORY_HPP

#include "simulation/history_world.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// The history that a seed stands for.
[[nodiscard]] inline std::vector<history_step> make_history(std::uint64_t seed, std::size_t steps) {
  // How often each deed comes up, in the order of `deed`.
  static constexpr std::array<std::uint64_t, deed_count> weights{10, 10, 5, 3, 3, 3, 4, 2, 3, 2, 2, 60, 5, 10, 1,
                                                                 2,  8,  2, 2, 1, 1, 2, 2, 1, 4, 1, 2,  2, 5,  3};
  seeded_random random{seed};
  std::uint64_t total = 0;
  for (const std::uint64_t w : weights) total += w;
  std::vector<history_step> history;
  history.reserve(steps);
  for (std::size_t i = 0; i < steps; ++i) {
    std::uint64_t pick = random.below(total);
    std::size_t which = 0;
    while (pick >= weights[which]) pick -= weights[which++];
    history.push_back({static_cast<deed>(which), random(), random()});
  }
  return history;
}

/// Runs a history to its end, its healing and its last goodbye. Stops at the first step after which a promise is broken.
[[nodiscard]] inline history_outcome run_history(const std::vector<history_step>& history, std::uint64_t seed,
                                                 bool with_log = false) {
  history_world world{seed, with_log};
  for (const history_step& step : history) {
    world.perform(step);
    if (world.failed()) return world.outcome();
  }
  world.finish();
  return world.outcome();
}

/// The shortest history that removing steps finds and that still fails: halves first, then ever smaller pieces. Returns
/// the history unchanged if it does not fail.
[[nodiscard]] inline std::vector<history_step> shrink_history(std::vector<history_step> history, std::uint64_t seed) {
  if (run_history(history, seed).problem.empty()) return history;
  for (std::size_t piece = std::max<std::size_t>(history.size() / 2, 1); piece > 0; piece /= 2) {
    for (std::size_t at = 0; at < history.size();) {
      std::vector<history_step> shorter(history.begin(), history.begin() + static_cast<std::ptrdiff_t>(at));
      const std::size_t rest = std::min(history.size(), at + piece);
      shorter.insert(shorter.end(), history.begin() + static_cast<std::ptrdiff_t>(rest), history.end());
      if (run_history(shorter, seed).problem.empty()) {
        at += piece;
      } else {
        history = std::move(shorter);
      }
    }
  }
  return history;
}

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
