// Messages whose action says nothing that this version understands.
#include "support/watched_set.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace presence::test::set_unknown_action_test {
namespace {

const std::vector<action> without_meaning = {action::absent, static_cast<action>(5), static_cast<action>(7),
                                             static_cast<action>(40), static_cast<action>(255)};

message<std::string> says(action what, std::string_view client) {
  return message_builder<>{what, client, "c"}.serial(9).data("x");
}

TEST(member_set, message_of_an_unknown_or_absent_action_changes_nothing_S18) {
  for (const action what : without_meaning) {
    watched_set room;
    room.apply(enter("alice", "c").serial(1).data("a"));
    EXPECT_EQ(room.apply(says(what, "alice")), silence);
    EXPECT_EQ(room.apply(says(what, "bob")), silence);
    EXPECT_EQ(room.members(), lines{"alice/c"});
    EXPECT_EQ(*room->find("alice", "c")->data, "a");
    EXPECT_EQ(room.apply(update("alice", "c").serial(2)), lines{"update alice/c"});  // not judged by it either
  }
}

TEST(member_set, page_with_an_unknown_or_absent_action_is_taken_without_it_S18) {
  for (const action what : without_meaning) {
    watched_set room;
    room.apply(enter("alice", "c").serial(1));
    EXPECT_EQ(room.sync("s:", {says(what, "alice"), says(what, "bob"), present("carol", "c").serial(1)}),
              (lines{"present carol/c online", "leave alice/c resync offline"}));  // it confirms nobody
    EXPECT_EQ(room.members(), lines{"carol/c"});
  }
}

TEST(member_set, message_of_an_unknown_or_absent_action_is_told_as_ignored_S18) {
  for (const action what : without_meaning) {
    basic_member_set<std::string> set;
    std::vector<message<std::string>> ignored;
    int accepted = 0;
    set.apply(
        {says(what, "alice"), enter("bob", "c").serial(1)}, [](const message<std::string>&, user_change) {},
        [&](const message<std::string>&) { return ++accepted > 0; },
        [&](const message<std::string>& m) { ignored.push_back(m); });
    EXPECT_EQ(accepted, 2);
    ASSERT_EQ(ignored.size(), 1U);
    EXPECT_EQ(ignored.front().client_id, "alice");
  }
}

}  // namespace
}  // namespace presence::test::set_unknown_action_test
