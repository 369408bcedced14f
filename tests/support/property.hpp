// Randomized tests that can be repeated: each history follows from its seed.
#ifndef PRESENCE_TESTS_SUPPORT_PROPERTY_HPP
#define PRESENCE_TESTS_SUPPORT_PROPERTY_HPP

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace presence::test {

class random_source {
 public:
  explicit random_source(std::uint64_t seed) : engine_(seed) {}

  /// 0 … bound - 1. The bias of the remainder does not matter here, and the standard's distributions differ by library.
  [[nodiscard]] std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(engine_() % bound); }
  [[nodiscard]] bool percent(unsigned chance) { return below(100) < chance; }
  template <class T>
  [[nodiscard]] const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  std::mt19937_64 engine_;
};

/// The seed to repeat, from the environment variable PRESENCE_SEED; 0 if there is none.
[[nodiscard]] inline std::uint64_t seed_to_repeat() {
  const char* text = std::getenv("PRESENCE_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 0;
}

/// Calls `history(random_source&)` for the seeds 1 … count, or for `seed_to_repeat()` alone, and stops at the first that
/// fails: each failure says how to repeat it.
template <class History>
void for_each_seed(std::uint64_t count, History&& history) {
  const std::uint64_t only = seed_to_repeat();
  for (std::uint64_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : count); ++seed) {
    SCOPED_TRACE("repeat with PRESENCE_SEED=" + std::to_string(seed));
    random_source random{seed};
    history(random);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace presence::test

#endif
