// Which of two messages counts: RTP2a, RTP2b, RTP2c.
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace presence::test::set_newness_test {
namespace {

using text_message = message<std::string>;

/// Whether `incoming`, live, takes the place of `stored`.
bool replaces(const text_message& stored, const text_message& incoming) {
  watched_set room;
  room.apply(stored);
  return room.apply(incoming) != silence;
}

/// The same with `incoming` in a page of a sync.
bool replaces_in_sync(const text_message& stored, const text_message& incoming) {
  watched_set room;
  room.apply(stored);
  return room.sync("s:1", {incoming}) != silence;
}

TEST(member_set, stale_message_is_dropped_whole_RTP2a) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(5).at(50).data("new").with({{"device", "phone"}}));
  const std::uint64_t version = room->version();

  EXPECT_EQ(room.apply(update("alice", "c1").serial(4).at(60).data("old").with({{"device", "desk"}})), silence);

  const auto alice = room->find("alice", "c1");
  ASSERT_TRUE(alice);
  EXPECT_EQ(*alice->data, "new");
  EXPECT_EQ(alice->extras, (extras{{"device", "phone"}}));
  EXPECT_EQ(alice->updated_at, at_ms(50));
  EXPECT_EQ(alice->id, (message_id{5, 0, id_origin::connection}));
  EXPECT_EQ(room->version(), version);
}

TEST(member_set, newer_message_replaces_everything_RTP2a) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(5).at(50).data("old").with({{"device", "phone"}}));

  EXPECT_EQ(room.apply(update("alice", "c1").serial(6).at(60).data("new").with({{"device", "desk"}})),
            lines{"update alice/c1"});

  const auto alice = room->find("alice", "c1");
  ASSERT_TRUE(alice);
  EXPECT_EQ(*alice->data, "new");
  EXPECT_EQ(alice->extras, (extras{{"device", "desk"}}));
  EXPECT_EQ(alice->updated_at, at_ms(60));
  EXPECT_EQ(alice->id, (message_id{6, 0, id_origin::connection}));
}

TEST(member_set, duplicate_is_dropped_RTP2a) {
  watched_set room;
  const text_message once = enter("alice", "c1").serial(5);
  EXPECT_EQ(room.apply(once), lines{"enter alice/c1 online"});
  EXPECT_EQ(room.apply(once), silence);
}

TEST(member_set, stale_leave_is_dropped_RTP2a) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(5));
  EXPECT_EQ(room.apply(leave("alice", "c1").serial(4)), silence);
  EXPECT_TRUE(room->contains("alice", "c1"));
}

TEST(member_set, each_key_is_judged_by_its_own_history_RTP2a) {
  watched_set room;
  room.apply(enter("alice", "c1").serial(9));
  EXPECT_EQ(room.apply(enter("alice", "c2").serial(1)), lines{"enter alice/c2"});
  EXPECT_EQ(room.apply(enter("bob", "c1").serial(1)), lines{"enter bob/c1 online"});
}

TEST(member_set, first_message_under_a_key_counts_whatever_its_id) {
  watched_set room;
  EXPECT_EQ(room.apply(enter("alice", "c1").serial(0)), lines{"enter alice/c1 online"});
  EXPECT_EQ(room.apply(enter("bob", "c1").synthesized().at(-1)), lines{"enter bob/c1 online"});
  EXPECT_EQ(room.apply(enter("carol", "c1").without_id()), lines{"enter carol/c1 online"});
}

TEST(member_set, larger_serial_is_newer_RTP2b2) {
  EXPECT_TRUE(replaces(enter("a", "c").serial(5), update("a", "c").serial(6)));
  EXPECT_FALSE(replaces(enter("a", "c").serial(5), update("a", "c").serial(4)));
}

TEST(member_set, serial_outweighs_index_RTP2b2) {
  EXPECT_TRUE(replaces(enter("a", "c").serial(5, 7), update("a", "c").serial(6, 0)));
  EXPECT_FALSE(replaces(enter("a", "c").serial(5, 0), update("a", "c").serial(4, 7)));
}

TEST(member_set, index_decides_between_equal_serials_RTP2b2) {
  EXPECT_TRUE(replaces(enter("a", "c").serial(5, 1), update("a", "c").serial(5, 2)));
  EXPECT_FALSE(replaces(enter("a", "c").serial(5, 1), update("a", "c").serial(5, 0)));
}

TEST(member_set, equal_serial_and_index_is_not_newer_RTP2b2) {
  EXPECT_FALSE(replaces(enter("a", "c").serial(5, 1), update("a", "c").serial(5, 1)));
}

TEST(member_set, timestamps_do_not_count_between_ids_of_a_connection_RTP2b2) {
  EXPECT_TRUE(replaces(enter("a", "c").serial(5).at(99), update("a", "c").serial(6).at(1)));
  EXPECT_FALSE(replaces(enter("a", "c").serial(5).at(1), update("a", "c").serial(4).at(99)));
}

