// The C interface over the library: presence_c.h says what each function does.
#include "presence_c.h"

#include <presence/member_order.hpp>
#include <presence/presence.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using std::chrono::milliseconds;

/// Data are bytes: the hub counts, shares and compares them, and looks into them no further.
using data = std::string;
using hub_type = presence::hub<data>;

// --- errors ----------------------------------------------------------------------------------------------------------

/// The enumerators of the C enum have the numbers of `presence::errc`, which a test compares one by one.
presence_status status_of(std::error_code error) noexcept {
  if (!error) return PRESENCE_OK;
  if (error.category() == presence::presence_category()) return static_cast<presence_status>(error.value());
  return error == std::errc::not_enough_memory ? PRESENCE_ERR_NO_MEMORY : PRESENCE_ERR_OTHER;
}

/// Where every exception ends.
template <class Work>
presence_status guarded(Work&& work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return PRESENCE_ERR_NO_MEMORY;
  } catch (const std::invalid_argument&) {  // of a hub: options that make no sense
    return PRESENCE_ERR_INVALID_ARGUMENT;
  } catch (const std::system_error& error) {  // presence_error is one too
    return status_of(error.code());
  } catch (...) {
    return PRESENCE_ERR_OTHER;
  }
}

// --- what goes in and out --------------------------------------------------------------------------------------------

/// Nothing in memory is larger than `PTRDIFF_MAX`: such a size is a mistake, a negative number for instance.
bool valid(presence_bytes bytes) noexcept {
  return bytes.size == 0 || (bytes.data != nullptr && bytes.size <= std::size_t{PTRDIFF_MAX});
}

std::string_view text_of(presence_bytes bytes) noexcept { return {static_cast<const char*>(bytes.data), bytes.size}; }

presence_bytes bytes_of(std::string_view text) noexcept { return {text.data(), text.size()}; }

presence_bytes bytes_of(const presence::shared_data<data>& held) noexcept {
  return held ? bytes_of(*held) : presence_bytes{nullptr, 0};
}

std::int64_t number_of(presence::time_point time) noexcept { return time.time_since_epoch().count(); }

presence_event shown(const presence::event<data>& event) noexcept {
  return {sizeof(presence_event),
          static_cast<presence_action>(presence::action_set{event.action}.bits()),
          static_cast<presence_leave_reason>(event.reason),
          bytes_of(event.client_id),
          bytes_of(event.connection_id),
          bytes_of(event.data),
          number_of(event.timestamp),
          number_of(event.entered_at)};
}

presence_member shown(const presence::member<data>& member) noexcept {
  return {sizeof(presence_member), bytes_of(member.client_id),   bytes_of(member.connection_id),
          bytes_of(member.data),   number_of(member.updated_at), number_of(member.entered_at)};
}

static_assert(PRESENCE_ALL_ACTIONS == presence::action_set::all().bits());
static_assert(PRESENCE_UPDATE == presence::action_set{presence::action::update}.bits());
static_assert(PRESENCE_ALL_MODES == presence::mode_set::all().bits());
static_assert(PRESENCE_REASON_RESYNC == static_cast<int>(presence::leave_reason::resync));
static_assert(PRESENCE_ROOM_FAILED == static_cast<int>(presence::room_state::failed));

std::optional<presence::action_set> actions_of(std::uint32_t bits) noexcept {
  using presence::action;
  if (bits == 0 || (bits & ~static_cast<std::uint32_t>(PRESENCE_ALL_ACTIONS)) != 0) return std::nullopt;
  presence::action_set set;
  for (const action each : {action::present, action::enter, action::leave, action::update}) {
    if ((bits & presence::action_set{each}.bits()) != 0) set = set | each;
  }
  return set;
}

// --- structs that grow -----------------------------------------------------------------------------------------------

presence_hub_options default_options() {
  const presence::hub_options made;
  return {sizeof(presence_hub_options), made.grace.count(), made.linger.count(),
          presence::hub_limits::default_data_size, made.limits.members_per_room};
}

presence_identity default_identity() noexcept {
  return {sizeof(presence_identity), {nullptr, 0}, PRESENCE_ALL_MODES, false, -1, -1};
}

/// What the structs ended with in version 1.0: no caller has less. Later fields do not change these.
constexpr std::size_t size_1_0(const presence_hub_options*) noexcept {
  return offsetof(presence_hub_options, max_room_members) + sizeof(presence_hub_options::max_room_members);
}
constexpr std::size_t size_1_0(const presence_identity*) noexcept {
  return offsetof(presence_identity, linger) + sizeof(presence_identity::linger);
}

