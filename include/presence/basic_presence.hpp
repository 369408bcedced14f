// A participant's view of one room: who is here, what are they doing, and am I here.
#ifndef PRESENCE_BASIC_PRESENCE_HPP
#define PRESENCE_BASIC_PRESENCE_HPP

#include <presence/batch.hpp>
#include <presence/changes.hpp>
#include <presence/clock.hpp>
#include <presence/detail/participant/presence_core.hpp>
#include <presence/fwd.hpp>
#include <presence/member.hpp>
#include <presence/mode.hpp>
#include <presence/options.hpp>
#include <presence/publishing.hpp>
#include <presence/result.hpp>
#include <presence/room_state.hpp>
#include <presence/subscription.hpp>
#include <presence/transport.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI {

/// A participant in one room.
///
/// Every function may be called from any thread where the transport's mutex locks, and from inside any listener or
/// handler: there it returns at once and takes effect after the batch whose events are being told. Elsewhere a call
/// returns with everything delivered that it caused on this thread; while another thread is at work it leaves that to
/// it, and stands still where very much waits already (`presence_options::max_pending_operations`). Listeners and
/// handlers never run under a lock, and those of one presence never run at the same time.
///
/// A presence may be destroyed anywhere, also inside its own listener and with operations pending: their handlers get
/// `operation_aborted`, and once the destructor has returned no listener or handler is running or will run, except
/// the one that it was called from.
///
/// A moved-from presence is empty: its operations fail with `operation_aborted`, its queries know nothing.
///
/// Operations, which are `enter`, `update`, `leave`, their `…_client` forms and `publish`: in `initialized` the room
/// is attached first (RTP8d); while attaching they wait in order (RTP5b, RTP16). The sender sees its own event before
/// its handler is called (P11). Each is O(1) here. A handler is told one of these, and without one an error goes to
/// `subscribe_errors`:
///
/// | error | when |
/// |---|---|
/// | `invalid_client_id` | without an identity or with `*` (RTP8j); for others without the permission (RTP15) |
/// | `invalid_room_state` | while detaching, detached, suspended or failed; while attaching with `queue_operations` off |
/// | `queue_full` | too many wait for the attach or an answer (W13), or for a callback to end (W14) |
/// | `superseded` | by a later one for the same member while it waited (W11) |
/// | `invalid_data` | the codec refuses the data, or the hub data or extras |
/// | `not_permitted`, `banned`, `message_too_large`, `room_full`, `rate_limited`, `overloaded`, `bad_request` | as the hub answers (P10) |
/// | `disconnected` | the transport cannot know whether the hub has seen it |
/// | `connection_closed`, `channel_failed`, or what else ended the room | the room ended while it waited (R6) |
/// | `operation_aborted` | the presence ended first |
/// | `std::errc::not_enough_memory` | P12 |
///
/// Where memory runs out before anything was done, a call throws `std::bad_alloc` instead (P12).
template <class Data, class Clock, class Transport>
class basic_presence : public publishing<basic_presence<Data, Clock, Transport>, Data> {
  static_assert(clock<Clock>, "Clock does not model presence::clock");
  static_assert(transport<Transport>, "Transport does not model presence::transport");
  static_assert(std::same_as<Data, typename Transport::codec_type::value_type>,
                "Data must be the value_type of the transport's codec");

  using core = detail::presence_core<Data, Clock, Transport>;

 public:
  using data_type = Data;                        ///< what a member carries
  using event_type = event<Data>;                ///< what `subscribe` tells
  using member_type = member<Data>;              ///< a member to keep
  using member_list = std::vector<member_type>;  ///< what `get` gives
  using view_type = member_view<Data>;           ///< what `for_each` shows
  using transport_type = Transport;              ///< what it is reached by
  /// `void(std::error_code)`, called exactly once.
  using completion = typename core::completion;
  /// `void(result<std::vector<member<Data>>>)`, called exactly once.
  using get_handler = typename core::get_handler;

  /// A participant over this transport. Attaches nothing yet. The clock stamps the leaves that a sync brings out
  /// (S14). Throws: `std::bad_alloc`.
  explicit basic_presence(Transport transport, presence_options options = {}, Clock clock = Clock{})
      : core_(core::make(std::move(transport), options, std::move(clock))) {}
  ///@{
  /// Takes over what the other is, in constant time; listeners and handlers go on. What this was ends as by the destructor.
  basic_presence(basic_presence&&) noexcept = default;
  basic_presence& operator=(basic_presence&&) noexcept = default;
  ///@}
  /// Ends it: its members leave, or stay for the grace period where the connection is lost, and what was pending is told
  /// `operation_aborted`. Waits for a task in hand on another thread, with the callbacks that it makes.
  ~basic_presence() {
    // Here and not by the pointer's destructor: handlers that are told of the end may call this object, and libc++ takes
    // the pointer away first.
    if (core_ != nullptr) core_->retire();
    static_cast<void>(core_.release());
  }

