// A batch changes the set as its messages do one by one.
#include "support/counting_new.hpp"
#include "support/messages.hpp"
#include <presence/member_set.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace presence::test::set_batch_test {
namespace {

using set_type = basic_member_set<int>;
using lines = std::vector<std::string>;

std::string line(const message<int>& m, user_change change) {
  return m.client_id + '/' + m.connection_id + ' ' + std::string{to_string(m.action)} + ' ' +
         std::to_string(m.id.msg_serial) + ' ' + std::string{to_string(change)};
}

lines members(const set_type& set) {
  lines all;
  set.for_each([&](const member_view<int>& m) {
    all.push_back(std::string{m.client_id} + '/' + std::string{m.connection_id} + ' ' +
                  std::to_string(m.id.msg_serial));
  });
  std::sort(all.begin(), all.end());
  return all;
}

/// Few users with several connections and many with one; news and old news; every third a leave.
std::vector<message<int>> random_messages(std::mt19937& random, std::size_t count, std::uint64_t serial) {
  std::vector<message<int>> made;
  while (made.size() < count) {
    const std::string client = "client" + std::to_string(random() % 2 == 0 ? random() % 3 : random() % 3000);
    const std::string connection = "c" + std::to_string(random() % 20);
    message<int> m =
        update<int>(client, connection).serial(serial + random() % 5, static_cast<std::uint32_t>(made.size()));
    if (random() % 3 == 0) m.action = action::leave;
    made.push_back(m);
  }
  return made;
}

bool is_refused(const message<int>& m) { return m.connection_id == "c7"; }

TEST(member_set_batch, changes_and_tells_what_its_messages_do_one_by_one) {
  std::mt19937 random{11};
  set_type together;
  set_type one_by_one;
  std::uint64_t serial = 1;
  for (const std::size_t size : {0U, 1U, 2U, 4U, 8U, 11U, 12U, 13U, 16U, 17U, 100U, 1500U, 5000U, 3U, 2000U}) {
    const auto batch = random_messages(random, size, serial += 3);
    lines told;
    lines ignored;
    together.apply(
        batch, [&](const message<int>& m, user_change change) { told.push_back(line(m, change)); },
        [](const message<int>& m) { return !is_refused(m); },
        [&](const message<int>& m) { ignored.push_back(line(m, user_change::none)); });
    lines expected;
    lines expected_ignored;
    for (const message<int>& m : batch) {
      if (is_refused(m)) continue;
      const bool changed =
          one_by_one.apply(m, [&](const message<int>& e, user_change change) { expected.push_back(line(e, change)); });
      if (!changed) expected_ignored.push_back(line(m, user_change::none));
    }
    ASSERT_EQ(told, expected) << size;
    ASSERT_EQ(ignored, expected_ignored) << size;
    ASSERT_EQ(members(together), members(one_by_one)) << size;
    ASSERT_EQ(together.user_count(), one_by_one.user_count()) << size;
  }
  EXPECT_GT(together.size(), 1024U);
}

TEST(member_set_batch, what_was_applied_before_a_callback_threw_stands) {
  std::vector<message<int>> batch;
  for (int n = 0; n < 30; ++n) batch.push_back(enter<int>("client" + std::to_string(n), "c").serial(1));
  set_type set;
  int told = 0;
  EXPECT_THROW(set.apply(batch,
                         [&](const message<int>&, user_change) {
                           if (++told == 20) throw std::runtime_error{"enough"};
                         }),
               std::runtime_error);
  EXPECT_EQ(set.size(), 20U);
  set.apply(batch, [&](const message<int>&, user_change) { ++told; });
  EXPECT_EQ(set.size(), 30U);
  EXPECT_EQ(told, 30);
}

TEST(member_set_batch, what_was_applied_before_memory_ran_out_stands) {
  std::vector<message<int>> batch;
  for (int n = 0; n < 100; ++n) batch.push_back(enter<int>("client" + std::to_string(n), "c").serial(1));
  for (std::uint64_t n = 1;; ++n) {
    set_type set;
    std::size_t told = 0;
    const auto count = [&](const message<int>&, user_change) { ++told; };
    const outcome result = with_failing_allocation(n, [&] { set.apply(batch, count); });
    ASSERT_EQ(set.size(), told);
    if (result == outcome::untouched) break;
    ASSERT_EQ(result, outcome::threw);
    set.apply(batch, count);
    ASSERT_EQ(told, 100U);
    ASSERT_EQ(set.size(), 100U);
  }
}

}  // namespace
}  // namespace presence::test::set_batch_test
