// Erasing, clearing and moving a set, and what becomes of the data in it.
#include "support/counted.hpp"
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>

namespace presence::test::set_lifetime_test {
namespace {

using counted_set = basic_member_set<counted>;

struct ignore {
  void operator()(const message<counted>&, user_change) const {}
};

message_builder<counted> member_with(int value) {
  return enter<counted>("u" + std::to_string(value), "c").serial(1).data(value);
}

TEST(member_set, erase_moves_records_with_all_they_hold) {
  watched_set room;
  const auto client = [](int n) { return "user" + std::to_string(n / 2); };
  const auto connection = [](int n) { return "connection-of-some-length-" + std::to_string(n % 2); };
  for (int n = 0; n < 100; ++n) {
    room.apply(enter(client(n), connection(n)).serial(static_cast<unsigned>(n)).at(n).data(std::to_string(n)));
  }
  for (int n = 0; n < 100; n += 3) room.apply(leave(client(n), connection(n)).serial(1000));
  for (int n = 0; n < 100; ++n) {
    const auto found = room->find(client(n), connection(n));
    ASSERT_EQ(found.has_value(), n % 3 != 0) << n;
    if (!found) continue;
    EXPECT_EQ(*found->data, std::to_string(n));
    EXPECT_EQ(found->updated_at, at_ms(n));
    EXPECT_EQ(found->id.msg_serial, static_cast<unsigned>(n));
  }
}

TEST(member_set, records_keep_their_confirmation_when_they_move_RTP19) {
  watched_set room;
  for (const char* client : {"alice", "bob", "carol"}) room.apply(enter(client, "c").serial(1));
  room.sync("s:1", {present("carol", "c").serial(1)});
  room.apply(leave("alice", "c").serial(2));  // carol's record takes alice's place
  EXPECT_EQ(room.sync("s:"), lines{"leave bob/c resync offline"});
}

TEST(member_set, clear_forgets_everything_and_tells_nobody_RTP5a) {
  watched_set room;
  for (int n = 0; n < 100; ++n) room.apply(enter("alice", "c" + std::to_string(n)));
  room.apply(enter("bob", "c"));
  room->clear();
  EXPECT_TRUE(room->empty());
  EXPECT_EQ(room->user_count(), 0U);
  EXPECT_FALSE(room->contains("alice", "c1"));
  EXPECT_FALSE(room->contains_user("bob"));
  EXPECT_EQ(room.apply(enter("bob", "c")), lines{"enter bob/c online"});
}

TEST(member_set, clear_is_a_change_of_the_visible_set_only_if_somebody_was_there) {
  watched_set room;
  room->clear();
  EXPECT_EQ(room->version(), 0U);
  room.apply(enter("alice", "c"));
  room->clear();
  EXPECT_EQ(room->version(), 2U);
}

TEST(member_set, clear_ends_a_sync_and_its_markers) {
  watched_set room;
  room.sync("s:1", {present("alice", "c").serial(1)});
  room.apply(leave("bob", "c").serial(9));
  room->clear();
  EXPECT_FALSE(room->syncing());
  EXPECT_EQ(room.apply(enter("bob", "c").serial(1)), lines{"enter bob/c online"});
  EXPECT_EQ(room.sync("s:", {present("carol", "c")}), (lines{"present carol/c online", "leave bob/c resync offline"}));
}

TEST(member_set, clear_gives_all_memory_back) {
  watched_set room;
  const std::size_t empty = room->bytes();
  for (int n = 0; n < 100; ++n) room.apply(enter("alice", "c" + std::to_string(n)));
  room.attach();
  room.apply(leave("alice", "c1").serial(9));
  room->clear();
  EXPECT_EQ(room->bytes(), empty);
}

TEST(member_set, is_movable_without_throwing_and_not_copyable) {
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<counted_set>);
  EXPECT_TRUE(std::is_nothrow_move_assignable_v<counted_set>);
  EXPECT_FALSE(std::is_copy_constructible_v<counted_set>);
  EXPECT_FALSE(std::is_copy_assignable_v<counted_set>);
}

/// A set with members, a crowd and a marker, in the middle of a sync that has confirmed alice.
watched_set busy_set() {
  watched_set room;
  room.apply(enter("alice", "c").serial(1));
  for (int n = 0; n < 20; ++n) room.apply(enter("bob", "c" + std::to_string(n)).serial(1));
  room.sync("s:1", {present("alice", "c").serial(1)});
  room.apply(leave("carol", "c").serial(5));
  return room;
}

void expect_busy(watched_set& room) {
  EXPECT_EQ(room->size(), 21U);
  EXPECT_EQ(room->connections("bob"), 20U);
  EXPECT_TRUE(room->contains("bob", "c7"));
  EXPECT_TRUE(room->syncing());
  EXPECT_EQ(room.sync("s:2", {present("carol", "c").serial(4)}), silence);
  EXPECT_EQ(room.sync("s:").size(), 20U);
  EXPECT_EQ(room.members(), lines{"alice/c"});
}

TEST(member_set, moving_takes_members_and_sync_along) {
  watched_set from = busy_set();
  watched_set to{std::move(from)};
  expect_busy(to);
}

TEST(member_set, move_assignment_takes_members_and_sync_along) {
  watched_set from = busy_set();
  watched_set to;
  to.apply(enter("dave", "c"));
  to = std::move(from);
  EXPECT_FALSE(to->contains_user("dave"));
  expect_busy(to);
}

TEST(member_set, swapped_sets_have_each_others_members) {
  watched_set a = busy_set();
  watched_set b;
  b.apply(enter("dave", "c"));
  std::swap(*a, *b);
  EXPECT_EQ(a.members(), lines{"dave/c"});
  EXPECT_FALSE(a->syncing());
  expect_busy(b);
}

TEST(member_set, swapped_sets_remember_whom_they_confirmed_RTP19) {
  watched_set three;
  watched_set two;
  for (const char* client : {"a", "b", "c"}) three.apply(enter(client, "c").serial(1));
  for (const char* client : {"x", "y"}) two.apply(enter(client, "c").serial(1));
  three.sync("s:1", {present("a", "c").serial(1), present("b", "c").serial(1)});
  two.sync("s:1", {present("x", "c").serial(1)});
  std::swap(*three, *two);
  EXPECT_EQ(two.sync("s:"), lines{"leave c/c resync offline"});
  EXPECT_EQ(three.sync("s:"), lines{"leave y/c resync offline"});
}

TEST(member_set, moved_from_set_is_as_good_as_new) {
  watched_set from = busy_set();
  const watched_set to{std::move(from)};
  EXPECT_TRUE(from->empty());
  EXPECT_EQ(from->user_count(), 0U);
  EXPECT_FALSE(from->syncing());
  EXPECT_FALSE(from->contains("alice", "c"));
  EXPECT_EQ(
      from->bytes(), watched_set {} -> bytes());
  EXPECT_EQ(from.apply(enter("alice", "c").serial(1)), lines{"enter alice/c online"});
  EXPECT_EQ(from.sync("s:"), lines{"leave alice/c resync offline"});
}

TEST(member_set, moved_from_by_assignment_is_as_good_as_new) {
  watched_set from = busy_set();
  watched_set to = busy_set();
  to = std::move(from);
  EXPECT_TRUE(from->empty());
  EXPECT_FALSE(from->syncing());
  EXPECT_EQ(from.apply(enter("bob", "c1").serial(1)), lines{"enter bob/c1 online"});
  EXPECT_EQ(from.sync("s:"), lines{"leave bob/c1 resync offline"});
}

TEST(member_set, data_is_never_copied_nor_moved) {
  counted::reset();
  counted_set set;
  for (int n = 0; n < 50; ++n) set.apply(member_with(n), ignore{});
  set.apply(update<counted>("u1", "c").serial(2).data(7), ignore{});
  const member<counted> taken(*set.find("u1", "c"));
  set.apply(leave<counted>("u2", "c").serial(2), ignore{});
  set.leave_all(at_ms(0), [](message<counted>&& leave, user_change) { message<counted> kept{std::move(leave)}; });
  EXPECT_EQ(taken.data->value, 7);
  EXPECT_EQ(counted::copies(), 0);
  EXPECT_EQ(counted::moves(), 0);
}

TEST(member_set, data_is_released_when_its_member_goes) {
  const int before = counted::alive();
  {
    counted_set set;
    set.apply(member_with(1), ignore{});
    set.apply(member_with(2), ignore{});
    set.apply(member_with(3), ignore{});
    EXPECT_EQ(counted::alive(), before + 3);
    set.apply(update<counted>("u1", "c").serial(2).data(7), ignore{});
    EXPECT_EQ(counted::alive(), before + 3);
    set.apply(leave<counted>("u2", "c").serial(2), ignore{});
    EXPECT_EQ(counted::alive(), before + 2);
    set.leave_all(at_ms(0), [](message<counted>&&, user_change) {});
    EXPECT_EQ(counted::alive(), before);
    set.apply(member_with(4), ignore{});
    set.clear();
    EXPECT_EQ(counted::alive(), before);
    set.apply(member_with(5), ignore{});
    set = counted_set{};
    EXPECT_EQ(counted::alive(), before);
    set.apply(member_with(6), ignore{});
  }
  EXPECT_EQ(counted::alive(), before);
}

TEST(member_set, markers_hold_no_data_RTP2h2) {
  const int before = counted::alive();
  counted_set set;
  set.start_sync();
  set.apply(leave<counted>("alice", "c").data(1), ignore{});
  EXPECT_EQ(counted::alive(), before);
}

}  // namespace
}  // namespace presence::test::set_lifetime_test