  // --- room -----------------------------------------------------------------------------------------------------------

  /// Asks to be attached. Completes at once where it is already. O(1) here; a sync follows, linear in the room's members.
  /// Errors: why the transport could not, which over a hub is `not_permitted`, `invalid_room_name`, `too_many_rooms`,
  /// `connection_closed`, `connection_expired`, `kicked` or `std::errc::not_enough_memory`; `channel_failed` when `detach`
  /// came first, or where the room ended or was suspended without a reason; `operation_aborted`.
  void attach(completion handler = {}) {
    if (alive(handler)) core_->attach(std::move(handler));
  }

  /// Leaves the room: own members leave, the set is forgotten and no leaves are told (RTP5a). Completes at once where
  /// there is nothing to detach from. Errors: `channel_failed` in failed, or where the transport suspends the room meanwhile
  /// without a reason, else that reason; `operation_aborted`.
  void detach(completion handler = {}) {
    if (alive(handler)) core_->detach(std::move(handler));
  }

  /// Where the room stands; `initialized` for a moved-from presence. O(1).
  [[nodiscard]] room_state state() const {
    return core_ != nullptr ? core_->reading([](const auto& s) { return s.room; }) : room_state::initialized;
  }

  /// Whether the first sync has completed since the set was last unknown (RTP13). O(1).
  [[nodiscard]] bool sync_complete() const {
    return core_ != nullptr && core_->reading([](const auto& s) { return s.synced; });
  }

  /// What the last attach granted; before the first one all that there is. Without `mode::subscribe` no events come. O(1).
  [[nodiscard]] mode_set modes() const {
    return core_ != nullptr ? core_->reading([](const auto& s) { return s.modes; }) : mode_set{};
  }

  /// The client id of the connection: empty or `*` if it has none of its own and can at most act for others.
  [[nodiscard]] std::string client_id() const { return core_ != nullptr ? core_->client_id() : std::string{}; }
  /// The id of the connection that the room was last attached over; empty before that.
  [[nodiscard]] std::string connection_id() const {
    return core_ != nullptr ? core_->reading([](const auto& s) { return s.own.connection_id(); }) : std::string{};
  }

  // --- own presence -----------------------------------------------------------------------------------------------------
  //
  // `enter`, `update`, `leave` and those for a client are in <presence/publishing.hpp>.

  /// Several of them together, all or none, told to others as one change (W17). While attaching a batch waits as one
  /// operation, of which nothing is superseded. Errors beside those above: `bad_request` for a batch of none, or one
  /// that names a client twice. Linear in the batch.
  void publish(batch<Data> all, completion handler = {}) {
    handler = detail::batch_access::completion_of(all, std::move(handler));
    if (alive(handler)) core_->publish(std::move(detail::batch_access::entries(all)), std::move(handler));
  }

  /// "Am I present?": absent → entering → present → lost, and why lost (W1–W9). O(1).
  [[nodiscard]] self_status self() const {
    return core_ != nullptr ? core_->reading([](const auto& s) { return s.own.self(); }) : self_status{};
  }

  /// The data of the connection's own member, as the set has it; nothing where it is not present or has none. O(1).
  [[nodiscard]] shared_data<Data> own_data() const {
    if (core_ == nullptr) return {};
    return core_->reading([](const auto& s) {
      const auto mine = s.set.find(s.own.client_id(), s.own.connection_id());
      return mine ? mine->data : shared_data<Data>{};
    });
  }

  // --- events -----------------------------------------------------------------------------------------------------------

  /// Calls `listener(const event<Data>&)` for every member that enters, updates, leaves, or is found present. Folding
  /// what it receives over the set as of this call gives the set at any later time.
  /// Attaches the room first if nothing did (`attach_on_subscribe`). Where it will hear nothing, in a room that is left or
  /// without permission, `subscribe_errors` is told so, at once or when the attach that is still to come grants none.
  /// O(1). Throws: `presence_error` with `events_disabled` if the presence was made with `enable_events` off;
  /// `std::bad_alloc`, and then nobody subscribed (R1, R14, S17).
  template <std::invocable<const event_type&> Listener>
  subscription subscribe(Listener&& listener) {
    return subscribe(action_set::all(), std::forward<Listener>(listener));
  }
  /// The same for some actions only: `subscribe(action::enter | action::leave, …)`. An event costs nothing for the
  /// listeners that did not ask for it where they asked for one action.
  template <std::invocable<const event_type&> Listener>
  subscription subscribe(action_set actions, Listener&& listener) {
    return listen(actions, std::forward<Listener>(listener));
  }

