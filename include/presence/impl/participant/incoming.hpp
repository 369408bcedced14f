// participant_state: what the transport brings.
#ifndef PRESENCE_IMPL_PARTICIPANT_INCOMING_HPP
#define PRESENCE_IMPL_PARTICIPANT_INCOMING_HPP

#include <presence/detail/participant/participant_state.hpp>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

// --- the room's state -------------------------------------------------------------------------------------------------------

template <class Data, class Wire>
void participant_state<Data, Wire>::changed(const state_change& change, std::string connection_id, time_point now) {
  switch (change.state) {
    case room_state::attached:
      if (room != room_state::attaching && room != room_state::attached && room != room_state::suspended) {
        return;  // nobody wants it any more: it crossed a detach on the way
      }
      return attached(change, std::move(connection_id), now);
    case room_state::detached:
    case room_state::failed:
      if (room != change.state) gone(change);
      return;
    case room_state::suspended:
      if (room == room_state::attached || room == room_state::attaching || room == room_state::detaching) {
        suspended(change);
      }
      return;
    case room_state::attaching:
      if (room == room_state::attached || room == room_state::suspended) change_room(change.state, change);
      return;
    case room_state::initialized:
    case room_state::detaching: return;
  }
}

template <class Data, class Wire>
void participant_state<Data, Wire>::attached(const state_change& change, std::string connection_id, time_point now) {
  const bool sync_follows = !change.resumed && change.has_members;
  const bool everybody_leaves = !change.resumed && !change.has_members;
  if (everybody_leaves) events.expect_leaves(set.size());  // the last that may fail
  const bool subscribed = std::exchange(somebody_subscribed, false);
  const bool heard = std::exchange(modes, change.modes).contains(mode::subscribe) || subscribed;
  own.attached(change.resumed, std::move(connection_id), sync_follows || modes.contains(mode::subscribe));
  if (!change.resumed) {
    known = true;
    resync_due = flawed_sync = false;
  } else if (!known) {
    resync_due = true;  // whatever this goes on with says nothing without a sync
  }
  if (sync_follows) {
    set.start_sync();
  } else if (everybody_leaves) {  // RTP19a
    set.leave_all(now, [&](event<Data>&& e, user_change c) { events.add_leave(std::move(e), c); });
    synced = true;
    own.sync_ended([&](const std::string& id) { return set.contains(id, own.connection_id()); });
  }
  change_room(room_state::attached, change);
  effects.add(deliver_events{});
  if (heard && !modes.contains(mode::subscribe)) effects.add(report_unheard{});
  complete_all(attaching, {}, "attach");
  effects.add(send_reentries{});
  if (!queued.empty()) effects.add(send_waiting{});
  if (everybody_leaves) caught_up();
  if (!may_read() || in_sync()) answer_waiting({});
}

/// Detached or failed: nothing is known any more, and no leave is told (RTP5a).
template <class Data, class Wire>
void participant_state<Data, Wire>::gone(const state_change& change) noexcept {
  const bool asked = room == room_state::detaching || !detaching.empty();
  own.ended(asked, reason(change), [&](shared_data<Wire> data) { let_go(std::move(data)); });
  if (set.size() > 0) {
    discarded_.emplace(set.take_all());
  } else {
    set.clear();
  }
  known = synced = resync_due = flawed_sync = false;
  change_room(change.state, change);
  caught_up();
  const bool again = std::exchange(attach_again, false);
  if (!again) refuse_queued(reason_for_operations(change));
  std::uint64_t number = queued_before;  // these still wait (W10)
  for (const operation_type& op : queued) {
    attempt([&] { each_part(op, [&](const operation_type& one) { own.waits(one, number); }); },
            [](const std::exception_ptr&) {});  // else it is not replaced by a newer one
    ++number;
  }
  if (!again) answer_waiting(reason(change));
  if (!again) complete_all(attaching, reason(change), "attach");
  const bool is_detached = change.state == room_state::detached;
  complete_all(detaching, is_detached ? std::error_code{} : reason(change), "detach");
  if (again) begin_attach();
}

/// The set is kept, so that after the next attach only the differences are told (RTP5f).
template <class Data, class Wire>
void participant_state<Data, Wire>::suspended(const state_change& change) noexcept {
  own.suspended(change.error ? change.error : make_error_code(errc::disconnected));
  attach_again = false;
  change_room(room_state::suspended, change);
  caught_up();
  refuse_queued(reason_for_operations(change));
  answer_waiting(errc::out_of_sync);  // RTP11d
  complete_all(attaching, reason(change), "attach");
  complete_all(detaching, reason(change), "detach");
}

// --- answers ----------------------------------------------------------------------------------------------------------------

template <class Data, class Wire>
auto participant_state<Data, Wire>::answered(publish_token token, std::error_code outcome)
    -> std::optional<operation_type> {
  std::optional<operation_type> op = sent.take(token);
  if (!op) return std::nullopt;
  if (!queued.empty()) effects.add(send_waiting{});
  const bool in_room = room == room_state::attached || room == room_state::attaching;
  bool refused = false;
  each_part(*op, [&](const operation_type& one) {
    std::optional<bool> there;
    if (in_sync() && !catching_up) there = set.contains(own.name_of(one), own.connection_id());
    if (own.answered(one, outcome, in_room, there)) refused = true;
  });
  if (refused) {  // RTP17e; a re-entry is never part of a batch
    effects.add(
        notify_state{{room, room, true, make_error_code(errc::reentry_failed), std::move(op->client_id), outcome}});
  }
  return op;
}