template <class Struct>
presence_status fill(Struct* out, std::size_t size, Struct defaults) noexcept {
  if (out == nullptr || size < size_1_0(out)) return PRESENCE_ERR_INVALID_ARGUMENT;
  std::memset(static_cast<void*>(out), 0, size);
  defaults.size = size;
  std::memcpy(static_cast<void*>(out), &defaults, std::min(size, sizeof defaults));
  return PRESENCE_OK;
}

/// A caller with an older header says less, and the rest keeps its defaults. One with a newer header says more, which
/// has to be 0, as this library could not do it.
template <class Struct>
std::optional<Struct> read(const Struct* given, Struct read) noexcept {
  if (given == nullptr || given->size < size_1_0(given)) return std::nullopt;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(given);
  for (std::size_t i = sizeof read; i < given->size; ++i) {
    if (bytes[i] != 0) return std::nullopt;
  }
  std::memcpy(static_cast<void*>(&read), given, std::min(given->size, sizeof read));
  return read;
}

// --- callbacks -------------------------------------------------------------------------------------------------------

/// A callback and its user data, which are destroyed exactly once, whatever happens to the call that brought them.
template <class Callback>
class owned {
 public:
  explicit owned(Callback callback) noexcept : callback_(callback) {}
  owned(owned&& other) noexcept : callback_(std::exchange(other.callback_, {})) {}
  owned& operator=(owned&&) = delete;
  ~owned() {
    if (callback_.destroy != nullptr) callback_.destroy(callback_.user_data);
  }

  /// What it throws ends the program here, and so never reaches the library or C.
  template <class... Args>
  void call(Args... args) const noexcept {
    if (callback_.call != nullptr) callback_.call(args..., callback_.user_data);
  }
  /// The only call of it.
  template <class... Args>
  void call_and_end(Args... args) noexcept {
    const owned last = std::move(*this);
    last.call(args...);
  }

 private:
  Callback callback_;
};

// Callbacks live in shared pointers that are held here too, beside the library. So nothing of the caller's is destroyed
// in the middle of the library, where a lock may be held.
using completion = owned<presence_completion>;
using listener = owned<presence_listener>;
using wake = owned<presence_wake>;

}  // namespace

// --- handles ---------------------------------------------------------------------------------------------------------

struct presence_hub {
  std::shared_ptr<wake> on_earlier_deadline;
  hub_type value;
};

struct presence_session {
  hub_type::session_type value;
};

struct presence_participant {
  hub_type::participant value;
};

struct presence_subscription {
  std::shared_ptr<listener> told;  // ends after the subscription, which is declared behind it
  presence::subscription value;
};

struct presence_snapshot {
  std::vector<presence::member<data>> members;
  std::vector<presence_member> shown;  // of these
};

namespace {

/// Makes a handle of what `open(*made)` answers.
template <class Handle, class Open>
presence_status opened(Handle** out, Open&& open) noexcept {
  return guarded([&]() -> presence_status {
    auto made = std::make_unique<Handle>();  // first: what has been opened must not be lost for lack of memory
    auto result = open();
    if (!result) return status_of(result.error());
    made->value = std::move(*result);
    *out = made.release();
    return PRESENCE_OK;
  });
}

/// Work with a completion: `start(handler)`. The participant may be gone when it returns, as a callback may destroy it.
template <class Start>
presence_status with_completion(bool sound, completion&& done, Start&& start) noexcept {
  return guarded([&] {
    if (!sound) return PRESENCE_ERR_INVALID_ARGUMENT;
    const auto held = std::make_shared<completion>(std::move(done));
    start([held](std::error_code outcome) { held->call_and_end(status_of(outcome)); });
    return PRESENCE_OK;
  });
}

/// `with` is the handler, or data, no extras and the handler.
template <class... With>
void publish(hub_type::participant& by, presence::action what, std::optional<std::string> client_id, With&&... with) {
  using presence::action;
  if (client_id) {
    if (what == action::enter) return by.enter_client(std::move(*client_id), std::forward<With>(with)...);
    if (what == action::update) return by.update_client(std::move(*client_id), std::forward<With>(with)...);
    return by.leave_client(std::move(*client_id), std::forward<With>(with)...);
  }
  if (what == action::enter) return by.enter(std::forward<With>(with)...);
  if (what == action::update) return by.update(std::forward<With>(with)...);
  return by.leave(std::forward<With>(with)...);
}

presence_status operate(presence_participant* by, presence::action what, const presence_bytes* client_id,
                        presence_bytes with, presence_completion done) noexcept {
  const bool sound = by != nullptr && valid(with) && (client_id == nullptr || valid(*client_id));
  return with_completion(sound, completion{done}, [&](auto handler) {
    std::optional<std::string> who;
    if (client_id != nullptr) who.emplace(text_of(*client_id));
    if (with.data == nullptr) return publish(by->value, what, std::move(who), std::move(handler));
    publish(by->value, what, std::move(who), data{text_of(with)}, presence::extras{}, std::move(handler));
  });
}

}  // namespace

