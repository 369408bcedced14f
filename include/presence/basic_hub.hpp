// The authority: rooms, sessions, grace periods, fan-out.
#ifndef PRESENCE_BASIC_HUB_HPP
#define PRESENCE_BASIC_HUB_HPP

#include <presence/backplane.hpp>
#include <presence/clock.hpp>
#include <presence/detail/hub/hub_core.hpp>
#include <presence/detail/util/check_data.hpp>
#include <presence/fwd.hpp>
#include <presence/identity.hpp>
#include <presence/loopback.hpp>
#include <presence/member.hpp>
#include <presence/options.hpp>
#include <presence/overview.hpp>
#include <presence/result.hpp>
#include <presence/session.hpp>
#include <presence/sink.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI {

/// Owns rooms and sessions, assigns ids, stamps time, decides, limits, and tells everyone.
///
/// It never sleeps and starts no thread: `due_in()` says how long it is until something is due, and `run_due()` does
/// it. Rooms come with the first attachment and go with the last and the last member; after any churn memory is back
/// where it was.
///
/// Destroying the hub ends every session; sessions, transports and presences may outlive it and then report
/// `connection_closed`. Functions of a moved-from hub do nothing and know nothing. Concurrency: every function from any
/// thread where the backplane's mutex locks, and from inside any listener, handler or sink. Exception safety: what allocates
/// throws `std::bad_alloc`, and then nothing has changed, or it is done and whoever was not told of it is synced (H34).
template <class Data, class Clock, class Backplane>
class basic_hub {
  static_assert(detail::check_data<Data>::done);
  static_assert(clock<Clock>, "Clock does not model presence::clock");
  static_assert(backplane<Backplane, Data>, "Backplane does not model presence::backplane");

  using core = detail::hub_core<Data, Clock, Backplane>;

 public:
  using data_type = Data;                                            ///< what a member carries
  using session_type = basic_session<Data, Clock, Backplane>;        ///< what `connect` gives
  using attachment_type = basic_attachment<Data, Clock, Backplane>;  ///< a session's place in a room
  /// A participant of one of its rooms, in this process.
  using participant = basic_presence<Data, Clock, loopback<Data, Clock, Backplane>>;
  using member_list = std::vector<member<Data>>;  ///< what `members` gives

  /// A hub without rooms and sessions. Throws: `std::invalid_argument` for options that make no sense: a negative
  /// period, a sync page of no members, client ids longer than `basic_member_set::max_id_length`, a limit for the size of
  /// data whose type has none; `std::bad_alloc`.
  explicit basic_hub(hub_options options = {}, Clock clock = Clock{}, Backplane backplane = Backplane{})
      : core_(make(std::move(options), std::move(clock), std::move(backplane))) {}
  ///@{
  /// Takes the hub over, in constant time; its sessions and rooms go on. The hub that this was ends as by the destructor.
  basic_hub(basic_hub&&) noexcept = default;
  basic_hub& operator=(basic_hub&& other) noexcept {
    if (this != &other) {
      shut_down();
      core_ = std::move(other.core_);
    }
    return *this;
  }
  ///@}
  /// Ends every session: sinks and participants are told `connection_closed`, and no leaves (H14).
  ~basic_hub() { shut_down(); }

  /// Opens a session: a connection with an identity (H1). O(1). Throws: `presence_error` with what `try_connect`
  /// would answer, or where the operating system refuses random bits.
  [[nodiscard]] session_type connect(identity who) { return try_connect(std::move(who)).value(); }

  /// The same for identities that come from outside.
  /// Errors: `invalid_client_id` if the client id is longer than the limit or not UTF-8 (empty is anonymous); `banned`;
  /// `bad_request` for a negative grace period or linger; `connection_closed` for a moved-from hub. Throws: `presence_error`
  /// where the operating system refuses random bits.
  [[nodiscard]] result<session_type> try_connect(identity who) {
    if (core_ == nullptr) return errc::connection_closed;
    auto made = core_->connect(std::move(who));
    if (!made) return made.error();
    return session_type{std::move(*made), 0};
  }

