// When a member entered, and whether its connection is there: what the set keeps beside the last message.
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

namespace presence::test::set_entered_test {
namespace {

time_point entered(watched_set& room, std::string_view client = "alice") {
  return room->find(client, "c").value().entered_at;
}

TEST(member_set, entered_at_is_what_the_message_says_S19) {
  watched_set room;
  room.apply(present("alice", "c").serial(1).at(50).entered(7));
  EXPECT_EQ(entered(room), at_ms(7));
  room.apply(update("alice", "c").serial(2).at(60).entered(9));  // who missed a leave and an enter learns of it
  EXPECT_EQ(entered(room), at_ms(9));
}

TEST(member_set, entered_at_not_said_is_as_it_was_S19) {
  watched_set room;
  room.apply(enter("alice", "c").serial(1).at(50).entered(7));
  room.apply(update("alice", "c").serial(2).at(60));
  EXPECT_EQ(entered(room), at_ms(7));
}

TEST(member_set, entered_at_never_said_is_the_time_of_the_first_message_S19) {
  watched_set room;
  room.apply(enter("alice", "c").serial(1).at(50));
  room.apply(update("alice", "c").serial(2).at(60));
  EXPECT_EQ(entered(room), at_ms(50));
  EXPECT_EQ(room->find("alice", "c")->updated_at, at_ms(60));
}

TEST(member_set, entered_at_of_a_stale_message_does_not_count_S19) {
  watched_set room;
  room.apply(enter("alice", "c").serial(2).at(50).entered(7));
  room.apply(update("alice", "c").serial(1).at(40).entered(6));
  EXPECT_EQ(entered(room), at_ms(7));
}

TEST(member_set, who_leaves_and_enters_again_has_another_entered_at_S19) {
  watched_set room;
  room.apply(enter("alice", "c").serial(1).at(50));
  room.apply(leave("alice", "c").serial(2).at(60));
  room.apply(enter("alice", "c").serial(3).at(70));
  EXPECT_EQ(entered(room), at_ms(70));
}

TEST(member_set, entered_at_is_exact_on_both_sides_of_the_first_member_S19) {
  watched_set room;
  const std::int64_t now = 1'800'000'000'000;
  constexpr std::int64_t year = 31'557'600'000;
  room.apply(enter("first", "c").serial(1).at(now));
  for (const std::int64_t distance : {-139 * year, -50 * year - 1, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1},
                                      std::int64_t{1} << 32, 50 * year + 1, 139 * year}) {
    room.apply(enter("alice", "c").serial(1).at(now).entered(now + distance));
    EXPECT_EQ(entered(room), at_ms(now + distance)) << distance;
    room.apply(leave("alice", "c").serial(2));
  }
}

TEST(member_set, entered_at_that_is_centuries_off_is_taken_as_the_farthest_S19) {
  watched_set room;
  room.apply(enter("first", "c").serial(1).at(1000));
  constexpr std::int64_t most = std::int64_t{1} << 42;
  const auto stored = [&](std::int64_t said) {
    room.apply(enter("alice", "c").serial(1).at(1).entered(said));
    const time_point found = entered(room);
    room.apply(leave("alice", "c").serial(2));
    return found;
  };
  EXPECT_EQ(stored(1000 + most - 1), at_ms(1000 + most - 1));
  EXPECT_EQ(stored(1000 + most), at_ms(1000 + most - 1));
  EXPECT_EQ(stored(1000 - most), at_ms(1000 - most));
  EXPECT_EQ(stored(1000 - most - 1), at_ms(1000 - most));
  EXPECT_EQ(stored(std::numeric_limits<std::int64_t>::max()), at_ms(1000 + most - 1));
  EXPECT_EQ(stored(std::numeric_limits<std::int64_t>::min()), at_ms(1000 - most));
}

TEST(member_set, emptied_set_counts_entered_at_anew_S19) {
  watched_set room;
  room.apply(enter("alice", "c").serial(1).at(1));
  room.apply(leave("alice", "c").serial(2));
  const std::int64_t far = std::int64_t{1} << 50;
  room.apply(enter("alice", "c").serial(1).at(far));
  EXPECT_EQ(entered(room), at_ms(far));
}

TEST(member_set, entered_at_survives_moves_of_records_and_of_the_set_S19) {
  watched_set room;
  for (int n = 1; n <= 100; ++n) room.apply(enter("u" + std::to_string(n), "c").serial(1).at(n));
  for (int n = 1; n <= 100; n += 2) room.apply(leave("u" + std::to_string(n), "c").serial(2).at(n));
  const auto moved = std::move(*room);
  for (int n = 2; n <= 100; n += 2) EXPECT_EQ(moved.find("u" + std::to_string(n), "c")->entered_at, at_ms(n));
}

TEST(member_set, leave_at_the_end_of_a_sync_says_when_the_member_entered_S19) {
  watched_set room;
  room.apply(enter("alice", "c").serial(1).at(50).entered(7).lost());
  room.sync("s:", {}, 90);
  EXPECT_EQ(room.last().entered_at, at_ms(7));
  EXPECT_EQ(room.last().timestamp, at_ms(90));
  EXPECT_FALSE(room.last().connected);
}

TEST(member_set, connected_is_as_the_last_message_that_counted_said_S21) {
  watched_set room;
  const auto connected = [&] { return room->find("alice", "c")->connected; };
  room.apply(enter("alice", "c").serial(1));
  EXPECT_TRUE(connected());
  EXPECT_EQ(room.apply(update("alice", "c").serial(2).lost()), lines{"update alice/c"});
  EXPECT_FALSE(connected());
  room.apply(update("alice", "c").serial(1));
  EXPECT_FALSE(connected());
  room.sync("s:", {present("alice", "c").serial(3)});
  EXPECT_TRUE(connected());
}

}  // namespace
}  // namespace presence::test::set_entered_test
