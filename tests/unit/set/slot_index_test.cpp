// The hash index of slots.
#include "support/counting_new.hpp"
#include <presence/detail/slot_index.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

namespace presence::test {
namespace {

using detail::no_slot;
using detail::slot_index;

auto is(std::uint32_t wanted) {
  return [wanted](std::uint32_t slot) { return slot == wanted; };
}
auto any = [](std::uint32_t) { return true; };

TEST(slot_index, finds_what_was_inserted_under_its_hash) {
  slot_index index;
  EXPECT_EQ(index.find(7, any), no_slot);
  index.insert(7, 100);
  EXPECT_EQ(index.find(7, any), 100U);
  EXPECT_EQ(index.find(8, any), no_slot);
}

TEST(slot_index, asks_the_caller_only_about_slots_of_that_very_hash) {
  slot_index index;
  for (std::uint32_t n = 0; n < 10'000; ++n) index.insert(n * 2654435761U, n);
  for (std::uint32_t n = 0; n < 10'000; ++n) {
    int asked = 0;
    const auto count = [&](std::uint32_t slot) {
      ++asked;
      return slot == n;
    };
    ASSERT_EQ(index.find(n * 2654435761U, count), n);
    ASSERT_EQ(asked, 1);
  }
}

TEST(slot_index, tells_slots_of_one_hash_apart) {
  slot_index index;
  for (std::uint32_t slot = 0; slot < 200; ++slot) index.insert(7, slot);
  for (std::uint32_t slot = 0; slot < 200; slot += 2) index.erase(7, slot);
  for (std::uint32_t slot = 0; slot < 200; ++slot) {
    EXPECT_EQ(index.find(7, is(slot)), slot % 2 == 0 ? no_slot : slot);
  }
  EXPECT_EQ(index.size(), 100U);
}

TEST(slot_index, follows_a_record_that_moves) {
  slot_index index;
  index.insert(7, 1);
  index.insert(7, 2);
  index.insert(8, 3);
  index.erase(7, 1);
  index.move(8, 3, 1);
  EXPECT_EQ(index.find(8, any), 1U);
  EXPECT_EQ(index.find(7, any), 2U);
  index.erase(8, 1);
  EXPECT_EQ(index.find(8, any), no_slot);
  EXPECT_EQ(index.size(), 1U);
}

TEST(slot_index, extreme_hashes_and_slots_are_ordinary) {
  slot_index index;
  index.insert(0, 0);
  index.insert(0xffffffffU, no_slot - 1);
  EXPECT_EQ(index.find(0, any), 0U);
  EXPECT_EQ(index.find(0xffffffffU, any), no_slot - 1);
}

TEST(slot_index, memory_is_given_back_as_it_empties) {
  slot_index index;
  const allocation_scope counting;
  for (std::uint32_t n = 0; n < 100'000; ++n) index.insert(n * 2654435761U, n);
  const auto full = counting.live_bytes();
  for (std::uint32_t n = 0; n < 95'000; ++n) index.erase(n * 2654435761U, n);
  const auto nearly_empty = counting.live_bytes();
  EXPECT_LT(nearly_empty, full / 3);
  for (std::uint32_t n = 95'000; n < 100'000; ++n) {
    ASSERT_EQ(index.find(n * 2654435761U, any), n);
    index.erase(n * 2654435761U, n);
  }
  const auto empty = counting.live_bytes();
  EXPECT_EQ(empty, 0);
}

TEST(slot_index, bytes_is_what_is_allocated_within_a_twentieth) {
  slot_index index;
  const allocation_scope counting;
  std::uint32_t next = 0;
  for (const std::uint32_t size : {10U, 1000U, 20'000U, 100'000U}) {
    while (next < size) index.insert(next * 2654435761U, next), ++next;
    const auto allocated = static_cast<double>(counting.live_bytes());
    EXPECT_NEAR(static_cast<double>(index.bytes()), allocated, allocated / 20 + 64) << size;
  }
}

TEST(slot_index, without_memory_for_a_smaller_table_the_larger_one_stays) {
  slot_index index;
  for (std::uint32_t n = 0; n < 1000; ++n) index.insert(n * 2654435761U, n);
  for (std::uint32_t n = 0; n < 990; ++n) {
    (void)with_failing_allocation(1, [&] { index.erase(n * 2654435761U, n); });
  }
  for (std::uint32_t n = 0; n < 1000; ++n) ASSERT_EQ(index.find(n * 2654435761U, any), n < 990 ? no_slot : n);
}

TEST(slot_index, failed_growth_changes_nothing) {
  slot_index index;
  int failed = 0;
  for (std::uint32_t n = 0; n < 1000; ++n) {
    if (with_failing_allocation(1, [&] { index.insert(n * 2654435761U, n); }) != outcome::threw) continue;
    ++failed;
    ASSERT_EQ(index.size(), n);
    ASSERT_EQ(index.find(n * 2654435761U, any), no_slot);
    index.insert(n * 2654435761U, n);
  }
  EXPECT_GT(failed, 3);
  for (std::uint32_t n = 0; n < 1000; ++n) ASSERT_EQ(index.find(n * 2654435761U, any), n);
}

}  // namespace
}  // namespace presence::test