  /// Calls `listener(const user_event&)` when the first member of a client id comes and when its last one goes. Attaches
  /// and throws as `subscribe` does.
  template <std::invocable<const user_event&> Listener>
  subscription subscribe_users(Listener&& listener) {
    return listen_users(std::forward<Listener>(listener));
  }

  /// Calls `listener(const changes<Data>&)` once for each batch or page of a sync that changed the set, with what was added,
  /// updated and removed: for a list on a screen. After the listeners of `subscribe` and `subscribe_users` have heard
  /// of the same. A room that is detached or failed forgets its set and tells no changes (RTP5a). Attaches and throws
  /// as `subscribe` does. O(n log n) in the batch.
  template <std::invocable<const changes<Data>&> Listener>
  subscription subscribe_changes(Listener&& listener) {
    return listen_changes(std::forward<Listener>(listener));
  }

  /// Calls `listener(const room_event&)` when the room's state changes, or when something happens to it within a state
  /// (another sync, a re-entry that failed, RTP17e). Does not attach.
  template <std::invocable<const room_event&> Listener>
  subscription subscribe_state(Listener&& listener) {
    return listen_state(std::forward<Listener>(listener));
  }

  /// Calls `listener(const failure&)` for what would otherwise be lost: an operation without a handler that failed, a
  /// listener or handler that threw, an incoming message that makes no sense. Does not attach. What it throws itself is
  /// dropped.
  template <std::invocable<const failure&> Listener>
  subscription subscribe_errors(Listener&& listener) {
    return listen_errors(std::forward<Listener>(listener));
  }

  /// Ends every subscription, released ones too, with the promise of `subscription::unsubscribe`.
  void unsubscribe_all() {
    if (core_ != nullptr) core_->unsubscribe_all();
  }

  // --- the set ----------------------------------------------------------------------------------------------------------
  //
  // These answer at once with what is known, from any thread; during a sync that may be a part (see `sync_complete`).
  // `get` and `users` tell apart what is empty and what is not known; the others do not. Errors: `not_synced` before
  // the first attach, and until the next one after detached or failed; `subscribe_not_permitted` where presence may not
  // be received (RTP11f1); `invalid_room_state` when detached or failed; `operation_aborted` for a moved-from presence.

  /// All members. Linear. Errors: `not_synced`, `subscribe_not_permitted`, `invalid_room_state`, `operation_aborted`,
  /// as above.
  [[nodiscard]] result<member_list> get() const { return get(query{}); }
  /// The members of one client id, that of this connection first; of an empty id there are none. Linear in their number.
  [[nodiscard]] result<member_list> get(std::string_view client_id) const {
    return core_ != nullptr ? core_->get_of(client_id) : result<member_list>{errc::operation_aborted};
  }
  /// The members that match (RTP11c2, RTP11c3). Linear in the set, or with a client id in that user's members.
  [[nodiscard]] result<member_list> get(const query& which) const {
    return core_ != nullptr ? core_->get(which) : result<member_list>{errc::operation_aborted};
  }
  /// The same once the set is in sync, attaching first if nothing did (RTP11a). Errors: `invalid_room_state` while detaching,
  /// detached or failed; `out_of_sync` in suspended (RTP11d); `subscribe_not_permitted` (RTP11f1); where the room detaches or
  /// fails before the sync ends, why it did, or `channel_failed` where nobody says why; `operation_aborted`;
  /// `std::errc::not_enough_memory`.
  void get(query which, get_handler handler) {
    if (core_ != nullptr) {
      core_->get(std::move(which), std::move(handler));
    } else if (handler) {
      handler(errc::operation_aborted);
    }
  }

