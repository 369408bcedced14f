// Counted, not assumed: in-process delivery copies no data.
#include "support/counted.hpp"
#include <presence/basic_hub.hpp>
#include <presence/basic_presence.hpp>
#include <presence/loopback.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <deque>
#include <vector>

namespace presence::test::hub_zero_copy_test {
namespace {

/// A session with a participant that notes what it sees.
struct listener {
  explicit listener(hub<counted>& of)
      : session(of.connect("listener")),
        room(session.room("lobby")),
        heard(room.subscribe([this](const auto& e) { seen.push_back(e.data.get()); })) {}

  basic_hub<counted>::session_type session;
  local_presence<counted> room;
  std::vector<const counted*> seen;
  subscription heard;
};

class hub_zero_copy : public ::testing::Test {
 protected:
  presence::hub<counted> hub;
  basic_hub<counted>::session_type session = hub.connect("sender");
  local_presence<counted> sender{session.room("lobby")};

  void SetUp() override { counted::reset(); }
};

TEST_F(hub_zero_copy, fan_out_to_a_hundred_participants_copies_no_data) {
  std::deque<listener> listeners;
  for (int n = 0; n < 100; ++n) listeners.emplace_back(hub);
  sender.enter(counted{1});
  const int moves = counted::moves();
  sender.update(counted{2});
  EXPECT_EQ(counted::copies(), 0);
  EXPECT_EQ(counted::moves(), 2 * moves);
  EXPECT_LE(moves, 3);             // on the way into the hub, whatever the number of listeners
  EXPECT_EQ(counted::alive(), 1);  // one for all
  const counted* const shared = listeners[0].seen[1];
  EXPECT_EQ(shared->value, 2);
  for (const listener& each : listeners) {
    ASSERT_EQ(each.seen.size(), 2U);
    EXPECT_EQ(each.seen[1], shared);
    EXPECT_EQ(each.room.get("sender").value()[0].data.get(), shared);
  }
  EXPECT_EQ(hub.members("lobby")[0].data.get(), shared);
  sender.leave();
  EXPECT_EQ(listeners[99].seen[2], shared);  // a leave carries the last data (RTP10a)
  EXPECT_EQ(counted::copies(), 0);
  EXPECT_EQ(counted::alive(), 0);
}

TEST_F(hub_zero_copy, sync_to_a_newcomer_copies_no_data) {
  sender.enter(counted{1});
  std::deque<listener> listeners;
  for (int n = 0; n < 100; ++n) listeners.emplace_back(hub);
  EXPECT_EQ(counted::copies(), 0);
  EXPECT_EQ(counted::alive(), 1);
  for (const listener& each : listeners) EXPECT_EQ(each.seen[0], listeners[0].seen[0]);
}

TEST_F(hub_zero_copy, nothing_is_kept_of_data_that_is_refused) {
  sender.detach();
  sender.enter(counted{1});
  EXPECT_EQ(counted::alive(), 0);
}

}  // namespace
}  // namespace presence::test::hub_zero_copy_test
