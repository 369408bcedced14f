// Syncs are numbered in 16 bits, from 1 on. Tests that do not count so far reach in and set the number.
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace presence::test::set_epoch_test {
namespace {

using string_set = basic_member_set<std::string>;

std::uint32_t string_set::*epoch();

/// The language does not check access in the arguments of an explicit instantiation.
template <std::uint32_t string_set::*Member>
struct opened {
  friend std::uint32_t string_set::*epoch() { return Member; }
};
template struct opened<&string_set::epoch_>;

constexpr std::uint32_t last_epoch = (1U << 16U) - 1;

TEST(member_set, sync_whose_number_starts_over_confirms_and_removes_as_any_RTP19) {
  watched_set room;
  (*room).*epoch() = last_epoch - 1;
  room.apply(enter("alice", "c").serial(1));
  room.apply(enter("bob", "c").serial(1));
  for (int n = 0; n < 4; ++n) {  // the numbers last_epoch, 1, 2, 3
    const std::string newcomer = "newcomer" + std::to_string(n);
    room.apply(enter(newcomer, "c").serial(1));
    EXPECT_EQ(room.sync("s:1", {present("alice", "c").serial(1)}), silence);
    EXPECT_EQ(room.sync("s:", {present("bob", "c").serial(1)}), lines{"leave " + newcomer + "/c resync offline"});
  }
  EXPECT_EQ((*room).*epoch(), 3U);
  EXPECT_EQ(room.members(), (lines{"alice/c", "bob/c"}));
}

TEST(member_set, sync_begun_before_the_number_starts_over_is_discarded_as_any_RTP18a) {
  watched_set room;
  (*room).*epoch() = last_epoch - 1;
  room.apply(enter("alice", "c").serial(1));
  room.apply(enter("bob", "c").serial(1));
  room.sync("s:1", {present("alice", "c").serial(1)});
  EXPECT_EQ((*room).*epoch(), last_epoch);
  EXPECT_EQ(room.sync("t:", {present("bob", "c").serial(1)}), lines{"leave alice/c resync offline"});
}

/// A page of ever another sequence discards the sync before it, so that nothing ever confirms or removes the members.
TEST(member_set, member_that_nothing_confirmed_in_a_whole_round_of_numbers_leaves_RTP19) {
  watched_set room;
  room.attach();
  room.apply(enter("alice", "c").serial(1));  // confirmed by this sync, and by none of those that follow
  const std::uint32_t confirmed_in = (*room).*epoch();
  do room->start_sync();
  while ((*room).*epoch() != confirmed_in);
  EXPECT_FALSE(room->confirmed("alice", "c"));
  EXPECT_EQ(room.sync("s:"), lines{"leave alice/c resync offline"});
}

}  // namespace
}  // namespace presence::test::set_epoch_test