  /// Whether the client id has at least one member, as far as is known: false also where nothing is known, which `get`
  /// tells apart. O(1).
  [[nodiscard]] bool is_user_present(std::string_view client_id) const {
    return core_ != nullptr && core_->reading([&](const auto& s) { return s.set.contains_user(client_id); });
  }
  /// Every user with the number of its connections. Linear. Errors: as `get`.
  [[nodiscard]] result<std::vector<user>> users() const {
    return core_ != nullptr ? core_->users() : result<std::vector<user>>{errc::operation_aborted};
  }
  /// The members that are known now, none where nothing is: `for (const auto& m : p.snapshot())`. Ids are copied, data is
  /// shared. Linear.
  [[nodiscard]] member_list snapshot() const {
    auto known = get();
    return known ? std::move(*known) : member_list{};
  }
  /// How many members are known. O(1).
  [[nodiscard]] std::size_t size() const {
    return core_ != nullptr ? core_->reading([](const auto& s) { return s.set.size(); }) : 0;
  }
  /// How many users are known. O(1).
  [[nodiscard]] std::size_t user_count() const {
    return core_ != nullptr ? core_->reading([](const auto& s) { return s.set.user_count(); }) : 0;
  }
  /// Goes up by one with each event, and when a set that was not empty is forgotten; never down. Equal versions, equal
  /// sets. O(1).
  [[nodiscard]] std::uint64_t version() const {
    return core_ != nullptr ? core_->reading([](const auto& s) { return s.set.version(); }) : 0;
  }
  /// What the set holds, in bytes (`basic_member_set::bytes`). Linear.
  [[nodiscard]] std::size_t bytes() const {
    return core_ != nullptr ? core_->reading([](const auto& s) { return s.set.bytes(); }) : 0;
  }

  /// Calls `visit(const member_view<Data>&)` for each known member, without copying any. Runs under the lock: the
  /// visitor must not call this presence, which a debug build asserts. What it throws passes through. Linear.
  template <std::invocable<const view_type&> Visit>
  void for_each(Visit&& visit) const {
    if (core_ != nullptr) core_->for_each(std::forward<Visit>(visit));
  }

 private:
  friend class publishing<basic_presence, Data>;

  [[nodiscard]] bool alive(completion& handler) const {
    if (core_ != nullptr) return true;
    if (handler) handler(make_error_code(errc::operation_aborted));
    return false;
  }
  /// `client_id` is null for the connection's own.
  void operate(action what, std::string* client_id, shared_data<Data> data, extras extra, completion handler) {
    if (!alive(handler)) return;
    detail::batch_entry<Data> one{what, client_id != nullptr,
                                  client_id != nullptr ? std::move(*client_id) : std::string{}, std::move(data),
                                  std::move(extra)};
    core_->post(detail::operate_call<Data>{std::move(one), {}, std::move(handler), false});
  }

  // Not templates, and nothing else here is that leads to the core's functions: so `extern template` of this class leaves
  // them all to one source file (docs/platforms.md).
  template <class Event>
  using listener_to = typename core::template listener_to<Event>;
  [[nodiscard]] subscription listen(action_set actions, listener_to<event_type> to) {
    return core_ != nullptr ? core_->subscribe(actions, std::move(to)) : subscription{};
  }
  [[nodiscard]] subscription listen_users(listener_to<user_event> to) {
    return core_ != nullptr ? core_->subscribe_users(std::move(to)) : subscription{};
  }
  [[nodiscard]] subscription listen_changes(listener_to<changes<Data>> to) {
    return core_ != nullptr ? core_->subscribe_changes(std::move(to)) : subscription{};
  }
  [[nodiscard]] subscription listen_state(listener_to<room_event> to) {
    return core_ != nullptr ? core_->subscribe_state(std::move(to)) : subscription{};
  }
  [[nodiscard]] subscription listen_errors(listener_to<failure> to) {
    return core_ != nullptr ? core_->subscribe_errors(std::move(to)) : subscription{};
  }

  struct retire {
    void operator()(core* c) const noexcept { c->retire(); }
  };
  std::unique_ptr<core, retire> core_;
};

namespace detail {

/// The clock that a participant has where none is named: the transport's, else the system's.
template <class Transport>
struct clock_of {
  using type = std::chrono::system_clock;
};
template <class Transport>
requires requires { typename Transport::clock_type; }
struct clock_of<Transport> {
  using type = typename Transport::clock_type;
};

}  // namespace detail

///@{
/// `presence::basic_presence p{transport};` finds out the data, and where no clock is given takes the transport's
/// `clock_type` if it has one, else the system's.
template <transport Transport>
basic_presence(Transport) -> basic_presence<typename Transport::codec_type::value_type,
                                            typename detail::clock_of<Transport>::type, Transport>;
template <transport Transport>
basic_presence(Transport, presence_options) -> basic_presence<typename Transport::codec_type::value_type,
                                                              typename detail::clock_of<Transport>::type, Transport>;
template <transport Transport, clock Clock>
basic_presence(Transport, presence_options, Clock)
    -> basic_presence<typename Transport::codec_type::value_type, Clock, Transport>;
///@}

}  // namespace presence::inline PRESENCE_ABI

#endif
