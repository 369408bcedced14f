#ifndef PRESENCE_DETAIL_PARTICIPANT_PARTICIPANT_STATE_HPP
#define PRESENCE_DETAIL_PARTICIPANT_PARTICIPANT_STATE_HPP

#include <presence/clock.hpp>
#include <presence/detail/participant/answers.hpp>
#include <presence/detail/participant/effects.hpp>
#include <presence/detail/participant/event_collector.hpp>
#include <presence/detail/participant/operation.hpp>
#include <presence/detail/participant/own_members.hpp>
#include <presence/detail/util/always_inline.hpp>
#include <presence/detail/util/attempt.hpp>
#include <presence/detail/util/equal_text.hpp>
#include <presence/detail/util/fifo.hpp>
#include <presence/detail/util/in_flight.hpp>
#include <presence/member_set.hpp>
#include <presence/mode.hpp>
#include <presence/options.hpp>
#include <presence/result.hpp>
#include <presence/room_state.hpp>
#include <presence/transport.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// What a participant knows and what follows from what happens: the room's state, the set, own members, operations. It is
/// told what happened and leaves in `effects` what is to be done about it. No lock, no transport, no callback: each order
/// of events can be tried out on one thread (tests/unit/participant/state_machine_test.cpp). `presence_core` is the shell
/// that owns the lock and calls out.
///
/// A function that throws, for lack of memory, has changed nothing, unless it says otherwise.
///
/// It has a few more than twenty data members: five queues, of which each holds what waits for something else, and a flag
/// for each question that an attach or a sync answers.
template <class Data, class Wire>
class participant_state {
 public:
  using member_list = std::vector<member<Data>>;
  using get_handler = unique_function<void(result<member_list>)>;
  using operation_type = operation<Wire>;
  struct waiting_get {
    query which;
    get_handler handler;
  };
  /// What goes to the transport.
  struct outgoing {
    std::vector<message<Wire>> messages;
    publish_token token = 0;
  };

  participant_state(const presence_options& o, std::string_view client_id) : options(o), own(client_id) {
    set.keep_released();
  }

  // --- calls of the application (impl/participant/calls.hpp) ------------------------------------------------------------
  // Each takes the handler only when it cannot fail any more.

  void attach(completion& handler);
  void detach(completion& handler);
  /// Returns why the operation cannot be done, and then has left it alone, or no error: it is sent at once, in `now`, or
  /// waits.
  [[nodiscard]] std::error_code operate(operation_type& op, std::optional<outgoing>& now);
  /// Returns whether the get waits; else it is to be answered now, with `outcome` if that is an error.
  [[nodiscard]] bool get(waiting_get& call, std::error_code& outcome);
  /// A subscription to events has been made: attaches the room if nothing did. Returns why it will hear nothing.
  [[nodiscard]] std::error_code subscribed();

  // --- what the transport brings (impl/participant/incoming.hpp) --------------------------------------------------------

  void changed(const state_change& change, std::string connection_id, time_point now);
  /// The outcome of a publish, and the operation that it was of; nothing if there is none of that token. The operation is
  /// to be completed by the caller, unless it was a re-entry or is held back.
  [[nodiscard]] std::optional<operation_type> answered(publish_token token, std::error_code outcome);
  /// Live messages as they came and as they read decoded, which may be the same. `malformed(const message<Data>&)` is
  /// told those that make no sense. If memory runs out on the way, what came before stands.
  template <class Malformed>
  void live(const std::vector<message<Wire>>& raw, const std::vector<message<Data>>& decoded, Malformed&& malformed);
  template <class Malformed>
  void page(const std::vector<message<Wire>>& raw, const std::vector<message<Data>>& decoded, const sync_cursor& cursor,
            time_point now, Malformed&& malformed);
  /// Messages were dropped unseen: a sync will follow, and own events with it.
  void fell_behind() noexcept { catching_up = true; }

  // --- what is to be sent -----------------------------------------------------------------------------------------------

  [[nodiscard]] std::optional<outgoing> next_reentry() { return send(own.next_reentry()); }
  [[nodiscard]] std::optional<outgoing> reentry_after(const operation_type& answered) {
    return send(own.reentry_after(answered));
  }
  /// Operations that waited for the attach, in order (RTP5b).
  [[nodiscard]] std::optional<outgoing> next_waiting();
  /// Those that the hub refused for a passing reason are tried again: a seat became free, or a second went by (W8).
  void try_put_off_again(time_point now, bool somebody_left) noexcept {
    if (!own.anybody_put_off() || room != room_state::attached) return;
    const auto since = now - put_off_at;
    if (!somebody_left && since < retry_after && since > -retry_after) return;
    put_off_at = now;
    own.begin_reentry(true);
    effects.add(send_reentries{});
  }

  /// What an operation that is over still holds is destroyed outside the lock.
  void let_go_of(operation_type& op) noexcept {
    each_part(op, [&](operation_type& one) { let_go(std::move(one.data)); });
  }

  /// Whether another operation of the user may be on its way: past the bound they wait, and only the newest of each
  /// member does (W13).
  [[nodiscard]] bool may_send() const noexcept {
    const std::size_t pending = sent.size() + held.size();
    return pending < options.max_pending_operations || pending == 0;
  }

  // --- queries ----------------------------------------------------------------------------------------------------------