// --- the functions ---------------------------------------------------------------------------------------------------

extern "C" {

uint32_t presence_c_version(void) noexcept { return PRESENCE_C_VERSION; }

const char* presence_status_text(presence_status status) noexcept {
  switch (status) {  // no default: the compiler names what is missing
    case PRESENCE_OK: return "ok";
    case PRESENCE_ERR_INVALID_ARGUMENT: return "invalid argument";
    case PRESENCE_ERR_NO_MEMORY: return "not enough memory";
    case PRESENCE_ERR_OTHER: return "an error that has no number of its own";
    case PRESENCE_ERR_OPERATION_ABORTED: return "operation aborted";
    case PRESENCE_ERR_EVENTS_DISABLED: return "events are disabled for this presence";
    case PRESENCE_ERR_HANDLER_THREW: return "a listener or handler threw an exception";
    case PRESENCE_ERR_NOT_SYNCED: return "the presence set is not known yet";
    case PRESENCE_ERR_QUEUE_FULL: return "too many operations are waiting";
    case PRESENCE_ERR_REPLACED: return "replaced by another attachment of the same session";
    case PRESENCE_ERR_OVERLOADED: return "too much waits to be told in the room";
    case PRESENCE_ERR_SUPERSEDED: return "superseded by a later operation on the same member";
    case PRESENCE_ERR_EVICTED: return "the member was removed by the hub";
    case PRESENCE_ERR_KICKED: return "the session was ended by a moderator";
    case PRESENCE_ERR_BANNED: return "the client id is banned";
    case PRESENCE_ERR_BAD_REQUEST: return "bad request";
    case PRESENCE_ERR_MESSAGE_TOO_LARGE: return "message too large";
    case PRESENCE_ERR_INVALID_ROOM_NAME: return "invalid room name";
    case PRESENCE_ERR_INVALID_CLIENT_ID: return "invalid client id";
    case PRESENCE_ERR_INVALID_DATA: return "invalid data or encoding";
    case PRESENCE_ERR_NOT_PERMITTED: return "operation not permitted";
    case PRESENCE_ERR_RATE_LIMITED: return "rate limit exceeded";
    case PRESENCE_ERR_DISCONNECTED: return "disconnected";
    case PRESENCE_ERR_CONNECTION_EXPIRED: return "connection expired";
    case PRESENCE_ERR_CONNECTION_CLOSED: return "connection closed";
    case PRESENCE_ERR_INVALID_RESUME_KEY: return "invalid resume key";
    case PRESENCE_ERR_CHANNEL_FAILED: return "room operation failed";
    case PRESENCE_ERR_TOO_MANY_ROOMS: return "too many rooms on this connection";
    case PRESENCE_ERR_INVALID_ROOM_STATE: return "invalid room state for a presence operation";
    case PRESENCE_ERR_ROOM_FULL: return "the room has its maximum number of members";
    case PRESENCE_ERR_REENTRY_FAILED: return "automatic re-entry failed";
    case PRESENCE_ERR_OUT_OF_SYNC: return "the presence set is out of sync";
    case PRESENCE_ERR_SUBSCRIBE_NOT_PERMITTED: return "not permitted to receive presence in this room";
    case PRESENCE_STATUS_FORCE_32_BIT: break;
  }
  return "unknown presence error";
}

bool presence_status_is_temporary(presence_status status) noexcept {
  return status == PRESENCE_ERR_NO_MEMORY ||
         (status > 0 && presence::is_temporary({static_cast<int>(status), presence::presence_category()}));
}

// --- hub

presence_status presence_hub_options_init(presence_hub_options* options, size_t size) noexcept {
  return fill(options, size, default_options());
}

presence_status presence_hub_create(const presence_hub_options* options, presence_wake told,
                                    presence_hub** hub) noexcept {
  wake mine{told};
  if (hub == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  *hub = nullptr;
  return guarded([&] {
    const auto given = options != nullptr ? read(options, default_options()) : default_options();
    if (!given) return PRESENCE_ERR_INVALID_ARGUMENT;
    presence::hub_options with;
    with.grace = milliseconds{given->grace};
    with.linger = milliseconds{given->linger};
    with.limits.data_size = given->max_data_size;
    with.limits.members_per_room = given->max_room_members;
    auto callback = std::make_shared<wake>(std::move(mine));
    if (told.call != nullptr) {
      with.on_earlier_deadline = [weak = std::weak_ptr{callback}] {
        if (const auto held = weak.lock()) held->call();
      };
    }
    *hub = new presence_hub{std::move(callback), hub_type{std::move(with)}};
    return PRESENCE_OK;
  });
}

void presence_hub_destroy(presence_hub* hub) noexcept { delete hub; }

presence_status presence_hub_run_due(presence_hub* hub, size_t* ended) noexcept {
  if (hub == nullptr || ended == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  return guarded([&] {
    *ended = 0;
    *ended = hub->value.run_due();
    return PRESENCE_OK;
  });
}

presence_status presence_hub_due_in(presence_hub* hub, int64_t* due_in) noexcept {
  if (hub == nullptr || due_in == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  return guarded([&] {
    const auto due = hub->value.due_in();
    *due_in = due ? due->count() : -1;
    return PRESENCE_OK;
  });
}

// --- session

presence_status presence_identity_init(presence_identity* identity, size_t size) noexcept {
  return fill(identity, size, default_identity());
}

presence_status presence_hub_connect(presence_hub* hub, const presence_identity* identity,
                                     presence_session** session) noexcept {
  if (session == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  *session = nullptr;
  const auto given = read(identity, default_identity());
  if (hub == nullptr || !given || !valid(given->client_id)) return PRESENCE_ERR_INVALID_ARGUMENT;
  const auto modes = presence::modes_from(std::int64_t{given->modes});
  if (!modes) return PRESENCE_ERR_INVALID_ARGUMENT;
  return opened(session, [&] {
    presence::identity who{text_of(given->client_id)};
    who.capabilities = *modes;
    who.acts_for_others = given->acts_for_others;
    if (given->grace != -1) who.grace = milliseconds{given->grace};
    if (given->linger != -1) who.linger = milliseconds{given->linger};
    return hub->value.try_connect(std::move(who));
  });
}

presence_status presence_hub_resume(presence_hub* hub, presence_bytes key, presence_session** session) noexcept {
  if (session == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  *session = nullptr;
  if (hub == nullptr || !valid(key)) return PRESENCE_ERR_INVALID_ARGUMENT;
  return opened(session, [&] { return hub->value.resume(text_of(key)); });
}

void presence_session_destroy(presence_session* session) noexcept { delete session; }

presence_status presence_session_connection_id(presence_session* session, presence_bytes* connection_id) noexcept {
  if (session == nullptr || connection_id == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  *connection_id = bytes_of(session->value.connection_id());
  return PRESENCE_OK;
}

presence_status presence_session_resume_key(presence_session* session, presence_bytes* resume_key) noexcept {
  if (session == nullptr || resume_key == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  *resume_key = bytes_of(session->value.resume_key());
  return PRESENCE_OK;
}

presence_status presence_session_is_connected(presence_session* session, bool* connected) noexcept {
  if (session == nullptr || connected == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  return guarded([&] {
    *connected = session->value.connected();
    return PRESENCE_OK;
  });
}

presence_status presence_session_drop(presence_session* session) noexcept {
  if (session == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  return guarded([&] {
    session->value.drop();
    return PRESENCE_OK;
  });
}

presence_status presence_session_close(presence_session* session) noexcept {
  if (session == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  return guarded([&] {
    session->value.close();
    return PRESENCE_OK;
  });
}

// --- participant

presence_status presence_session_room(presence_session* session, presence_bytes room,
                                      presence_participant** participant) noexcept {
  if (participant == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  *participant = nullptr;
  if (session == nullptr || !valid(room)) return PRESENCE_ERR_INVALID_ARGUMENT;
  return guarded([&] {
    *participant = new presence_participant{hub_type::participant{session->value.room(text_of(room))}};
    return PRESENCE_OK;
  });
}

void presence_participant_destroy(presence_participant* participant) noexcept { delete participant; }

presence_status presence_participant_attach(presence_participant* participant, presence_completion done) noexcept {
  return with_completion(participant != nullptr, completion{done},
                         [&](auto handler) { participant->value.attach(std::move(handler)); });
}

presence_status presence_participant_detach(presence_participant* participant, presence_completion done) noexcept {
  return with_completion(participant != nullptr, completion{done},
                         [&](auto handler) { participant->value.detach(std::move(handler)); });
}

presence_status presence_participant_state(presence_participant* participant, presence_room_state* state) noexcept {
  if (participant == nullptr || state == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  return guarded([&] {
    *state = static_cast<presence_room_state>(participant->value.state());
    return PRESENCE_OK;
  });
}

presence_status presence_participant_enter(presence_participant* participant, presence_bytes data,
                                           presence_completion done) noexcept {
  return operate(participant, presence::action::enter, nullptr, data, done);
}

presence_status presence_participant_update(presence_participant* participant, presence_bytes data,
                                            presence_completion done) noexcept {
  return operate(participant, presence::action::update, nullptr, data, done);
}

presence_status presence_participant_leave(presence_participant* participant, presence_bytes data,
                                           presence_completion done) noexcept {
  return operate(participant, presence::action::leave, nullptr, data, done);
}

presence_status presence_participant_enter_client(presence_participant* participant, presence_bytes client_id,
                                                  presence_bytes data, presence_completion done) noexcept {
  return operate(participant, presence::action::enter, &client_id, data, done);
}

presence_status presence_participant_update_client(presence_participant* participant, presence_bytes client_id,
                                                   presence_bytes data, presence_completion done) noexcept {
  return operate(participant, presence::action::update, &client_id, data, done);
}

presence_status presence_participant_leave_client(presence_participant* participant, presence_bytes client_id,
                                                  presence_bytes data, presence_completion done) noexcept {
  return operate(participant, presence::action::leave, &client_id, data, done);
}

presence_status presence_participant_subscribe(presence_participant* participant, uint32_t actions,
                                               presence_listener told, presence_subscription** subscription) noexcept {
  listener mine{told};
  if (subscription == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  *subscription = nullptr;
  const auto set = actions_of(actions);
  if (participant == nullptr || told.call == nullptr || !set) return PRESENCE_ERR_INVALID_ARGUMENT;
  return guarded([&] {
    auto made = std::make_unique<presence_subscription>();
    made->told = std::make_shared<listener>(std::move(mine));
    made->value = participant->value.subscribe(*set, [weak = std::weak_ptr{made->told}](const auto& event) {
      const auto held = weak.lock();  // inside, the handle may be destroyed: the user data are after the call
      if (held == nullptr) return;
      const presence_event what = shown(event);
      held->call(&what);
    });
    *subscription = made.release();
    return PRESENCE_OK;
  });
}

void presence_subscription_destroy(presence_subscription* subscription) noexcept { delete subscription; }

presence_status presence_participant_is_user_present(presence_participant* participant, presence_bytes client_id,
                                                     bool* present) noexcept {
  if (participant == nullptr || present == nullptr || !valid(client_id)) return PRESENCE_ERR_INVALID_ARGUMENT;
  return guarded([&] {
    *present = participant->value.is_user_present(text_of(client_id));
    return PRESENCE_OK;
  });
}

// --- snapshot

presence_status presence_participant_snapshot(presence_participant* participant,
                                              presence_snapshot** snapshot) noexcept {
  if (snapshot == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  *snapshot = nullptr;
  if (participant == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  return guarded([&] {
    auto known = participant->value.get();
    if (!known) return status_of(known.error());
    auto made = std::make_unique<presence_snapshot>();
    made->members = std::move(*known);
    presence::sort_by_entered(made->members);
    made->shown.reserve(made->members.size());
    for (const auto& each : made->members) made->shown.push_back(shown(each));
    *snapshot = made.release();
    return PRESENCE_OK;
  });
}

presence_status presence_snapshot_size(const presence_snapshot* snapshot, size_t* members) noexcept {
  if (snapshot == nullptr || members == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  *members = snapshot->shown.size();
  return PRESENCE_OK;
}

presence_status presence_snapshot_at(const presence_snapshot* snapshot, size_t index,
                                     const presence_member** member) noexcept {
  if (member == nullptr) return PRESENCE_ERR_INVALID_ARGUMENT;
  *member = nullptr;
  if (snapshot == nullptr || index >= snapshot->shown.size()) return PRESENCE_ERR_INVALID_ARGUMENT;
  *member = &snapshot->shown[index];
  return PRESENCE_OK;
}

void presence_snapshot_destroy(presence_snapshot* snapshot) noexcept { delete snapshot; }

}  // extern "C"
