// Where the data of a set ends: inside the change, or where its owner says.
#include "support/counted.hpp"
#include "support/counting_new.hpp"
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::set_released_test {
namespace {

/// Calls a function where it ends.
struct last_words {
  explicit last_words(std::function<void()> f) : say(std::move(f)) {}
  last_words(last_words&& other) noexcept : say(std::exchange(other.say, nullptr)) {}
  last_words& operator=(last_words&&) = delete;
  ~last_words() {
    if (say) say();
  }
  std::function<void()> say;
};

using loud_set = basic_member_set<last_words>;
using loud_message = message<last_words>;

/// A set like one that is changed under a lock: nothing may end while it is changed.
class member_set_released : public ::testing::Test {
 protected:
  loud_message with_data(loud_message m) {
    ++alive;
    m.data = shared_data<last_words>::make([this] {
      --alive;
      ended_inside += inside ? 1 : 0;
    });
    return m;
  }
  template <class Change>
  void change(Change&& how) {
    inside = true;
    how();
    inside = false;
  }
  /// Each message is gone when it has been applied, but for what the set has of it.
  void apply(loud_message m) {
    const shared_data<last_words> held = m.data;
    change([&] { set.apply(m, [](const loud_message&, user_change) {}); });
  }

  static loud_message says(action what, std::string_view client, std::uint64_t serial) {
    return message_builder<last_words>{what, client, "c"}.serial(serial);
  }

  int alive = 0;
  int ended_inside = 0;
  bool inside = false;
  loud_set set;
};

TEST_F(member_set_released, replaced_and_removed_data_waits_to_be_taken_S23) {
  set.keep_released();
  apply(with_data(says(action::enter, "alice", 1)));
  apply(with_data(says(action::update, "alice", 2)));  // the first value goes
  EXPECT_EQ(alive, 2);
  apply(says(action::leave, "alice", 3));  // the second
  EXPECT_EQ(alive, 2);
  EXPECT_EQ(ended_inside, 0);
  EXPECT_EQ(set.take_released().size(), 2U);
  EXPECT_EQ(alive, 0);
  EXPECT_TRUE(set.take_released().empty());
}

TEST_F(member_set_released, data_that_somebody_else_holds_is_not_kept_S23) {
  set.keep_released();
  const loud_message first = with_data(says(action::enter, "alice", 1));
  apply(first);
  apply(says(action::update, "alice", 2));
  EXPECT_TRUE(set.take_released().empty());
  EXPECT_EQ(alive, 1);
  EXPECT_TRUE(first.data.has_value());
}

TEST_F(member_set_released, sync_ends_no_data_inside_whether_the_leaves_are_wanted_or_not_S23) {
  for (const bool wanted : {true, false}) {
    set.keep_released();
    for (int n = 0; n < 20; ++n) apply(with_data(says(action::enter, "user" + std::to_string(n), 1)));
    std::vector<loud_message> leaves;
    change([&] {
      set.apply_sync(
          {}, sync_cursor{}, time_point{}, [](const loud_message&, user_change) {},
          [&](loud_message&& m, user_change) {
            if (wanted) leaves.push_back(std::move(m));
          });
    });
    EXPECT_TRUE(set.empty());
    EXPECT_EQ(alive, 20);
    EXPECT_EQ(set.take_released().size(), wanted ? 0U : 20U);
    leaves.clear();
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(ended_inside, 0);
  }
}

TEST_F(member_set_released, take_all_hands_everything_out_S23) {
  set.keep_released();
  for (int n = 0; n < 20; ++n) apply(with_data(says(action::enter, "user" + std::to_string(n), 1)));
  set.start_sync();
  apply(says(action::leave, "user3", 2));
  const auto version = set.version();
  {
    loud_set taken;
    change([&] { taken = set.take_all(); });
    EXPECT_EQ(taken.size(), 19U);
    EXPECT_TRUE(set.empty());
    EXPECT_FALSE(set.syncing());
    EXPECT_EQ(set.absent_count(), 0U);
    EXPECT_EQ(set.version(), version + 1);
    EXPECT_EQ(alive, 20);
    EXPECT_EQ(ended_inside, 0);
  }
  EXPECT_EQ(alive, 1);  // the one that left waits with the set, which goes on keeping
  EXPECT_EQ(set.take_released().size(), 1U);
  apply(with_data(says(action::enter, "user1", 1)));
  apply(says(action::leave, "user1", 2));
  EXPECT_EQ(set.take_released().size(), 1U);
}

TEST_F(member_set_released, replaced_data_goes_to_an_emit_that_asks_for_it_S22) {
  for (const bool keep : {true, false}) {
    if (keep) set.keep_released();
    apply(with_data(says(action::enter, "alice", keep ? 1 : 10)));
    std::vector<shared_data<last_words>> got;
    const auto emit = [&](const loud_message&, user_change, shared_data<last_words>& replaced) {
      got.push_back(std::move(replaced));
    };
    change([&] { set.apply(says(action::update, "alice", 20), emit); });
    ASSERT_EQ(got.size(), 1U);
    EXPECT_TRUE(got[0].has_value());
    change([&] { set.apply(says(action::update, "alice", 21), emit); });
    EXPECT_TRUE(got[1].empty());
    change([&] { set.apply(says(action::leave, "alice", 22), emit); });
    EXPECT_TRUE(got[2].empty());
    change([&] { set.apply(says(action::enter, "alice", 23), emit); });
    EXPECT_TRUE(got[3].empty());
    EXPECT_EQ(set.take_released().size(), 0U);
    got.clear();
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(ended_inside, 0);
    apply(says(action::leave, "alice", 24));
  }
}

TEST_F(member_set_released, lent_memory_is_used_again_S23) {
  set.keep_released();
  apply(with_data(says(action::enter, "alice", 1)));
  apply(with_data(says(action::update, "alice", 2)));
  loud_set::released_type spare = set.take_released();
  spare.clear();
  const auto* const memory = spare.data();
  spare = set.take_released(std::move(spare));
  apply(with_data(says(action::update, "alice", 3)));
  spare = set.take_released();
  ASSERT_EQ(spare.size(), 1U);
  EXPECT_EQ(spare.data(), memory);
}

TEST(member_set, data_that_nothing_runs_for_is_not_kept_S23) {
  basic_member_set<int> set;
  set.keep_released();
  const auto ignore = [](const message<int>&, user_change) {};
  set.apply(enter<int>("alice", "c").serial(1).data(1), ignore);
  set.apply(update<int>("alice", "c").serial(2).data(2), ignore);
  EXPECT_TRUE(set.take_released().empty());
}

TEST(member_set, absent_markers_can_be_counted_and_go_with_the_sync_S24) {
  watched_set room;
  EXPECT_EQ(room->absent_count(), 0U);
  room.attach();
  for (int n = 0; n < 1000; ++n) room.apply(leave("user" + std::to_string(n), "c").serial(1));
  EXPECT_EQ(room->absent_count(), 1000U);
  const std::size_t bytes = room->bytes();
  room.sync("s:");
  EXPECT_EQ(room->absent_count(), 0U);
  EXPECT_LT(room->bytes(), bytes / 100);
  room.apply(leave("alice", "c").serial(1));
  EXPECT_EQ(room->absent_count(), 0U);  // outside of a sync nothing is kept
}

TEST(member_set, emptied_set_holds_no_memory_S24) {
  std::vector<message<std::string>> come;
  std::vector<message<std::string>> go;
  for (int n = 0; n < 3000; ++n) {
    const std::string client = n % 3 == 0 ? "crowd" : "user" + std::to_string(n);
    come.push_back(enter(client, std::to_string(n)).serial(1).data("x"));
    go.push_back(leave(client, std::to_string(n)).serial(2));
  }
  const allocation_scope counting;
  basic_member_set<std::string> set;
  set.keep_released();
  set.start_sync();
  const auto ignore = [](const auto&, user_change) {};
  set.apply(come, ignore);
  come.clear();
  const auto at_first = counting.live_bytes();
  set.apply(go, ignore);
  set.apply_sync({}, sync_cursor{}, time_point{}, ignore, ignore);
  EXPECT_EQ(set.take_released().size(), 3000U);
  EXPECT_LT(counting.live_bytes(), at_first);
  EXPECT_EQ(set.bytes(), sizeof set);
}

}  // namespace
}  // namespace presence::test::set_released_test
