// Lack of memory is a status, wherever it comes.
#include "c_abi.hpp"
#include "support/counting_new.hpp"

#include <cstdint>

namespace c_abi::memory {
namespace {

using presence::test::outcome;
using presence::test::with_failing_allocation;

/// A little of everything. A call that lacks memory has done nothing, and is made once more.
struct story {
  int taken = 0;  ///< operations
  bool ran_short = false;
  probe heard;
  probe entered;
  probe left;
  probe wake;

  template <class Call>
  bool works(Call call) {
    presence_status status = call();
    if (status == PRESENCE_ERR_NO_MEMORY) {
      ran_short = true;
      status = call();
    }
    EXPECT_EQ(status, PRESENCE_OK);
    return status == PRESENCE_OK;
  }

  void run() {
    presence_hub* hub = nullptr;
    presence_identity who;
    presence_session *alice = nullptr, *bob = nullptr, *back = nullptr;
    presence_participant *a = nullptr, *b = nullptr;
    presence_subscription* listening = nullptr;
    presence_snapshot* snapshot = nullptr;
    presence_bytes key{nullptr, 0};
    presence_room_state state{};
    size_t ended = 0;

    EXPECT_EQ(presence_identity_init(&who, sizeof who), PRESENCE_OK);
    works([&] { return presence_hub_create(nullptr, wake.wake(), &hub); });
    who.client_id = bytes("alice");
    works([&] { return presence_hub_connect(hub, &who, &alice); });
    who.client_id = bytes("a client id that is too long to be kept inside of a string object");
    works([&] { return presence_hub_connect(hub, &who, &bob); });
    works([&] { return presence_session_room(alice, bytes("lobby"), &a); });
    works([&] { return presence_session_room(bob, bytes("lobby"), &b); });

    // Their ends would wait for ever if a lock of the participant were held.
    heard.at_end = [&] { EXPECT_EQ(presence_participant_state(b, &state), PRESENCE_OK); };
    entered.at_end = [&] { EXPECT_EQ(presence_participant_state(a, &state), PRESENCE_OK); };
    works([&] { return presence_participant_subscribe(b, PRESENCE_ALL_ACTIONS, heard.quiet_listener(), &listening); });
    taken += works([&] {
      return presence_participant_enter(a, bytes("data that are too long to be kept inside of a string object"),
                                        entered.completion());
    });
    // An attach that lacked memory has failed the room.
    EXPECT_EQ(presence_participant_state(b, &state), PRESENCE_OK);
    if (state == PRESENCE_ROOM_ATTACHED) {
      works([&] { return presence_participant_snapshot(b, &snapshot); });
    } else {
      ran_short = true;
      EXPECT_EQ(presence_participant_snapshot(b, &snapshot), PRESENCE_ERR_INVALID_ROOM_STATE);
    }
    EXPECT_EQ(presence_session_resume_key(alice, &key), PRESENCE_OK);
    works([&] { return presence_session_drop(alice); });
    works([&] { return presence_hub_resume(hub, key, &back); });
    works([&] { return presence_hub_run_due(hub, &ended); });
    taken += works([&] { return presence_participant_leave_client(b, bytes("x"), {nullptr, 0}, left.completion()); });

    presence_snapshot_destroy(snapshot);
    presence_session_destroy(back);
    presence_session_destroy(alice);
    presence_session_destroy(bob);
    presence_subscription_destroy(listening);
    presence_participant_destroy(a);
    presence_participant_destroy(b);
    presence_hub_destroy(hub);
  }
};

TEST(c_abi_memory, whichever_allocation_fails_it_is_a_status_and_user_data_end_once) {
  story{}.run();  // what is made once for a thread is made now
  int runs_that_failed = 0;
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE(n);
    story told;
    const outcome result = with_failing_allocation(n, [&] { told.run(); });
    EXPECT_NE(result, outcome::threw);
    EXPECT_EQ(told.entered.calls + told.left.calls, told.taken);
    EXPECT_NE(told.entered.outcome, PRESENCE_ERR_OTHER);
    for (const probe* each : {&told.heard, &told.entered, &told.left, &told.wake}) {
      EXPECT_EQ(each->ended, each->given);
    }
    if (result == outcome::untouched) break;
    if (told.ran_short) ++runs_that_failed;
  }
  EXPECT_GT(runs_that_failed, 20);
}

}  // namespace
}  // namespace c_abi::memory
