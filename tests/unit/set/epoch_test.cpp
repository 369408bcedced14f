// Syncs are numbered in 28 bits. No test can count that far, so this one reaches in and sets the number.
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace presence::test {
namespace {

using string_set = basic_member_set<std::string>;

std::uint32_t string_set::*epoch();

/// The language does not check access in the arguments of an explicit instantiation.
template <std::uint32_t string_set::*Member>
struct opened {
  friend std::uint32_t string_set::*epoch() { return Member; }
};
template struct opened<&string_set::epoch_>;

constexpr std::uint32_t last_epoch = (1U << 28U) - 1;

TEST(member_set, sync_whose_number_starts_over_confirms_and_removes_as_any_RTP19) {
  watched_set room;
  (*room).*epoch() = last_epoch - 1;
  room.apply(enter("alice", "c").serial(1));
  room.apply(enter("bob", "c").serial(1));
  for (int n = 0; n < 4; ++n) {  // the numbers last_epoch, 0, 1, 2
    const std::string newcomer = "newcomer" + std::to_string(n);
    room.apply(enter(newcomer, "c").serial(1));
    EXPECT_EQ(room.sync("s:1", {present("alice", "c").serial(1)}), silence);
    EXPECT_EQ(room.sync("s:", {present("bob", "c").serial(1)}), lines{"leave " + newcomer + "/c resync offline"});
  }
  EXPECT_EQ((*room).*epoch(), 2U);
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

}  // namespace
}  // namespace presence::test