  /// Takes a session up again by its key. Within the grace period its members are as if nothing had been, and its
  /// attachments go on: resumed where nothing happened in the room meanwhile, else with a sync. A session that is still
  /// connected is taken over. Either way earlier handles to it mean nothing any more. O(1), then linear in its rooms.
  /// Errors: `invalid_resume_key` for a key that is malformed or unknown, also of a session that has ended (nothing is
  /// kept of those); `connection_expired` when the grace period is over; `connection_closed` for one that has said
  /// goodbye and only lingers, and for a moved-from hub. Clauses H11 and H33.
  [[nodiscard]] result<session_type> resume(std::string_view key) {
    const auto keep = core_;  // a callback may destroy this
    if (keep == nullptr) return errc::connection_closed;
    auto found = keep->resume(key);
    if (!found) return found.error();
    return session_type{std::move(found->of), found->owner};
  }

  /// What `resume` with sinks gives: the session, and its attachments, one for each room that it was in.
  struct resumed_session {
    session_type session;                      ///< the only handle that is its session's now
    std::vector<attachment_type> attachments;  ///< with the new sinks, by the names of their rooms
  };
  /// The same, and the old attachments are handed over to new sinks before anything is told: for each room that the session
  /// is attached to `make_sink(std::string_view room)` makes one, as `attach` takes it. A sink that was there is told
  /// `replaced`; when and in which order the old session and attachments are destroyed makes no difference. A room for
  /// which it gives a null `std::shared_ptr` keeps the attachments that it has. Several attachments to one room become one,
  /// with the modes of all; it is resumed where the first with all of these missed nothing (H38). What `make_sink` throws
  /// passes through, and nothing has changed. Errors: as of `resume(key)`.
  ///
  ///     auto back = hub.resume(key, [&](std::string_view room) { return socket_sink{socket, std::string{room}}; });
  template <std::invocable<std::string_view> MakeSink>
  requires attachable_sink<std::invoke_result_t<MakeSink&, std::string_view>, Data> &&
      (!std::is_lvalue_reference_v<std::invoke_result_t<MakeSink&, std::string_view>>)
          [[nodiscard]] result<resumed_session> resume(std::string_view key, MakeSink&& make_sink) {
    const auto keep = core_;  // a callback may destroy this
    auto rooms = attached_rooms(key);
    if (!rooms) return rooms.error();
    successors sinks;
    for (std::string& room : *rooms) {
      auto sink = detail::hold_sink<Data>(make_sink(std::string_view{room}));
      if (sink != nullptr) sinks.push_back({std::move(room), std::move(sink)});
    }
    return resume(keep, key, std::move(sinks));
  }

  /// Does what is due at the clock's time: ends the sessions whose grace period is over, `timed_out`, or whose linger
  /// is, `closed`, and a quiet start (H4, H26, H37); all of it before anybody is told (H28). Returns how many
  /// sessions ended. A ghost stays for the grace period and until the next call of this after it. Linear in what ends
  /// and leaves, and logarithmic in the number of different periods for each.
  std::size_t run_due() {
    const auto keep = core_;  // a callback may destroy this
    return keep != nullptr ? keep->run_due() : 0;
  }

  /// How long until `run_due()` has something to do, as far as is known now: 0 if it has, nothing if no deadline is
  /// set that will ever come. This is what a timer waits for. It is elapsed time, which no correction of the clock
  /// changes (H20). O(1).
  [[nodiscard]] std::optional<std::chrono::milliseconds> due_in() const {
    return core_ != nullptr ? core_->due_in() : std::nullopt;
  }

  /// The same as a time of day, to be shown: an estimate that a correction of the clock makes wrong;
  /// `time_point::max()` where it will never come. O(1).
  [[nodiscard]] std::optional<time_point> next_deadline() const {
    return core_ != nullptr ? core_->next_deadline() : std::nullopt;
  }

