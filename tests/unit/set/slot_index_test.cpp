// The hash index of slots.
#include "support/counting_new.hpp"
#include "support/slot_index_in_any_order.hpp"
#include <presence/detail/set/slot_index.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

namespace presence::test::set_slot_index_test {
namespace {

using detail::no_slot;
using detail::slot_index;

auto is(std::uint32_t wanted) {
  return [wanted](std::uint32_t slot) { return slot == wanted; };
}
auto any = [](std::uint32_t) { return true; };

/// The hash of the slots in most of these tests; and of those that all have the same one.
std::uint32_t spread(std::uint32_t n) { return n * 2654435761U; }
std::uint32_t seven(std::uint32_t) { return 7; }

TEST(slot_index, finds_what_was_inserted_under_its_hash) {
  slot_index index;
  EXPECT_EQ(index.find(7, any), no_slot);
  EXPECT_EQ(index.guess(7), no_slot);
  EXPECT_EQ(index.find(7, any), no_slot);
  index.insert(7, 100, seven);
  EXPECT_EQ(index.find(7, any), 100U);
  EXPECT_EQ(index.find(7U << 24U, any), no_slot);
}

TEST(slot_index, asks_the_caller_about_few_slots_that_do_not_match) {
  slot_index index;
  for (std::uint32_t n = 0; n < 10'000; ++n) index.insert(spread(n), n, spread);
  int asked = 0;
  int guessed = 0;
  for (std::uint32_t n = 0; n < 10'000; ++n) {
    const auto count = [&](std::uint32_t slot) {
      ++asked;
      return slot == n;
    };
    ASSERT_EQ(index.find(spread(n), count), n);
    guessed += index.guess(spread(n)) == n ? 1 : 0;
  }
  EXPECT_LT(asked, 11'000);
  EXPECT_GT(guessed, 9'000);
}

TEST(slot_index, tells_slots_of_one_hash_apart) {
  slot_index index;
  for (std::uint32_t slot = 0; slot < 200; ++slot) index.insert(7, slot, seven);
  for (std::uint32_t slot = 0; slot < 200; slot += 2) index.erase(7, slot, seven);
  for (std::uint32_t slot = 0; slot < 200; ++slot) {
    EXPECT_EQ(index.find(7, is(slot)), slot % 2 == 0 ? no_slot : slot);
  }
  EXPECT_EQ(index.size(), 100U);
}

TEST(slot_index, follows_a_record_that_moves) {
  const auto hash_of = [](std::uint32_t slot) { return slot < 2 ? 7U : 8U; };
  slot_index index;
  index.insert(7, 0, hash_of);
  index.insert(7, 1, hash_of);
  index.insert(8, 3, hash_of);
  index.erase(7, 0, hash_of);
  index.move(8, 3, 2);
  EXPECT_EQ(index.find(8, is(2)), 2U);
  EXPECT_EQ(index.find(8, is(3)), no_slot);
  EXPECT_EQ(index.find(7, is(1)), 1U);
  index.erase(8, 2, hash_of);
  EXPECT_EQ(index.find(8, is(2)), no_slot);
  EXPECT_EQ(index.size(), 1U);
}

TEST(slot_index, extreme_hashes_and_slots_are_ordinary) {
  const auto hash_of = [](std::uint32_t slot) { return slot == 0 ? 0U : 0xffffffffU; };
  slot_index index;
  index.insert(0, 0, hash_of);
  index.insert(0xffffffffU, no_slot - 1, hash_of);
  EXPECT_EQ(index.find(0, any), 0U);
  EXPECT_EQ(index.find(0xffffffffU, any), no_slot - 1);
}

TEST(slot_index, any_order_of_inserting_erasing_and_moving_keeps_every_slot) { use_slot_index_in_any_order(); }

TEST(slot_index, moved_from_index_is_empty_and_usable) {
  slot_index from;
  for (std::uint32_t n = 0; n < 100; ++n) from.insert(spread(n), n, spread);
  slot_index to{std::move(from)};
  EXPECT_EQ(from.size(), 0U);
  EXPECT_EQ(from.find(spread(1), is(1)), no_slot);
  EXPECT_EQ(to.size(), 100U);
  from.insert(7, 1, seven);
  EXPECT_LE(from.bytes(), 64U);
  to = std::move(from);
  EXPECT_EQ(to.find(7, is(1)), 1U);
  EXPECT_EQ(to.size(), 1U);
  EXPECT_EQ(from.size(), 0U);
}

/// A bucket counts up to 65,535 slots that had no place in it; one that had to give up counting is passed for ever.
TEST(slot_index, more_slots_of_one_hash_than_a_bucket_can_count) {
  constexpr std::uint32_t many = 70'000;
  slot_index index;
  for (std::uint32_t slot = 0; slot < many; ++slot) index.insert(7, slot, seven);
  for (const std::uint32_t slot : {0U, 1U, many / 2, many - 1}) {
    ASSERT_EQ(index.find(7, is(slot)), slot);
    index.erase(7, slot, seven);
    ASSERT_EQ(index.find(7, is(slot)), no_slot);
  }
  EXPECT_EQ(index.find(7, is(many - 2)), many - 2);
  EXPECT_EQ(index.size(), many - 4);
}

TEST(slot_index, memory_is_given_back_as_it_empties) {
  slot_index index;
  const allocation_scope counting;
  for (std::uint32_t n = 0; n < 100'000; ++n) index.insert(spread(n), n, spread);
  const auto full = counting.live_bytes();
  for (std::uint32_t n = 0; n < 95'000; ++n) index.erase(spread(n), n, spread);
  const auto nearly_empty = counting.live_bytes();
  EXPECT_LT(nearly_empty, full / 3);
  for (std::uint32_t n = 95'000; n < 100'000; ++n) {
    ASSERT_EQ(index.find(spread(n), any), n);
    index.erase(spread(n), n, spread);
  }
  const auto empty = counting.live_bytes();
  EXPECT_EQ(empty, 0);
}

TEST(slot_index, bytes_is_what_is_allocated_within_a_twentieth) {
  slot_index index;
  const allocation_scope counting;
  std::uint32_t next = 0;
  for (const std::uint32_t size : {10U, 1000U, 20'000U, 100'000U}) {
    while (next < size) index.insert(spread(next), next, spread), ++next;
    const auto allocated = static_cast<double>(counting.live_bytes());
    EXPECT_NEAR(static_cast<double>(index.bytes()), allocated, allocated / 20 + 64) << size;
  }
}

TEST(slot_index, without_memory_for_a_smaller_table_the_larger_one_stays) {
  slot_index index;
  for (std::uint32_t n = 0; n < 1000; ++n) index.insert(spread(n), n, spread);
  for (std::uint32_t n = 0; n < 990; ++n) {
    (void)with_failing_allocation(1, [&] { index.erase(spread(n), n, spread); });
  }
  for (std::uint32_t n = 0; n < 1000; ++n) ASSERT_EQ(index.find(spread(n), any), n < 990 ? no_slot : n);
}

TEST(slot_index, failed_growth_changes_nothing) {
  slot_index index;
  int failed = 0;
  for (std::uint32_t n = 0; n < 1000; ++n) {
    if (with_failing_allocation(1, [&] { index.insert(spread(n), n, spread); }) != outcome::threw) continue;
    ++failed;
    ASSERT_EQ(index.size(), n);
    ASSERT_EQ(index.find(spread(n), any), no_slot);
    index.insert(spread(n), n, spread);
  }
  EXPECT_GT(failed, 3);
  for (std::uint32_t n = 0; n < 1000; ++n) ASSERT_EQ(index.find(spread(n), any), n);
}

}  // namespace
}  // namespace presence::test::set_slot_index_test
