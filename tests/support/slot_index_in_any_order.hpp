// What a slot index must keep, whatever is done to it: for both ways to look into a bucket.
#ifndef PRESENCE_TESTS_SUPPORT_SLOT_INDEX_IN_ANY_ORDER_HPP
#define PRESENCE_TESTS_SUPPORT_SLOT_INDEX_IN_ANY_ORDER_HPP

#include <presence/detail/set/slot_index.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>

namespace presence::test {

/// Whatever overflowed into whichever bucket and was erased again, nothing is lost and nothing loops.
inline void use_slot_index_in_any_order() {
  std::mt19937 random{5};
  for (const std::uint32_t hashes : {1U, 2U, 3U, 40U, 1'000U}) {
    // A record stands at one of two slots, n and n + 1,000,000.
    const auto hash_of = [hashes](std::uint32_t slot) { return (slot % 1'000'000) % hashes * 0x01000001U; };
    detail::slot_index index;
    std::set<std::uint32_t> expected;
    for (int step = 0; step < 4'000; ++step) {
      const std::uint32_t slot = static_cast<std::uint32_t>(random()) % 400 + (step / 1000 % 2 == 1 ? 1'000'000 : 0);
      const std::uint32_t elsewhere = slot < 1'000'000 ? slot + 1'000'000 : slot - 1'000'000;
      if (expected.erase(slot) > 0) {
        index.erase(hash_of(slot), slot, hash_of);
      } else if (expected.erase(elsewhere) > 0) {
        index.move(hash_of(slot), elsewhere, slot);
        expected.insert(slot);
      } else {
        index.insert(hash_of(slot), slot, hash_of);
        expected.insert(slot);
      }
      ASSERT_EQ(index.size(), expected.size());
      if (step % 50 != 0) continue;
      for (std::uint32_t n = 0; n < 400; ++n) {
        for (const std::uint32_t wanted : {n, n + 1'000'000}) {
          const auto is_wanted = [wanted](std::uint32_t s) { return s == wanted; };
          const std::uint32_t found = expected.contains(wanted) ? wanted : detail::no_slot;
          ASSERT_EQ(index.find(hash_of(wanted), is_wanted), found) << hashes << ' ' << step;
        }
      }
    }
  }
}

}  // namespace presence::test

#endif