  // --- moderation -------------------------------------------------------------------------------------------------------
  //
  // Everybody is told before these return, as with every call. They are linear in the hub's sessions, where not said
  // otherwise. What is to last beyond the call is for `ban` and `authorize`: who was kicked may connect again.

  /// Removes every member of a client id from a room, `evicted`. Its sessions go on. Returns how many (H10). Linear
  /// in these members.
  std::size_t evict(std::string_view room, std::string_view client_id) {
    const auto keep = core_;  // a callback may destroy this
    return keep != nullptr ? keep->evict(room, client_id) : 0;
  }
  /// Ends every session of a client id: their sinks are told `on_detached(why)`, which may be a code of yours (no error and
  /// `disconnected`, which say that it is not for good, are told as `kicked`); their members leave, `evicted`, and
  /// their keys mean nothing any more (H39). Returns how many. Anonymous sessions have no id to name: `kick_connection` ends
  /// them.
  std::size_t kick(std::string_view client_id, std::error_code why = make_error_code(errc::kicked)) {
    const auto keep = core_;
    return keep != nullptr ? keep->kick(client_id, why) : 0;
  }
  /// The same for one session. Returns whether there was one. O(1), then linear in its rooms.
  bool kick_connection(std::string_view connection_id, std::error_code why = make_error_code(errc::kicked)) {
    const auto keep = core_;
    return keep != nullptr && keep->evict_connection(connection_id, why);
  }
  /// Kicks, and refuses the client id with `banned` for so long, in elapsed time: it cannot connect, and nobody can
  /// enter it. `std::chrono::milliseconds::max()`: until `unban`. Anonymous sessions cannot be banned. Returns how
  /// many sessions ended (H40). Kept in memory only. Linear in the hub's sessions and rooms.
  std::size_t ban(std::string_view client_id, std::chrono::milliseconds how_long,
                  std::error_code why = make_error_code(errc::banned)) {
    const auto keep = core_;
    return keep != nullptr ? keep->ban(client_id, how_long, why) : 0;
  }
  /// Ends a ban. Returns whether the client id was banned. O(1).
  bool unban(std::string_view client_id) { return core_ != nullptr && core_->unban(client_id); }
  /// Ends all attachments to a room: their sinks are told `on_detached(why)`, and its members leave, `evicted` (H39).
  /// Returns how many. Whoever attaches afterwards opens it again.
  std::size_t close_room(std::string_view room, std::error_code why = make_error_code(errc::kicked)) {
    const auto keep = core_;
    return keep != nullptr ? keep->close_room(room, why) : 0;
  }
  /// Asks `hub_options::authorize` again for everybody who is in. Each attachment goes on with what it may do now of
  /// what it asked for: where that is less or more than before it is told that it is attached, with these modes, and
  /// a sync. One that may nothing is detached, `not_permitted`. Without `mode::presence` its members leave,
  /// `evicted`. Returns for how many attachments something has changed (H41). Does nothing where there is no such
  /// hook. Linear in the hub's sessions and their rooms.
  std::size_t reauthorize() {
    const auto keep = core_;
    return keep != nullptr ? keep->reauthorize() : 0;
  }

  // --- overview ---------------------------------------------------------------------------------------------------------

  /// All rooms by name, with how many are in them. Linear in the rooms.
  [[nodiscard]] std::vector<room_info> rooms() const {
    return core_ != nullptr ? core_->rooms() : std::vector<room_info>{};
  }
  /// How many are in a room; nobody where there is none. O(1).
  [[nodiscard]] presence::occupancy occupancy(std::string_view room) const {
    const auto found = core_ != nullptr ? core_->find_room(room) : nullptr;
    if (found == nullptr) return {};
    const std::lock_guard lock{found->mutex};
    return found->occupied_by();
  }
  /// "Where is alice?": the rooms in which a client id is present, by name. Linear in the rooms.
  [[nodiscard]] std::vector<std::string> rooms_of(std::string_view client_id) const {
    return core_ != nullptr ? core_->rooms_of(client_id) : std::vector<std::string>{};
  }
  /// The sessions of a client id, by connection id; of an empty one the anonymous ones. Linear in the sessions.
  [[nodiscard]] std::vector<session_info> sessions_of(std::string_view client_id) const {
    return core_ != nullptr ? core_->sessions_of(client_id) : std::vector<session_info>{};
  }