  /// Why the set cannot be read now; no error if it can.
  [[nodiscard]] std::error_code unreadable() const noexcept {
    if (room == room_state::detached || room == room_state::failed) return errc::invalid_room_state;
    if (!may_read()) return errc::subscribe_not_permitted;  // RTP11f1
    if (!known) return errc::not_synced;
    return {};
  }
  [[nodiscard]] bool may_read() const noexcept {
    return options.enable_events && (!known || modes.contains(mode::subscribe));
  }
  [[nodiscard]] bool in_sync() const noexcept { return synced && !set.syncing(); }
  [[nodiscard]] member_list matching(const query& which) const;

  static constexpr std::chrono::milliseconds retry_after{1000};

  const presence_options options;
  basic_member_set<Data> set;
  own_members<Wire> own;
  event_collector<Data> events;
  effect_list<Wire> effects;

  /// Data that was let go of under the owner's lock: no destructor of the user's runs there.
  struct garbage {
    std::vector<shared_data<Data>> released;
    std::vector<shared_data<Wire>> spent;
    std::optional<basic_member_set<Data>> discarded;
    void clear() noexcept {
      released.clear();
      spent.clear();
      discarded.reset();
    }
  };
  [[nodiscard]] bool has_garbage() const noexcept {
    return set.has_released() || !spent_.empty() || discarded_.has_value();
  }
  /// Hands it over, and takes the buffers of what was handed over before.
  void swap_garbage(garbage& with) noexcept {
    with.released = set.take_released(std::move(with.released));
    with.spent.swap(spent_);
    with.discarded.swap(discarded_);
  }

  in_flight<operation_type> sent;  // by their tokens
  fifo<operation_type> queued;     // for the attach, or as much is on its way
  fifo<operation_type> held;       // accepted by the hub, but their own event has not come yet
  fifo<completion> attaching;
  fifo<completion> detaching;
  fifo<waiting_get> waiting;

  mode_set modes = mode_set::all();
  room_state room = room_state::initialized;
  time_point put_off_at{};
  std::uint64_t queued_before = 0;   // how many operations have left the queue: the number of its first
  bool known = false;                // the set means something
  bool synced = false;               // and was complete once
  bool catching_up = false;          // messages were dropped: own events may come with the sync
  bool flawed_sync = false;          // something in it could not be read: nobody leaves because of it
  bool attach_again = false;         // attach was called while detaching
  bool resync_due = false;           // the transport is to be asked for a sync
  bool somebody_subscribed = false;  // before it was known whether that hears anything

 private:
  std::vector<shared_data<Wire>> spent_;
  std::optional<basic_member_set<Data>> discarded_;

  [[nodiscard]] static bool keeps_spent() noexcept { return !std::is_trivially_destructible_v<Wire>; }
  void change_room(room_state to, const state_change& why) noexcept {
    effects.add(notify_state{{std::exchange(room, to), to, why.resumed, why.error, {}, {}}});
  }
  void begin_attach() noexcept {
    change_room(room_state::attaching, {});
    effects.add(ask_attach{});
  }
  void complete_all(fifo<completion>& handlers, std::error_code outcome, std::string_view operation) noexcept {
    if (!handlers.empty()) effects.add(complete_calls{std::exchange(handlers, {}), outcome, operation});
  }
  void answer_waiting(std::error_code why) noexcept {
    if (!waiting.empty()) effects.add(answer_gets{why});
  }
  void refuse_queued(std::error_code why) noexcept;
  void attached(const state_change& change, std::string connection_id, time_point now);
  void gone(const state_change& change) noexcept;
  void suspended(const state_change& change) noexcept;
  void caught_up() noexcept {
    catching_up = false;
    if (!held.empty()) effects.add(complete_held{});
  }
  [[nodiscard]] std::optional<outgoing> send(std::optional<operation_type> op);
  /// Takes the operation only when it cannot fail any more.
  [[nodiscard]] outgoing send(operation_type& op, bool is_new);
  [[nodiscard]] operation_type* queued_for(const operation_type& op) noexcept;
  template <class Changed>
  [[nodiscard]] static auto emitting(Changed changed);
  PRESENCE_DETAIL_ALWAYS_INLINE inline void set_changed(const message<Wire>& raw, const event<Data>& e,
                                                        user_change change, bool is_live);
  void let_go(shared_data<Wire> data) noexcept {
    if (!keeps_spent() || data.empty()) return;
    attempt([&] { spent_.push_back(std::move(data)); }, [](const std::exception_ptr&) {});
  }
  [[nodiscard]] static std::error_code reason(const state_change& change) noexcept {
    return change.error ? change.error : make_error_code(errc::channel_failed);
  }
  [[nodiscard]] static std::error_code reason_for_operations(const state_change& change) noexcept {
    return change.error ? change.error : make_error_code(errc::invalid_room_state);
  }
};

/// Whether a message from outside can be stored.
template <class D>
PRESENCE_DETAIL_ALWAYS_INLINE [[nodiscard]] inline bool is_well_formed(const message<D>& m) noexcept {
  constexpr std::size_t longest = basic_member_set<D>::max_id_length;
  return is_known(m.action) && !m.client_id.empty() && m.client_id.size() <= longest &&
         m.connection_id.size() <= longest;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#include <presence/impl/participant/calls.hpp>
#include <presence/impl/participant/incoming.hpp>

#endif
