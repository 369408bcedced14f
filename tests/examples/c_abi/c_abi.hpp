// What the tests of the C interface share.
#ifndef PRESENCE_TESTS_EXAMPLES_C_ABI_HPP
#define PRESENCE_TESTS_EXAMPLES_C_ABI_HPP

#include "presence_c.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace c_abi {

[[nodiscard]] inline presence_bytes bytes(std::string_view text) { return {text.data(), text.size()}; }
[[nodiscard]] inline std::string text(presence_bytes from) {
  return from.data != nullptr ? std::string{static_cast<const char*>(from.data), from.size} : "none";
}

/// User data that count what is done with them. `then` runs inside each call, `at_end` inside the destructor.
struct probe {
  int given = 0;  ///< how often they were handed over
  std::atomic<int> calls{0};
  std::atomic<int> ended{0};
  presence_status outcome = PRESENCE_OK;
  std::string told;
  std::function<void()> then;
  std::function<void()> at_end;

  void called() {
    EXPECT_LT(ended, given) << "called after its end";
    ++calls;
    if (then) then();
    EXPECT_LT(ended, given) << "ended while it was called";
  }
  static probe& of(void* user_data) { return *static_cast<probe*>(user_data); }
  static void end(void* user_data) {
    ++of(user_data).ended;
    if (of(user_data).at_end) of(user_data).at_end();
  }

  [[nodiscard]] presence_completion completion() {
    ++given;
    return {[](presence_status how, void* user_data) {
              of(user_data).outcome = how;
              of(user_data).called();
            },
            this, end};
  }
  [[nodiscard]] presence_listener listener() {
    ++given;
    return {[](const presence_event* event, void* user_data) {
              of(user_data).told += text(event->client_id) + '=' + text(event->data) + ' ';
              of(user_data).called();
            },
            this, end};
  }
  /// The same without a text, which would need memory.
  [[nodiscard]] presence_listener quiet_listener() {
    ++given;
    return {[](const presence_event*, void* user_data) { of(user_data).called(); }, this, end};
  }
  [[nodiscard]] presence_wake wake() {
    ++given;
    return {[](void* user_data) { of(user_data).called(); }, this, end};
  }
};

inline constexpr presence_completion nobody{nullptr, nullptr, nullptr};
inline constexpr presence_wake no_wake{nullptr, nullptr, nullptr};

/// Alice and bob in the lobby.
struct world {
  explicit world(presence_wake wake = no_wake) {
    EXPECT_EQ(presence_hub_create(nullptr, wake, &hub), PRESENCE_OK);
    alice = connect("alice");
    bob = connect("bob");
    a = room(alice);
    b = room(bob);
  }
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  ~world() {
    end(listening);
    end(a);
    end(b);
    end(alice);
    end(bob);
    end(hub);
  }

  [[nodiscard]] presence_session* connect(std::string_view client_id,
                                          const std::function<void(presence_identity&)>& how = {}) {
    presence_identity who;
    EXPECT_EQ(presence_identity_init(&who, sizeof who), PRESENCE_OK);
    who.client_id = bytes(client_id);
    if (how) how(who);
    presence_session* made = nullptr;
    EXPECT_EQ(presence_hub_connect(hub, &who, &made), PRESENCE_OK);
    return made;
  }
  [[nodiscard]] static presence_participant* room(presence_session* of, std::string_view name = "lobby") {
    presence_participant* made = nullptr;
    EXPECT_EQ(presence_session_room(of, bytes(name), &made), PRESENCE_OK);
    return made;
  }
  void listen(presence_participant* to, presence_listener listener, unsigned actions = PRESENCE_ALL_ACTIONS) {
    EXPECT_EQ(presence_participant_subscribe(to, actions, listener, &listening), PRESENCE_OK);
  }

  void end(presence_hub*& handle) { presence_hub_destroy(std::exchange(handle, nullptr)); }
  void end(presence_session*& handle) { presence_session_destroy(std::exchange(handle, nullptr)); }
  void end(presence_participant*& handle) { presence_participant_destroy(std::exchange(handle, nullptr)); }
  void end(presence_subscription*& handle) { presence_subscription_destroy(std::exchange(handle, nullptr)); }
  /// One of the six, by number.
  void end(int nth) {
    switch (nth) {
      case 0: return end(hub);
      case 1: return end(alice);
      case 2: return end(bob);
      case 3: return end(a);
      case 4: return end(b);
      default: return end(listening);
    }
  }

  presence_hub* hub = nullptr;
  presence_session* alice = nullptr;
  presence_session* bob = nullptr;
  presence_participant* a = nullptr;
  presence_participant* b = nullptr;
  presence_subscription* listening = nullptr;
};

}  // namespace c_abi

#endif
