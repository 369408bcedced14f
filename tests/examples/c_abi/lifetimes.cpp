// Handles that end in any order and anywhere, and user data that end exactly once.
#include "c_abi.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace c_abi::lifetimes {
namespace {

constexpr presence_bytes none{nullptr, 0};

TEST(c_abi_lifetimes, handles_end_in_any_order) {
  std::array<int, 6> order{0, 1, 2, 3, 4, 5};
  do {
    probe heard;
    probe entered;
    probe waits;
    probe wake;
    {
      world w{wake.wake()};
      w.listen(w.b, heard.listener());
      ASSERT_EQ(presence_participant_enter(w.a, none, entered.completion()), PRESENCE_OK);
      ASSERT_EQ(presence_session_drop(w.alice), PRESENCE_OK);
      ASSERT_EQ(presence_participant_update(w.a, none, waits.completion()), PRESENCE_OK);
      EXPECT_EQ(waits.calls, 0);
      for (const int nth : order) {
        w.end(nth);
        EXPECT_EQ(wake.ended, w.hub == nullptr ? 1 : 0);
        EXPECT_EQ(heard.ended, w.listening == nullptr ? 1 : 0);
      }
    }
    EXPECT_GE(heard.calls, 1);
    EXPECT_EQ(entered.calls, 1);
    EXPECT_EQ(entered.outcome, PRESENCE_OK);
    EXPECT_EQ(waits.calls, 1);
    EXPECT_NE(waits.outcome, PRESENCE_OK);
    EXPECT_EQ(wake.calls, 1);
    for (const probe* each : {&entered, &waits, &wake}) EXPECT_EQ(each->ended, 1);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(c_abi_lifetimes, each_handle_may_end_inside_a_listener) {
  for (int nth = 0; nth < 6; ++nth) {
    probe heard;
    probe entered;
    world w;
    w.listen(w.b, heard.quiet_listener());
    heard.then = [&] { w.end(nth); };
    presence_participant* const by = w.a;
    EXPECT_EQ(presence_participant_enter(by, none, entered.completion()), PRESENCE_OK);
    EXPECT_EQ(entered.calls, 1);
    EXPECT_EQ(entered.ended, 1);
    EXPECT_GE(heard.calls, 1);
    EXPECT_EQ(heard.ended, nth == 5 ? 1 : 0);
    w.end(w.listening);
    EXPECT_EQ(heard.ended, 1) << "a participant's end leaves them to the subscription's handle";
  }
}

TEST(c_abi_lifetimes, all_handles_may_end_inside_any_callback) {
  probe heard;
  probe entered;
  probe wake;
  world* w = nullptr;
  const auto end_all = [&] { delete std::exchange(w, nullptr); };

  w = new world{};
  w->listen(w->a, heard.quiet_listener());  // whoever publishes hears it too
  heard.then = end_all;
  EXPECT_EQ(presence_participant_enter(w->a, none, entered.completion()), PRESENCE_OK);
  EXPECT_EQ(w, nullptr);
  EXPECT_EQ(heard.ended, 1);
  EXPECT_EQ(entered.calls, 1);
  EXPECT_EQ(entered.ended, 1);

  w = new world{};
  entered.ended = 0;
  entered.then = end_all;
  EXPECT_EQ(presence_participant_enter(w->a, none, entered.completion()), PRESENCE_OK);
  EXPECT_EQ(w, nullptr);
  EXPECT_EQ(entered.ended, 1);

  w = new world{wake.wake()};
  wake.then = end_all;
  EXPECT_EQ(presence_session_drop(w->alice), PRESENCE_OK);
  EXPECT_EQ(w, nullptr);
  EXPECT_EQ(wake.ended, 1);
}

TEST(c_abi_lifetimes, a_listener_may_run_before_its_subscription_is_known) {
  world w;
  probe heard;
  ASSERT_EQ(presence_participant_enter(w.a, none, nobody), PRESENCE_OK);
  heard.then = [&] {
    EXPECT_EQ(w.listening, nullptr);
    w.end(w.b);
  };
  w.listen(w.b, heard.listener());
  EXPECT_EQ(heard.told, "alice=none ");
  EXPECT_NE(w.listening, nullptr);
  w.end(w.listening);
  EXPECT_EQ(heard.ended, 1);
}

TEST(c_abi_lifetimes, the_end_of_user_data_may_call_the_library) {
  world w;
  probe heard;
  probe entered;
  probe inside;
  heard.at_end = [&] { EXPECT_EQ(presence_participant_update(w.b, none, inside.completion()), PRESENCE_OK); };
  entered.at_end = [&] { w.end(w.listening); };
  w.listen(w.b, heard.listener());
  EXPECT_EQ(presence_participant_enter(w.a, none, entered.completion()), PRESENCE_OK);
  EXPECT_EQ(entered.ended, 1);
  EXPECT_EQ(heard.ended, 1);
  EXPECT_EQ(inside.calls, 1);
  EXPECT_EQ(inside.ended, 1);
}

TEST(c_abi_lifetimes, user_data_of_a_completion_end_right_after_its_call) {
  world w;
  std::string order;
  probe first;
  probe second;
  first.then = second.then = [&] { order += "called "; };
  first.at_end = second.at_end = [&] { order += "ended "; };
  presence_bytes key{};
  presence_session* back = nullptr;
  ASSERT_EQ(presence_participant_enter(w.a, none, nobody), PRESENCE_OK);
  ASSERT_EQ(presence_session_resume_key(w.alice, &key), PRESENCE_OK);
  ASSERT_EQ(presence_session_drop(w.alice), PRESENCE_OK);
  EXPECT_EQ(presence_participant_update(w.a, none, first.completion()), PRESENCE_OK);
  EXPECT_EQ(presence_participant_update(w.a, none, second.completion()), PRESENCE_OK);
  EXPECT_EQ(order, "called ended ") << "superseded";
  EXPECT_EQ(presence_hub_resume(w.hub, key, &back), PRESENCE_OK);
  EXPECT_EQ(order, "called ended called ended ");
  EXPECT_EQ(first.outcome, PRESENCE_ERR_SUPERSEDED);
  EXPECT_EQ(second.outcome, PRESENCE_OK);
  presence_session_destroy(back);
}

TEST(c_abi_lifetimes, callbacks_and_destructors_may_be_left_out) {
  world w;
  probe told;
  presence_completion quiet = told.completion();
  quiet.call = nullptr;
  EXPECT_EQ(presence_participant_enter(w.a, none, quiet), PRESENCE_OK);
  EXPECT_EQ(told.calls, 0);
  EXPECT_EQ(told.ended, 1);
  presence_completion eternal = told.completion();
  eternal.destroy = nullptr;
  told.ended = 0;
  EXPECT_EQ(presence_participant_leave(w.a, none, eternal), PRESENCE_OK);
  EXPECT_EQ(presence_participant_detach(w.a, eternal), PRESENCE_OK);
  EXPECT_EQ(told.calls, 2);
  EXPECT_EQ(told.ended, 0);
}

TEST(c_abi_lifetimes, a_snapshot_outlives_everything) {
  presence_snapshot* snapshot = nullptr;
  {
    world w;
    ASSERT_EQ(presence_participant_enter(w.a, bytes("here"), nobody), PRESENCE_OK);
    ASSERT_EQ(presence_participant_snapshot(w.a, &snapshot), PRESENCE_OK);
  }
  size_t size = 0;
  const presence_member* member = nullptr;
  ASSERT_EQ(presence_snapshot_size(snapshot, &size), PRESENCE_OK);
  ASSERT_EQ(size, 1U);
  ASSERT_EQ(presence_snapshot_at(snapshot, 0, &member), PRESENCE_OK);
  EXPECT_EQ(text(member->client_id), "alice");
  EXPECT_EQ(text(member->data), "here");
  EXPECT_GT(member->entered_at, 0);
  EXPECT_TRUE(PRESENCE_HAS(member, entered_at));
  presence_snapshot_destroy(snapshot);
}

TEST(c_abi_lifetimes_death_test, a_callback_that_throws_ends_the_program) {
  EXPECT_DEATH(
      {
        world w;
        probe heard;
        heard.then = [] { throw std::runtime_error{"not across this border"}; };
        w.listen(w.b, heard.listener());
        static_cast<void>(presence_participant_enter(w.a, none, nobody));
      },
      "not across this border");
}

}  // namespace
}  // namespace c_abi::lifetimes
