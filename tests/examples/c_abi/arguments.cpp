// What the C interface takes and refuses.
#include "c_abi.hpp"
#include <presence/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace c_abi::arguments {
namespace {

constexpr presence_status invalid = PRESENCE_ERR_INVALID_ARGUMENT;
constexpr presence_bytes none{nullptr, 0};
/// No handle is made here, and what was there is overwritten.
template <class Handle>
Handle* stale() {
  return reinterpret_cast<Handle*>(1);
}

TEST(c_abi_arguments, a_null_handle_is_an_error) {
  size_t size = 0;
  int64_t time = 0;
  bool flag = false;
  presence_bytes out{};
  presence_room_state state{};
  presence_identity who;
  ASSERT_EQ(presence_identity_init(&who, sizeof who), PRESENCE_OK);

  EXPECT_EQ(presence_hub_options_init(nullptr, sizeof(presence_hub_options)), invalid);
  EXPECT_EQ(presence_hub_run_due(nullptr, &size), invalid);
  EXPECT_EQ(presence_hub_due_in(nullptr, &time), invalid);
  EXPECT_EQ(presence_identity_init(nullptr, sizeof(presence_identity)), invalid);
  auto* session = stale<presence_session>();
  EXPECT_EQ(presence_hub_connect(nullptr, &who, &session), invalid);
  EXPECT_EQ(session, nullptr);
  session = stale<presence_session>();
  EXPECT_EQ(presence_hub_resume(nullptr, bytes("key"), &session), invalid);
  EXPECT_EQ(session, nullptr);
  EXPECT_EQ(presence_session_connection_id(nullptr, &out), invalid);
  EXPECT_EQ(presence_session_resume_key(nullptr, &out), invalid);
  EXPECT_EQ(presence_session_is_connected(nullptr, &flag), invalid);
  EXPECT_EQ(presence_session_drop(nullptr), invalid);
  EXPECT_EQ(presence_session_close(nullptr), invalid);
  auto* participant = stale<presence_participant>();
  EXPECT_EQ(presence_session_room(nullptr, bytes("lobby"), &participant), invalid);
  EXPECT_EQ(participant, nullptr);
  EXPECT_EQ(presence_participant_state(nullptr, &state), invalid);
  EXPECT_EQ(presence_participant_is_user_present(nullptr, bytes("alice"), &flag), invalid);
  auto* snapshot = stale<presence_snapshot>();
  EXPECT_EQ(presence_participant_snapshot(nullptr, &snapshot), invalid);
  EXPECT_EQ(snapshot, nullptr);
  EXPECT_EQ(presence_snapshot_size(nullptr, &size), invalid);
  auto* member = stale<const presence_member>();
  EXPECT_EQ(presence_snapshot_at(nullptr, 0, &member), invalid);
  EXPECT_EQ(member, nullptr);

  presence_hub_destroy(nullptr);
  presence_session_destroy(nullptr);
  presence_participant_destroy(nullptr);
  presence_subscription_destroy(nullptr);
  presence_snapshot_destroy(nullptr);
}

TEST(c_abi_arguments, user_data_of_a_call_that_fails_end_and_its_callback_is_not_called) {
  probe p;
  int failed = 0;
  const auto refused = [&](presence_status status) {
    EXPECT_EQ(status, invalid);
    EXPECT_EQ(p.ended, ++failed);
    EXPECT_EQ(p.calls, 0);
  };
  const auto operation = [&](auto call, auto... with) {
    p.ended = failed;
    refused(call(with..., p.completion()));
  };
  world w;
  constexpr presence_bytes nowhere{nullptr, 1};
  const presence_bytes negative{"", static_cast<size_t>(-1)};
  presence_participant* const no_one = nullptr;

  operation(presence_participant_attach, no_one);
  operation(presence_participant_detach, no_one);
  for (const auto call : {presence_participant_enter, presence_participant_update, presence_participant_leave}) {
    operation(call, no_one, none);
    operation(call, w.a, nowhere);
    operation(call, w.a, negative);
  }
  for (const auto call :
       {presence_participant_enter_client, presence_participant_update_client, presence_participant_leave_client}) {
    operation(call, no_one, bytes("bob"), none);
    operation(call, w.a, nowhere, none);
    operation(call, w.a, negative, none);
    operation(call, w.a, bytes("bob"), nowhere);
  }

  presence_hub_options wrong{};
  auto* hub = stale<presence_hub>();
  refused(presence_hub_create(nullptr, p.wake(), nullptr));
  refused(presence_hub_create(&wrong, p.wake(), &hub));
  EXPECT_EQ(hub, nullptr);
  ASSERT_EQ(presence_hub_options_init(&wrong, sizeof wrong), PRESENCE_OK);
  wrong.grace = -1;
  refused(presence_hub_create(&wrong, p.wake(), &hub));

  auto* made = stale<presence_subscription>();
  refused(presence_participant_subscribe(nullptr, PRESENCE_ENTER, p.listener(), &made));
  EXPECT_EQ(made, nullptr);
  refused(presence_participant_subscribe(w.a, PRESENCE_ENTER, p.listener(), nullptr));
  refused(presence_participant_subscribe(w.a, 0, p.listener(), &made));
  refused(presence_participant_subscribe(w.a, PRESENCE_ENTER | 1U << 5U, p.listener(), &made));
  presence_listener deaf = p.listener();
  deaf.call = nullptr;
  refused(presence_participant_subscribe(w.a, PRESENCE_ENTER, deaf, &made));
}

TEST(c_abi_arguments, a_null_pointer_for_what_comes_out_is_an_error) {
  world w;
  ASSERT_EQ(presence_participant_enter(w.a, none, nobody), PRESENCE_OK);
  presence_snapshot* snapshot = nullptr;
  ASSERT_EQ(presence_participant_snapshot(w.a, &snapshot), PRESENCE_OK);
  presence_identity who;
  ASSERT_EQ(presence_identity_init(&who, sizeof who), PRESENCE_OK);

  EXPECT_EQ(presence_hub_run_due(w.hub, nullptr), invalid);
  EXPECT_EQ(presence_hub_due_in(w.hub, nullptr), invalid);
  EXPECT_EQ(presence_hub_connect(w.hub, &who, nullptr), invalid);
  presence_session* session = nullptr;
  EXPECT_EQ(presence_hub_connect(w.hub, nullptr, &session), invalid);
  EXPECT_EQ(presence_hub_resume(w.hub, bytes("key"), nullptr), invalid);
  EXPECT_EQ(presence_hub_resume(w.hub, {nullptr, 1}, &session), invalid);
  EXPECT_EQ(presence_session_connection_id(w.alice, nullptr), invalid);
  EXPECT_EQ(presence_session_resume_key(w.alice, nullptr), invalid);
  EXPECT_EQ(presence_session_is_connected(w.alice, nullptr), invalid);
  EXPECT_EQ(presence_session_room(w.alice, bytes("lobby"), nullptr), invalid);
  presence_participant* participant = nullptr;
  EXPECT_EQ(presence_session_room(w.alice, {nullptr, 1}, &participant), invalid);
  EXPECT_EQ(presence_participant_state(w.a, nullptr), invalid);
  EXPECT_EQ(presence_participant_is_user_present(w.a, bytes("alice"), nullptr), invalid);
  bool flag = false;
  EXPECT_EQ(presence_participant_is_user_present(w.a, {nullptr, 1}, &flag), invalid);
  EXPECT_EQ(presence_participant_snapshot(w.a, nullptr), invalid);
  EXPECT_EQ(presence_snapshot_size(snapshot, nullptr), invalid);
  EXPECT_EQ(presence_snapshot_at(snapshot, 0, nullptr), invalid);
  auto* member = stale<const presence_member>();
  EXPECT_EQ(presence_snapshot_at(snapshot, 1, &member), invalid) << "past the end";
  EXPECT_EQ(member, nullptr);
  presence_snapshot_destroy(snapshot);
}

TEST(c_abi_arguments, every_error_of_the_library_has_its_number_and_text) {
  int known = 0;
  for (int number = 1; number <= 100'000; ++number) {
    const std::string text = presence::presence_category().message(number);
    ASSERT_EQ(text, presence_status_text(static_cast<presence_status>(number))) << number;
    if (text != "unknown presence error") ++known;
    ASSERT_EQ(presence_status_is_temporary(static_cast<presence_status>(number)),
              presence::is_temporary({number, presence::presence_category()}))
        << number;
  }
  EXPECT_EQ(known, 29);
  EXPECT_STREQ(presence_status_text(PRESENCE_OK), "ok");
  EXPECT_STREQ(presence_status_text(PRESENCE_ERR_NO_MEMORY), "not enough memory");
  EXPECT_TRUE(presence_status_is_temporary(PRESENCE_ERR_NO_MEMORY));
  EXPECT_FALSE(presence_status_is_temporary(PRESENCE_OK));
  EXPECT_FALSE(presence_status_is_temporary(PRESENCE_ERR_INVALID_ARGUMENT));
  EXPECT_EQ(presence_c_version(), static_cast<uint32_t>(PRESENCE_C_VERSION));
}

TEST(c_abi_arguments, structs_of_an_older_and_of_a_newer_header) {
  struct newer {
    presence_hub_options known;
    int64_t not_yet;
  } options;
  std::memset(&options, 0xff, sizeof options);
  ASSERT_EQ(presence_hub_options_init(&options.known, sizeof options), PRESENCE_OK);
  EXPECT_EQ(options.known.size, sizeof options);
  EXPECT_EQ(options.known.grace, 15'000);
  EXPECT_EQ(options.known.max_data_size, 65'536U);
  EXPECT_EQ(options.not_yet, 0);

  presence_hub* hub = nullptr;
  EXPECT_EQ(presence_hub_create(&options.known, no_wake, &hub), PRESENCE_OK);
  presence_hub_destroy(hub);
  options.not_yet = 1;
  EXPECT_EQ(presence_hub_create(&options.known, no_wake, &hub), invalid) << "asks for what is not known here";
  options.known.size = sizeof(presence_hub_options) - 1;
  EXPECT_EQ(presence_hub_create(&options.known, no_wake, &hub), invalid) << "no header had less";
  EXPECT_EQ(presence_hub_options_init(&options.known, sizeof(presence_hub_options) - 1), invalid);

  presence_identity who;
  EXPECT_EQ(presence_identity_init(&who, sizeof who - 1), invalid);
  EXPECT_EQ(presence_identity_init(&who, sizeof who), PRESENCE_OK);
  EXPECT_EQ(who.modes, static_cast<uint32_t>(PRESENCE_ALL_MODES));
  EXPECT_EQ(who.grace, -1);
  EXPECT_EQ(who.client_id.data, nullptr);
}

TEST(c_abi_arguments, PRESENCE_HAS_tells_which_fields_are_filled) {
  presence_event event{};
  event.size = sizeof event;
  EXPECT_TRUE(PRESENCE_HAS(&event, entered_at));
  event.size = offsetof(presence_event, entered_at);
  EXPECT_FALSE(PRESENCE_HAS(&event, entered_at));
  EXPECT_TRUE(PRESENCE_HAS(&event, timestamp));
}

TEST(c_abi_arguments, bytes_arrive_as_they_were_with_zeros_and_without_data) {
  world w;
  probe heard;
  w.listen(w.b, heard.listener());
  const std::string zeros{"\0a\0", 3};
  EXPECT_EQ(presence_participant_enter(w.a, bytes(zeros), nobody), PRESENCE_OK);
  EXPECT_EQ(presence_participant_update(w.a, {"", 0}, nobody), PRESENCE_OK);
  EXPECT_EQ(presence_participant_update(w.a, none, nobody), PRESENCE_OK);
  EXPECT_EQ(heard.told, "alice=" + zeros + " alice= alice=none ");

  const std::string name{"a\0b", 3};
  presence_session* other = w.connect(name);
  presence_participant* there = w.room(other);
  EXPECT_EQ(presence_participant_enter(there, none, nobody), PRESENCE_OK);
  bool present = false;
  EXPECT_EQ(presence_participant_is_user_present(w.b, bytes(name), &present), PRESENCE_OK);
  EXPECT_TRUE(present);
  EXPECT_EQ(presence_participant_is_user_present(w.b, bytes("a"), &present), PRESENCE_OK);
  EXPECT_FALSE(present);
  presence_participant_destroy(there);
  presence_session_destroy(other);
}

TEST(c_abi_arguments, what_is_over_a_limit_has_its_error) {
  presence_hub_options options;
  ASSERT_EQ(presence_hub_options_init(&options, sizeof options), PRESENCE_OK);
  options.max_data_size = 4;
  options.max_room_members = 1;
  world w;
  w.end(w.a);
  w.end(w.alice);
  w.end(w.hub);
  ASSERT_EQ(presence_hub_create(&options, no_wake, &w.hub), PRESENCE_OK);
  w.alice = w.connect("alice", [](presence_identity& who) { who.acts_for_others = true; });
  w.a = w.room(w.alice);

  const auto outcome = [](auto call, auto... with) {
    probe told;
    EXPECT_EQ(call(with..., told.completion()), PRESENCE_OK);
    EXPECT_EQ(told.calls, 1);
    EXPECT_EQ(told.ended, 1);
    return told.outcome;
  };
  EXPECT_EQ(outcome(presence_participant_enter, w.a, bytes("12345")), PRESENCE_ERR_MESSAGE_TOO_LARGE);
  EXPECT_EQ(outcome(presence_participant_enter, w.a, bytes("1234")), PRESENCE_OK);
  EXPECT_EQ(outcome(presence_participant_enter_client, w.a, bytes("bob"), none), PRESENCE_ERR_ROOM_FULL);
  EXPECT_EQ(outcome(presence_participant_enter_client, w.a, none, none), PRESENCE_ERR_INVALID_CLIENT_ID);

  const std::string long_name(257, 'x');
  presence_participant* nowhere = w.room(w.alice, long_name);
  EXPECT_EQ(outcome(presence_participant_attach, nowhere), PRESENCE_ERR_INVALID_ROOM_NAME);
  presence_room_state state{};
  EXPECT_EQ(presence_participant_state(nowhere, &state), PRESENCE_OK);
  EXPECT_EQ(state, PRESENCE_ROOM_FAILED);
  presence_participant_destroy(nowhere);

  presence_identity who;
  ASSERT_EQ(presence_identity_init(&who, sizeof who), PRESENCE_OK);
  auto* session = stale<presence_session>();
  who.client_id = bytes(long_name);
  EXPECT_EQ(presence_hub_connect(w.hub, &who, &session), PRESENCE_ERR_INVALID_CLIENT_ID);
  EXPECT_EQ(session, nullptr);
  who.client_id = none;
  who.grace = -2;
  EXPECT_EQ(presence_hub_connect(w.hub, &who, &session), PRESENCE_ERR_BAD_REQUEST);
  who.grace = -1;
  who.modes = 4;
  EXPECT_EQ(presence_hub_connect(w.hub, &who, &session), invalid);
  EXPECT_EQ(presence_hub_resume(w.hub, bytes("key"), &session), PRESENCE_ERR_INVALID_RESUME_KEY);
}

TEST(c_abi_arguments, modes_and_masks_are_kept) {
  world w;
  presence_session* watcher = w.connect("", [](presence_identity& who) { who.modes = PRESENCE_MODE_SUBSCRIBE; });
  presence_session* bot = w.connect("bot", [](presence_identity& who) {
    who.modes = PRESENCE_MODE_PRESENCE;
    who.acts_for_others = true;
  });
  presence_participant* seen = w.room(watcher);
  presence_participant* by = w.room(bot);
  probe leaves;
  probe refused;
  w.listen(seen, leaves.listener(), PRESENCE_UPDATE | PRESENCE_LEAVE);
  EXPECT_EQ(presence_participant_enter_client(by, bytes("x"), bytes("1"), nobody), PRESENCE_OK);
  EXPECT_EQ(presence_participant_update_client(by, bytes("x"), bytes("2"), nobody), PRESENCE_OK);
  EXPECT_EQ(presence_participant_leave_client(by, bytes("x"), none, nobody), PRESENCE_OK);
  EXPECT_EQ(leaves.told, "x=2 x=2 ");

  EXPECT_EQ(presence_participant_enter_client(w.a, bytes("x"), none, refused.completion()), PRESENCE_OK);
  EXPECT_EQ(refused.outcome, PRESENCE_ERR_INVALID_CLIENT_ID);
  presence_snapshot* snapshot = nullptr;
  EXPECT_EQ(presence_participant_snapshot(by, &snapshot), PRESENCE_ERR_SUBSCRIBE_NOT_PERMITTED);
  EXPECT_EQ(presence_participant_snapshot(w.b, &snapshot), PRESENCE_ERR_NOT_SYNCED);
  EXPECT_EQ(snapshot, nullptr);
  presence_participant_destroy(seen);
  presence_participant_destroy(by);
  presence_session_destroy(watcher);
  presence_session_destroy(bot);
}

TEST(c_abi_arguments, a_dropped_session_is_resumed_by_its_key_or_times_out) {
  world w;
  presence_bytes key{};
  int64_t due = 0;
  bool connected = true;
  size_t ended = 9;
  ASSERT_EQ(presence_participant_enter(w.a, none, nobody), PRESENCE_OK);
  EXPECT_EQ(presence_hub_due_in(w.hub, &due), PRESENCE_OK);
  EXPECT_EQ(due, -1);
  EXPECT_EQ(presence_session_resume_key(w.alice, &key), PRESENCE_OK);
  EXPECT_EQ(presence_session_drop(w.alice), PRESENCE_OK);
  EXPECT_EQ(presence_session_is_connected(w.alice, &connected), PRESENCE_OK);
  EXPECT_FALSE(connected);
  EXPECT_EQ(presence_hub_due_in(w.hub, &due), PRESENCE_OK);
  EXPECT_GE(due, 0);

  presence_session* back = nullptr;
  EXPECT_EQ(presence_hub_resume(w.hub, key, &back), PRESENCE_OK);
  presence_bytes id{};
  presence_bytes same_id{};
  EXPECT_EQ(presence_session_connection_id(w.alice, &id), PRESENCE_OK);
  EXPECT_EQ(presence_session_connection_id(back, &same_id), PRESENCE_OK);
  EXPECT_EQ(text(id), text(same_id));
  probe told;
  presence_participant* of_the_old = w.room(w.alice);
  EXPECT_EQ(presence_participant_attach(of_the_old, told.completion()), PRESENCE_OK);
  EXPECT_EQ(told.outcome, PRESENCE_ERR_CONNECTION_CLOSED);
  presence_participant_destroy(of_the_old);
  EXPECT_EQ(presence_hub_run_due(w.hub, &ended), PRESENCE_OK);
  EXPECT_EQ(ended, 0U);

  presence_session* short_lived = w.connect("carol", [](presence_identity& who) { who.grace = 0; });
  EXPECT_EQ(presence_session_drop(short_lived), PRESENCE_OK);
  EXPECT_EQ(presence_hub_run_due(w.hub, &ended), PRESENCE_OK);
  EXPECT_EQ(ended, 1U);
  EXPECT_EQ(presence_session_close(back), PRESENCE_OK);
  EXPECT_EQ(presence_session_is_connected(back, &connected), PRESENCE_OK);
  EXPECT_FALSE(connected);
  presence_session_destroy(short_lived);
  presence_session_destroy(back);
}

}  // namespace
}  // namespace c_abi::arguments