// --- messages ---------------------------------------------------------------------------------------------------------------

/// A message has changed the set. Called for each one of a batch, so it calls only what has something to do.
template <class Data, class Wire>
void participant_state<Data, Wire>::set_changed(const message<Wire>& raw, const event<Data>& e, user_change change,
                                                bool is_live) {
  if (events.anything()) events.add(e, change, set.size());
  if (equal_text(raw.connection_id, own.connection_id())) {
    own.echoed(raw, is_live, [&](shared_data<Wire> data) { let_go(std::move(data)); });
  }
}

/// How the set tells its changes. A batch that was decoded here is this participant's own: an update in it is given the data
/// that it replaced, as the hub gives it where nothing is decoded.
template <class Data, class Wire>
template <class Changed>
auto participant_state<Data, Wire>::emitting(Changed changed) {
  if constexpr (std::is_same_v<Data, Wire>) {
    return changed;
  } else {
    return [changed](const event<Data>& e, user_change change, shared_data<Data>& replaced) {
      if (e.action == action::update) const_cast<event<Data>&>(e).previous = std::move(replaced);
      changed(e, change);
    };
  }
}

/// What a message of `decoded` was made from: the set hands its callbacks the batch's own messages and no copies.
template <class Wire, class Data>
[[nodiscard]] const message<Wire>& source_of(const message<Data>& m, const std::vector<message<Data>>& decoded,
                                             const std::vector<message<Wire>>& raw) {
  const auto place = static_cast<std::size_t>(&m - decoded.data());
  assert(place < decoded.size() && decoded.size() == raw.size());
  return raw[place];
}

template <class Data, class Wire>
template <class Malformed>
void participant_state<Data, Wire>::live(const std::vector<message<Wire>>& raw,
                                         const std::vector<message<Data>>& decoded, Malformed&& malformed) {
  const auto raw_of = [&](const event<Data>& e) -> const message<Wire>& { return source_of(e, decoded, raw); };
  if (events.anything()) events.expect(decoded.size());
  set.apply(
      decoded, emitting([&](const event<Data>& e, user_change change) { set_changed(raw_of(e), e, change, true); }),
      [&](const event<Data>& e) {
        const bool sound = is_well_formed(e);
        if (!sound) malformed(e);
        return sound;
      },
      [&](const event<Data>& e) {
        if (e.action != action::leave || raw_of(e).connection_id != own.connection_id()) return;
        if (set.contains(e.client_id, e.connection_id)) return;
        own.echoed_unseen(raw_of(e), [&](shared_data<Wire> data) { let_go(std::move(data)); });
      });
}

/// A page with something that cannot be read is taken without it; its sync ends, but makes nobody leave.
template <class Data, class Wire>
template <class Malformed>
void participant_state<Data, Wire>::page(const std::vector<message<Wire>>& raw,
                                         const std::vector<message<Data>>& decoded, const sync_cursor& cursor,
                                         time_point now, Malformed&& malformed) {
  if (events.anything()) events.expect(decoded.size());
  const bool sound =
      std::all_of(decoded.begin(), decoded.end(), [](const message<Data>& m) { return is_well_formed(m); });
  auto emit = emitting(
      [&](const event<Data>& e, user_change change) { set_changed(source_of(e, decoded, raw), e, change, false); });
  const sync_cursor open{cursor.sequence, false};  // the end follows when there is room for what it brings
  if (sound) {
    set.apply_sync(decoded, open, now, emit, [](event<Data>&&, user_change) {});
  } else {
    set.apply_sync({}, open, now, emit, [](event<Data>&&, user_change) {});
    set.apply(
        decoded, emit,
        [&](const event<Data>& e) {
          const bool readable = is_well_formed(e);
          if (!readable) malformed(e);
          return readable;
        },
        [](const event<Data>&) {});
    flawed_sync = true;
  }
  if (!cursor.last) return;
  if (std::exchange(flawed_sync, false)) {
    set.give_up_sync();
  } else {
    events.expect_leaves(set.unconfirmed());
    set.end_sync(now, [&](event<Data>&& e, user_change change) { events.add_leave(std::move(e), change); });
    own.sync_ended([&](const std::string& id) { return set.contains(id, own.connection_id()); });
  }
  synced = true;
  effects.add(deliver_events{});
  caught_up();
  answer_waiting({});
}

template <class Data, class Wire>
auto participant_state<Data, Wire>::matching(const query& which) const -> member_list {
  member_list found;
  const auto take = [&](const member_view<Data>& m) {
    if (which.connection_id.empty() || which.connection_id == m.connection_id) found.emplace_back(m);
  };
  if (!which.client_id.empty()) {
    set.for_each_of(which.client_id, take);
  } else {
    if (which.connection_id.empty()) found.reserve(set.size());
    set.for_each(take);
  }
  return found;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