TEST(member_set, serials_compare_as_numbers_RTP2b2) {
  const auto with_id = [](message_builder<> built, std::string_view id) {
    text_message m = built;
    m.id = parse_message_id(id, m.connection_id).value();
    return m;
  };
  EXPECT_TRUE(replaces(with_id(enter("a", "c"), "c:9:0"), with_id(update("a", "c"), "c:10:0")));
  EXPECT_FALSE(replaces(with_id(enter("a", "c"), "c:10:0"), with_id(update("a", "c"), "c:9:0")));
  EXPECT_TRUE(replaces(with_id(enter("a", "c"), "c:1:9"), with_id(update("a", "c"), "c:1:10")));
}

TEST(member_set, serials_use_all_their_bits_RTP2b2) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  constexpr auto most_index = std::numeric_limits<std::uint32_t>::max();
  EXPECT_TRUE(replaces(enter("a", "c").serial(most - 1), update("a", "c").serial(most)));
  EXPECT_FALSE(replaces(enter("a", "c").serial(most), update("a", "c").serial(0)));
  EXPECT_TRUE(replaces(enter("a", "c").serial(1, most_index - 1), update("a", "c").serial(1, most_index)));
  EXPECT_FALSE(replaces(enter("a", "c").serial(1, most_index), update("a", "c").serial(1, 0)));
}

TEST(member_set, synthesized_incoming_is_judged_by_time_RTP2b1) {
  EXPECT_TRUE(replaces(enter("a", "c").serial(9).at(10), leave("a", "c").synthesized().at(11)));
  EXPECT_FALSE(replaces(enter("a", "c").serial(0).at(10), leave("a", "c").synthesized().at(9)));
}

TEST(member_set, synthesized_stored_is_judged_by_time_RTP2b1) {
  EXPECT_TRUE(replaces(enter("a", "c").synthesized().at(10), update("a", "c").serial(0).at(11)));
  EXPECT_FALSE(replaces(enter("a", "c").synthesized().at(10), update("a", "c").serial(9).at(9)));
}

TEST(member_set, both_synthesized_are_judged_by_time_RTP2b1) {
  EXPECT_TRUE(replaces(enter("a", "c").synthesized().at(10), update("a", "c").synthesized().at(11)));
  EXPECT_FALSE(replaces(enter("a", "c").synthesized().at(10), update("a", "c").synthesized().at(9)));
}

TEST(member_set, incoming_is_newer_at_equal_times_RTP2b1a) {
  EXPECT_TRUE(replaces(enter("a", "c").serial(9).at(10), leave("a", "c").synthesized().at(10)));
  EXPECT_TRUE(replaces(enter("a", "c").synthesized().at(10), update("a", "c").serial(0).at(10)));
  EXPECT_TRUE(replaces(enter("a", "c").synthesized().at(10), update("a", "c").synthesized().at(10)));
}

TEST(member_set, message_without_id_is_judged_like_a_synthesized_one_RTP2b1) {
  EXPECT_TRUE(replaces(enter("a", "c").serial(9).at(10), update("a", "c").without_id().at(10)));
  EXPECT_FALSE(replaces(enter("a", "c").serial(0).at(10), update("a", "c").without_id().at(9)));
  EXPECT_FALSE(replaces(enter("a", "c").without_id().at(10), update("a", "c").serial(9).at(9)));
}

TEST(member_set, replaced_id_is_what_the_next_message_is_judged_by) {
  watched_set room;
  room.apply(enter("a", "c").serial(9).at(10));
  room.apply(update("a", "c").synthesized().at(20));
  EXPECT_EQ(room.apply(update("a", "c").serial(10).at(15)), silence);
  EXPECT_EQ(room.apply(update("a", "c").serial(3).at(25)), lines{"update a/c"});
  EXPECT_EQ(room.apply(update("a", "c").serial(4).at(5)), lines{"update a/c"});
}

TEST(member_set, sync_messages_are_judged_as_live_ones_are_RTP2c) {
  std::vector<text_message> stored;
  std::vector<text_message> incoming;
  for (const std::uint64_t serial : {4U, 5U, 6U}) {
    for (const std::uint32_t index : {0U, 1U}) {
      for (const int ms : {9, 10, 11}) {
        stored.push_back(enter("a", "c").serial(serial, index).at(ms));
        incoming.push_back(present("a", "c").serial(serial, index).at(ms));
      }
    }
  }
  for (const int ms : {9, 10, 11}) {
    stored.push_back(enter("a", "c").synthesized().at(ms));
    incoming.push_back(present("a", "c").synthesized().at(ms));
    incoming.push_back(leave("a", "c").synthesized().at(ms));
  }
  int newer = 0;
  for (const text_message& old : stored) {
    for (const text_message& now : incoming) {
      EXPECT_EQ(replaces_in_sync(old, now), replaces(old, now))
          << to_string(old.id, "c") << " by " << to_string(now.id, "c");
      newer += replaces(old, now) ? 1 : 0;
    }
  }
  EXPECT_GT(newer, 0);
  EXPECT_LT(newer, static_cast<int>(stored.size() * incoming.size()));
}

}  // namespace
}  // namespace presence::test::set_newness_test
