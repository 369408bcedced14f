// Storage in chunks: what stays where it is, and what is given back.
#include "support/counted.hpp"
#include "support/counting_new.hpp"
#include <presence/detail/set/record_store.hpp>

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace presence::test::set_record_store_test {
namespace {

using store = detail::record_store<counted>;

store filled(int count) {
  store made;
  for (int n = 0; n < count; ++n) made.emplace_back(n);
  return made;
}

std::vector<int> contents(const store& of) {
  std::vector<int> values;
  of.for_each([&](const counted& record) { values.push_back(record.value); });
  return values;
}

std::vector<int> from_zero(int count) {
  std::vector<int> values;
  for (int n = 0; n < count; ++n) values.push_back(n);
  return values;
}

TEST(record_store, slots_are_numbered_from_zero) {
  store records;
  for (unsigned n = 0; n < 5000; ++n) ASSERT_EQ(records.emplace_back(static_cast<int>(n)), n);
  for (unsigned n = 0; n < 5000; ++n) ASSERT_EQ(records[n].value, static_cast<int>(n));
  EXPECT_EQ(records.size(), 5000U);
}

TEST(record_store, for_each_visits_slots_in_order_at_every_size) {
  store records;
  for (int n = 0; n < 1100; ++n) {
    if (n < 70 || n > 1000) {
      ASSERT_EQ(contents(records), from_zero(n));
    }
    records.emplace_back(n);
  }
}

TEST(record_store, growing_beyond_the_first_chunk_moves_nothing) {
  store records = filled(1024);
  counted::reset();
  std::vector<const counted*> where;
  for (unsigned n = 0; n < 5000; ++n) {
    if (n >= 1024) records.emplace_back(static_cast<int>(n));
    where.push_back(&records[n]);
  }
  for (unsigned n = 0; n < 5000; ++n) ASSERT_EQ(&records[n], where[n]);
  EXPECT_EQ(counted::copies() + counted::moves(), 0);
}

TEST(record_store, growing_copies_nothing) {
  counted::reset();
  const store records = filled(1024);
  EXPECT_EQ(counted::copies(), 0);
  EXPECT_LE(counted::moves(), 1024);
}

TEST(record_store, without_memory_for_a_smaller_chunk_the_larger_one_stays) {
  store records = filled(100);
  while (records.size() > 3) {
    EXPECT_NE(with_failing_allocation(1, [&] { records.pop_back(); }), outcome::threw);
  }
  EXPECT_EQ(contents(records), from_zero(3));
}

TEST(record_store, each_record_is_destroyed_once) {
  const int before = counted::alive();
  store records = filled(3000);
  EXPECT_EQ(counted::alive(), before + 3000);
  for (int n = 0; n < 1000; ++n) records.pop_back();
  EXPECT_EQ(counted::alive(), before + 2000);
  EXPECT_EQ(contents(records), from_zero(2000));
  records.clear();
  EXPECT_EQ(counted::alive(), before);
  { const store dies = filled(100); }
  EXPECT_EQ(counted::alive(), before);
}

TEST(record_store, all_memory_is_given_back) {
  const allocation_scope counting;
  store records = filled(5000);
  EXPECT_GE(counting.live_bytes(), static_cast<std::int64_t>(5000 * sizeof(counted)));
  while (records.size() > 0) records.pop_back();
  const auto after_popping = counting.live_bytes();
  EXPECT_EQ(after_popping, 0);
  records = filled(5000);
  records.clear();
  const auto after_clear = counting.live_bytes();
  EXPECT_EQ(after_clear, 0);
}

TEST(record_store, bytes_is_what_is_allocated) {
  const allocation_scope counting;
  store records;
  EXPECT_EQ(records.bytes(), 0U);
  std::vector<std::int64_t> off;
  off.reserve(10'000);
  const auto reserved = counting.live_bytes();
  for (int n = 0; n < 5000; ++n) {
    records.emplace_back(n);
    off.push_back(counting.live_bytes() - reserved - static_cast<std::int64_t>(records.bytes()));
  }
  while (records.size() > 0) {
    records.pop_back();
    off.push_back(counting.live_bytes() - reserved - static_cast<std::int64_t>(records.bytes()));
  }
  EXPECT_EQ(off, std::vector<std::int64_t>(10'000, 0));
}

TEST(record_store, memory_follows_the_number_of_records_down) {
  store records = filled(100'000);
  const std::size_t full = records.bytes();
  while (records.size() > 10'000) records.pop_back();
  EXPECT_LT(records.bytes(), full / 5);
  while (records.size() > 20) records.pop_back();
  EXPECT_LT(records.bytes(), full / 200);
}

TEST(record_store, size_that_swings_around_an_edge_allocates_nothing) {
  for (const int edge : {8, 16, 64, 512, 1024, 2048}) {
    store records = filled(edge + 1);
    const allocation_scope counting;
    for (int n = 0; n < 100; ++n) {
      records.pop_back();
      records.pop_back();
      records.emplace_back(0);
      records.emplace_back(0);
    }
    const auto allocations = counting.allocations();
    EXPECT_EQ(allocations, 0U) << edge;
  }
}

TEST(record_store, moved_from_store_is_empty_and_usable) {
  store from = filled(100);
  store to{std::move(from)};
  EXPECT_EQ(from.size(), 0U);
  EXPECT_EQ(to.size(), 100U);
  from.emplace_back(0);
  from.emplace_back(1);
  EXPECT_EQ(contents(from), from_zero(2));
  to = std::move(from);
  EXPECT_EQ(contents(to), from_zero(2));
  EXPECT_EQ(from.size(), 0U);
  EXPECT_EQ(from.bytes(), 0U);
}

TEST(record_store, failed_growth_changes_nothing) {
  for (const int size : {0, 8, 16, 512, 1024, 2048}) {
    for (std::uint64_t n = 1;; ++n) {
      store records = filled(size);
      const allocation_scope counting;
      const outcome result = with_failing_allocation(n, [&] { records.emplace_back(size); });
      if (result == outcome::untouched) {
        EXPECT_GT(n, 1U) << "growing from " << size << " should allocate";
        break;
      }
      ASSERT_EQ(result, outcome::threw);
      ASSERT_EQ(contents(records), from_zero(size));
      records.emplace_back(size);
      ASSERT_EQ(contents(records), from_zero(size + 1));
    }
  }
}

}  // namespace
}  // namespace presence::test::set_record_store_test
