// One client id on very many connections. From nine connections on a user's members stand in an index of their own, which
// is given up again when few are left; nobody may notice.
#include "support/watched_set.hpp"
#include <presence/detail/util/hash.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace presence::test::set_crowd_test {
namespace {

std::string connection(std::size_t n) { return "connection" + std::to_string(n); }

std::vector<std::size_t> shuffled(std::size_t count, unsigned seed) {
  std::vector<std::size_t> order(count);
  for (std::size_t n = 0; n < count; ++n) order[n] = n;
  std::shuffle(order.begin(), order.end(), std::mt19937{seed});
  return order;
}

TEST(member_set, ten_thousand_connections_of_one_client_id) {
  constexpr std::size_t count = 10'000;
  watched_set room;
  room.apply(enter("bob", connection(0)));
  for (const std::size_t n : shuffled(count, 1)) {
    const bool first = room->connections("alice") == 0;
    ASSERT_EQ(room.apply(enter("alice", connection(n)).serial(1).data(connection(n))),
              lines{"enter alice/" + connection(n) + (first ? " online" : "")});
  }
  ASSERT_EQ(room->connections("alice"), count);
  ASSERT_EQ(room->user_count(), 2U);

  for (const std::size_t n : shuffled(count, 2)) {
    ASSERT_EQ(*room->find("alice", connection(n))->data, connection(n));
    ASSERT_EQ(room.apply(update("alice", connection(n)).serial(2).data("new")).size(), 1U);
    ASSERT_EQ(*room->find("alice", connection(n))->data, "new");
  }
  ASSERT_FALSE(room->contains("alice", connection(count)));
  ASSERT_FALSE(room->contains("bob", connection(1)));

  std::size_t left = count;
  for (const std::size_t n : shuffled(count, 3)) {
    ASSERT_EQ(room.apply(leave("alice", connection(n)).serial(3)),
              lines{"leave alice/" + connection(n) + (left == 1 ? " offline" : "")});
    ASSERT_EQ(room->connections("alice"), --left);
    ASSERT_FALSE(room->contains("alice", connection(n)));
  }
  EXPECT_EQ(room.members(), lines{"bob/" + connection(0)});
}

/// A set with that many members, the first `connections` of them of one user, the rest of a user each.
watched_set with_connections(std::size_t connections, std::size_t members) {
  watched_set room;
  for (std::size_t n = 0; n < connections; ++n) room.apply(enter("alice", connection(n)));
  for (std::size_t n = connections; n < members; ++n) room.apply(enter("user" + std::to_string(n), "c"));
  return room;
}

TEST(member_set, crowd_index_begins_at_nine_connections) {
  EXPECT_LE(with_connections(8, 16)->bytes(), with_connections(1, 16)->bytes());
  EXPECT_GT(with_connections(9, 16)->bytes(), with_connections(8, 16)->bytes());
}

TEST(member_set, crowd_index_disbands_at_four_connections) {
  watched_set room = with_connections(9, 22);
  const auto after_leaving = [&](std::size_t n) {
    room.apply(leave("alice", connection(n)).serial(1));
    room.apply(enter("user" + std::to_string(n), "c"));  // the number of members stays the same
    return room->bytes();
  };
  const std::size_t crowded = room->bytes();
  for (std::size_t n = 8; n > 4; --n) EXPECT_EQ(after_leaving(n), crowded) << n << " connections";
  EXPECT_EQ(after_leaving(4), with_connections(4, 22)->bytes());
}

TEST(member_set, user_may_swing_around_the_bounds_of_a_crowd) {
  watched_set room = with_connections(9, 9);
  std::uint64_t serial = 1;
  for (const std::size_t low : {5U, 4U, 3U, 0U, 4U, 5U, 8U, 1U}) {
    for (std::size_t n = low; n < 12; ++n) room.apply(leave("alice", connection(n)).serial(serial));
    ASSERT_EQ(room->connections("alice"), low);
    for (std::size_t n = 0; n < 12; ++n) ASSERT_EQ(room->contains("alice", connection(n)), n < low);
    for (std::size_t n = 0; n < 12; ++n) room.apply(enter("alice", connection(n)).serial(serial + 1));
    ASSERT_EQ(room->connections("alice"), 12U);
    for (std::size_t n = 0; n < 12; ++n) ASSERT_TRUE(room->contains("alice", connection(n)));
    serial += 2;
  }
}

TEST(member_set, two_crowds_share_connection_ids_without_mixing) {
  watched_set room;
  for (std::size_t n = 0; n < 50; ++n) {
    room.apply(enter("alice", connection(n)).serial(1).data("a" + std::to_string(n)));
    room.apply(enter("bob", connection(n)).serial(1).data("b" + std::to_string(n)));
  }
  for (std::size_t n = 0; n < 50; n += 2) room.apply(leave("alice", connection(n)).serial(2));
  for (std::size_t n = 0; n < 50; ++n) {
    ASSERT_EQ(room->contains("alice", connection(n)), n % 2 == 1);
    ASSERT_EQ(*room->find("bob", connection(n))->data, "b" + std::to_string(n));
  }
  EXPECT_EQ(room->connections("alice"), 25U);
  EXPECT_EQ(room->connections("bob"), 50U);
}

/// Two client ids that the set's hash cannot tell apart; with its 32 bits some 80,000 are enough to find a pair.
std::pair<std::string, std::string> ids_of_equal_hash() {
  std::unordered_map<std::uint32_t, std::string> seen;
  for (int n = 0;; ++n) {
    const std::string id = std::to_string(n);
    const auto hash = static_cast<std::uint32_t>(detail::hash_text(id, detail::hash_seed()));
    const auto [at, inserted] = seen.emplace(hash, id);
    if (!inserted) return {at->second, id};
  }
}

TEST(member_set, users_of_equal_hash_are_told_apart) {
  const auto [one, other] = ids_of_equal_hash();
  watched_set room;
  EXPECT_EQ(room.apply(enter(one, "c")), lines{"enter " + one + "/c online"});
  EXPECT_FALSE(room->contains_user(other));
  EXPECT_EQ(room.apply(enter(other, "c")), lines{"enter " + other + "/c online"});
  for (std::size_t n = 0; n < 20; ++n) {
    room.apply(enter(one, connection(n)).serial(1).data(one));
    if (n % 2 == 0) room.apply(enter(other, connection(n)).serial(1).data(other));
  }
  for (std::size_t n = 0; n < 20; ++n) {
    ASSERT_EQ(*room->find(one, connection(n))->data, one);
    ASSERT_EQ(room->contains(other, connection(n)), n % 2 == 0);
    room.apply(leave(one, connection(n)).serial(2));
    ASSERT_EQ(room->contains(other, connection(n)), n % 2 == 0);
  }
  EXPECT_EQ(room.apply(leave(one, "c").serial(1)), lines{"leave " + one + "/c offline"});
  EXPECT_EQ(room->connections(other), 11U);
}

TEST(member_set, first_connection_of_a_crowd_may_leave_first) {
  watched_set room = with_connections(20, 20);
  for (std::size_t n = 0; n < 20; ++n) {
    ASSERT_EQ(room.apply(leave("alice", connection(n)).serial(1)).size(), 1U);
    for (std::size_t other = 0; other < 20; ++other) ASSERT_EQ(room->contains("alice", connection(other)), other > n);
    ASSERT_EQ(room->connections("alice"), 19 - n);
  }
}

TEST(member_set, crowd_is_resynced_as_others_are_RTP19) {
  watched_set room = with_connections(100, 100);
  std::vector<message<std::string>> page;
  for (std::size_t n = 0; n < 100; n += 7) page.push_back(present("alice", connection(n)));
  EXPECT_EQ(room.sync("s:", page).size(), 100 - page.size());
  EXPECT_EQ(room->connections("alice"), page.size());
  for (std::size_t n = 0; n < 100; ++n) EXPECT_EQ(room->contains("alice", connection(n)), n % 7 == 0);
}

}  // namespace
}  // namespace presence::test::set_crowd_test
