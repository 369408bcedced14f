#ifndef PRESENCE_OPTIONS_HPP
#define PRESENCE_OPTIONS_HPP

#include <presence/identity.hpp>
#include <presence/version.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace presence::inline PRESENCE_ABI {

/// How a participant behaves.
struct presence_options {
  /// Off: the transport is told not to deliver the events of others; `subscribe`, `subscribe_users` and
  /// `subscribe_changes` throw `events_disabled`, and every `get` fails. The participant can still be present.
  bool enable_events = true;
  /// The first subscription to events attaches the room.
  bool attach_on_subscribe = true;
  /// Operations while attaching wait for the attach; off: they fail with `invalid_room_state`.
  bool queue_operations = true;
  /// Operations that may wait for the attach; one more fails with `queue_full`.
  std::size_t max_queued_operations = 10'000;
  /// Operations that may be sent and not answered, and tasks that may wait while a callback runs; at least 1. Past the
  /// first, operations wait as they do for the attach. Past the second, a call that is made outside of all callbacks
  /// returns once there is room again, and an operation called from inside one fails with `queue_full`: then only its
  /// handler takes memory until it is told so. A leave is refused past twice as much only.
  std::size_t max_pending_operations = 10'000;
  /// Messages that may wait while a listener is busy. Past that the rest is dropped unseen and the set is synced again
  /// once the listener is back, so that a slow listener costs memory only up to this bound and misses no difference.
  std::size_t max_backlog = 65'536;
};

/// What one session or room may cost. Each bound has its error. A leave never counts against those of members and rate,
/// as it makes room; the sizes of names, data, extras and publishes bound it as any other message.
struct hub_limits {
  /// Bytes that the data of a message may have where `data_size` is unset.
  static constexpr std::size_t default_data_size = 65'536;

  std::size_t client_id = 256;  ///< bytes; `invalid_client_id`
  std::size_t room_name = 256;  ///< bytes; `invalid_room_name`
  /// Bytes of one message's data, as `data_traits` counts them; `message_too_large`. Unset: `default_data_size`, for
  /// data that has a size; data of a type without one has no limit, and a hub of such that is given one cannot be made.
  std::optional<std::size_t> data_size{};
  std::size_t extras_size = 16'384;          ///< bytes of one message's extras; `message_too_large`
  std::size_t messages_per_publish = 1'000;  ///< `message_too_large`
  /// Members of a room, after the whole publish; `room_full`, or `message_too_large` for a publish that would not fit
  /// into an empty room. Whoever comes back while his lost connection still holds a place takes that place, so that a
  /// room may for a while list more members than this: at most as many again, or 16 where that is more.
  std::size_t members_per_room = 1'000'000;
  std::size_t rooms_per_session = 10'000;  ///< `too_many_rooms`
  /// Of one session, counted in whole seconds of elapsed time; 0: no limit; `rate_limited`, or `message_too_large` for
  /// a publish of more than this. Leaves and re-entries that change nothing do not count.
  std::size_t messages_per_second = 0;
  /// Messages of one room that wait to be told, as its receivers are slower than its publishers; each answer to a
  /// publish, attach, loss and end counts as one more. From half of it on a publisher is slowed: its call, made outside
  /// of all callbacks, returns once there is room again. Past it a publish from inside a callback, which must not wait,
  /// fails with `overloaded` (one of leaves only past twice as much), and members who leave without asking are not told
  /// one by one: the receivers are synced.
  std::size_t outbox_messages = 65'536;
  /// The same in bytes: the messages, their ids and extras, and their data as far as `data_traits` knows its size.
  std::size_t outbox_bytes = std::size_t{64} << 20U;
};

/// How a hub behaves.
struct hub_options {
  /// How long the members of a lost connection stay, unless its identity says otherwise.
  std::chrono::milliseconds grace{15'000};
  /// How long the members of a session stay that closes or detaches, unless its identity says otherwise. Long enough
  /// for a page to be reloaded, the user does not go offline and online again. 0: they leave at once.
  std::chrono::milliseconds linger{0};
  /// How long a hub that starts waits for those who come back, before it says who does not: whoever attaches meanwhile is
  /// told the members that are there and each that comes, and only after this who is missing. So a restart takes nobody
  /// offline who comes back in time. Until then the sync of all who attach is open: a `get` that waits for it waits.
  /// 0: a hub that starts knows that its rooms are empty.
  std::chrono::milliseconds quiet_start{0};
  /// A deadline that is found to have passed by more than this means that the program did not run meanwhile, as on a
  /// host that was suspended: nobody could come back. The session then gets its grace period once more, once for each
  /// lost connection. 0: off.
  std::chrono::milliseconds late_after{60'000};
  /// Members in one page of a sync.
  std::size_t sync_page = 1'000;
  /// What sessions and rooms may cost.
  hub_limits limits{};
  /// A member whose connection is lost is shown so while its place is kept: `connected` is false from the drop to the
  /// resume, told by an update each, and in a sync. Off, a drop that is followed by a resume is silence.
  bool show_lost = false;
  /// Which modes an identity gets in a room, of those that its capabilities have; unset: these. One that throws grants
  /// nothing. Called without a lock, from any thread. See docs/permissions.md.
  std::function<mode_set(const identity&, std::string_view room)> authorize{};
  /// Turns every spelling of a client id into the one that the hub uses, for instance by Unicode
  /// normalisation and case folding; unset: names are compared byte by byte. Applied wherever a name comes in:
  /// `connect`, `attach`, `publish`, `detach`, `evict` and the hub's queries. What it returns is checked like any name.
  /// One that throws refuses the name. It has to give the same for what it has given once. Called without a lock, from
  /// any thread.
  std::function<std::string(std::string_view)> normalise_client_id{};
  std::function<std::string(std::string_view)> normalise_room{};  ///< likewise, for the names of rooms
  /// Called when `due_in()` has become smaller than a timer that waits for it can know: a connection was lost, or somebody
  /// closed or detached who lingers. It should make the timer ask again, and not call `run_due` itself. Called without a
  /// lock, from whichever thread did it, after the call has told what it had to; what it throws is dropped.
  std::function<void()> on_earlier_deadline{};
  /// 64 random bits, for connection ids and resume keys. Unset: the system's random device. A seeded one makes a run
  /// repeatable and its keys guessable: for tests only.
  std::function<std::uint64_t()> random{};
};

}  // namespace presence::inline PRESENCE_ABI

#endif