  /// The members of a room, as the hub knows them: empty where there is no such room. Linear.
  [[nodiscard]] member_list members(std::string_view room) const {
    member_list all;
    with_set(room, [&](const auto& set) {
      all.reserve(set.size());
      set.for_each([&](const member_view<Data>& m) { all.emplace_back(m); });
    });
    return all;
  }
  /// How many members are in a room; 0 where there is none. O(1).
  [[nodiscard]] std::size_t member_count(std::string_view room) const {
    std::size_t n = 0;
    with_set(room, [&](const auto& set) { n = set.size(); });
    return n;
  }
  /// Whether the client id has at least one member in the room, as the hub knows it. O(1).
  [[nodiscard]] bool is_user_present(std::string_view room, std::string_view client_id) const {
    bool present = false;
    std::string made;
    const auto spelled = core_ != nullptr ? core_->client_name(client_id, made) : std::nullopt;
    if (spelled) with_set(room, [&](const auto& set) { present = set.contains_user(*spelled); });
    return present;
  }

  /// Rooms that somebody is attached to or present in. O(1).
  [[nodiscard]] std::size_t room_count() const { return core_ != nullptr ? core_->room_count() : 0; }
  /// Sessions that are connected, within their grace period, or lingering. O(1).
  [[nodiscard]] std::size_t session_count() const { return core_ != nullptr ? core_->session_count() : 0; }
  /// Roughly what the hub holds, in bytes: rooms, members, sessions; not the data. Linear in the members.
  [[nodiscard]] std::size_t bytes() const { return core_ != nullptr ? core_->bytes() : 0; }

 private:
  // What the templates above need of the core, so that `extern template` of this class leaves it to one source file.
  using successors = std::vector<typename core::successor>;
  [[nodiscard]] result<std::vector<std::string>> attached_rooms(std::string_view key) const {
    if (core_ == nullptr) return errc::connection_closed;
    const auto of = core_->find_resumable(key);
    if (!of) return of.error();
    return core_->attached_rooms(**of);
  }
  [[nodiscard]] static result<resumed_session> resume(const std::shared_ptr<core>& in, std::string_view key,
                                                      successors sinks) {
    resumed_session back;
    back.attachments.reserve(sinks.size());  // the last here that may fail
    auto found = in->resume(key, std::move(sinks));
    if (!found) return found.error();
    back.session = session_type{found->of, found->owner};
    for (auto& each : found->rooms) {
      back.attachments.push_back(attachment_type{found->of, found->owner, std::move(each)});
    }
    return back;
  }

  [[nodiscard]] static std::shared_ptr<core> make(hub_options options, Clock clock, Backplane backplane) {
    for (const auto period : {options.grace, options.linger, options.quiet_start, options.late_after}) {
      if (period < std::chrono::milliseconds{0}) detail::throw_invalid_argument("presence: negative period");
    }
    if (options.sync_page == 0) detail::throw_invalid_argument("presence: a sync page of no members");
    if (options.limits.client_id > basic_member_set<Data>::max_id_length) {
      detail::throw_invalid_argument("presence: client ids longer than a member set can store");
    }
    if (options.limits.data_size && !has_data_size<Data>) {
      detail::throw_invalid_argument("presence: a limit for the size of data whose type has no size (data_traits)");
    }
    return std::make_shared<core>(std::move(options), std::move(clock), std::move(backplane));
  }
  void shut_down() {
    if (const auto going = std::exchange(core_, nullptr)) going->shut_down();
  }
  template <class F>
  void with_set(std::string_view room, F&& f) const {
    const auto found = core_ != nullptr ? core_->find_room(room) : nullptr;
    if (found == nullptr) return;
    const std::lock_guard lock{found->mutex};
    f(std::as_const(found->set));
  }

  std::shared_ptr<core> core_;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
