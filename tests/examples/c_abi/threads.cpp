// Two threads on one hub and one participant.
#include "support/threads.hpp"

#include "c_abi.hpp"

#include <cstddef>
#include <deque>

namespace c_abi::threads {
namespace {

constexpr presence_bytes none{nullptr, 0};

TEST(c_abi_threads, two_threads_share_a_hub_and_a_participant) {
  constexpr int rounds = 100;
  std::deque<probe> done(std::size_t{2} * rounds);
  std::deque<probe> heard(std::size_t{2} * rounds);
  {
    world w;
    presence::test::run_together(2, [&](std::size_t index) {
      for (std::size_t i = index; i < done.size(); i += 2) {
        presence_subscription* listening = nullptr;
        EXPECT_EQ(presence_participant_subscribe(w.a, PRESENCE_ALL_ACTIONS, heard[i].quiet_listener(), &listening),
                  PRESENCE_OK);
        EXPECT_EQ(presence_participant_update(w.a, bytes("data"), done[i].completion()), PRESENCE_OK);
        presence_subscription_destroy(listening);
        EXPECT_EQ(heard[i].ended, 1) << "before the subscription's end has returned";

        presence_session* session = w.connect("carol");
        presence_participant* there = w.room(session);
        EXPECT_EQ(presence_participant_enter(there, none, nobody), PRESENCE_OK);
        presence_snapshot* snapshot = nullptr;
        EXPECT_EQ(presence_participant_snapshot(w.a, &snapshot), PRESENCE_OK);
        bool present = false;
        EXPECT_EQ(presence_participant_is_user_present(w.a, bytes("nobody"), &present), PRESENCE_OK);
        EXPECT_FALSE(present);
        presence_snapshot_destroy(snapshot);
        presence_session_destroy(session);
        presence_participant_destroy(there);
      }
    });
  }
  for (const probe& each : done) {
    EXPECT_EQ(each.calls, 1);
    EXPECT_EQ(each.ended, 1);
  }
  for (const probe& each : heard) EXPECT_EQ(each.ended, 1);
}

}  // namespace
}  // namespace c_abi::threads
