// participant_state: calls of the application.
#ifndef PRESENCE_IMPL_PARTICIPANT_CALLS_HPP
#define PRESENCE_IMPL_PARTICIPANT_CALLS_HPP

#include <presence/detail/participant/participant_state.hpp>

namespace presence::inline PRESENCE_ABI::detail {

template <class Data, class Wire>
void participant_state<Data, Wire>::attach(completion& handler) {
  if (room == room_state::attached) {
    fifo<completion> one;
    one.push(std::move(handler));
    return complete_all(one, {}, "attach");
  }
  attaching.push(std::move(handler));
  switch (room) {
    case room_state::attached:
    case room_state::attaching: return;
    case room_state::detaching: attach_again = true; return;
    case room_state::initialized:
    case room_state::detached:
    case room_state::suspended:
    case room_state::failed: return begin_attach();
  }
}

template <class Data, class Wire>
void participant_state<Data, Wire>::detach(completion& handler) {
  detaching.push(std::move(handler));
  if (std::exchange(attach_again, false)) refuse_queued(errc::invalid_room_state);
  switch (room) {
    case room_state::failed: return complete_all(detaching, errc::channel_failed, "detach");
    case room_state::detached: return complete_all(detaching, {}, "detach");
    case room_state::detaching: return;
    case room_state::initialized:  // nothing to ask anyone
      return gone({room_state::detached, false, false, mode_set::all(), {}});
    case room_state::suspended:  // the transport is still trying
    case room_state::attaching:
    case room_state::attached:
      change_room(room_state::detaching, {});
      complete_all(attaching, errc::channel_failed, "attach");
      refuse_queued(errc::invalid_room_state);
      answer_waiting(errc::channel_failed);
      effects.add(ask_detach{});
      return;
  }
}

template <class Data, class Wire>
std::error_code participant_state<Data, Wire>::operate(operation_type& op, std::optional<outgoing>& now) {
  const auto cannot = [&](errc why) {
    each_part(op, [&](const operation_type& one) {
      if (one.what == action::leave) own.could_not_leave(one);
    });
    return make_error_code(why);
  };
  switch (room) {
    case room_state::attached:
      if (!queued.empty() || !may_send()) break;  // nothing overtakes what could not be sent (W10, W13)
      now = send(op, true);
      return {};
    case room_state::attaching:
      if (!options.queue_operations) return cannot(errc::invalid_room_state);
      break;
    case room_state::detaching:
      if (!attach_again) return cannot(errc::invalid_room_state);
      break;
    case room_state::initialized: break;
    case room_state::detached:
    case room_state::suspended:
    case room_state::failed: return cannot(errc::invalid_room_state);
  }
  queued.make_room();
  operation_type* const earlier = queued_for(op);
  if (earlier == nullptr && queued.size() >= options.max_queued_operations) return cannot(errc::queue_full);
  if (!op.alone()) own.remember(op);
  each_part(op, [&](const operation_type& one) { own.called(one); });
  if (earlier != nullptr) {  // the newest state is what counts (W11)
    own.superseded(*earlier);
    fifo<operation_type> one;
    one.push(std::exchange(*earlier, std::move(op)));
    effects.add(refuse_operations<Wire>{std::move(one), make_error_code(errc::superseded)});
  } else {
    each_part(op, [&](const operation_type& one) { own.waits(one, queued_before + queued.size()); });
    queued.push(std::move(op));
  }
  if (room == room_state::initialized) begin_attach();  // RTP8d
  if (room == room_state::attached) effects.add(send_waiting{});
  return {};
}

/// The operation that waits for the same member and that this one makes pointless: an enter or update by another one or
/// by a leave. An enter behind a leave is something else, and a batch is not done by halves. O(1): a gateway has many members.
template <class Data, class Wire>
auto participant_state<Data, Wire>::queued_for(const operation_type& op) noexcept -> operation_type* {
  if (!op.alone()) return nullptr;
  const auto number = own.newest_waiting(op);
  if (!number || *number < queued_before || *number - queued_before >= queued.size()) return nullptr;
  operation_type* const newest = queued.begin() + (*number - queued_before);
  if (!newest->alone()) return nullptr;
  return newest->what != action::leave || op.what == action::leave ? newest : nullptr;
}

template <class Data, class Wire>
bool participant_state<Data, Wire>::get(waiting_get& call, std::error_code& outcome) {
  switch (room) {
    case room_state::suspended: outcome = errc::out_of_sync; return false;
    case room_state::detaching:
      if (attach_again) break;
      [[fallthrough]];
    case room_state::detached:
    case room_state::failed: outcome = errc::invalid_room_state; return false;
    case room_state::attached:
      if (may_read() && !in_sync()) break;
      outcome = unreadable();
      return false;
    case room_state::initialized:
    case room_state::attaching: break;
  }
  waiting.push(std::move(call));
  if (room == room_state::initialized) begin_attach();
  return true;
}

template <class Data, class Wire>
std::error_code participant_state<Data, Wire>::subscribed() {
  if (room != room_state::attached) somebody_subscribed = true;
  switch (room) {
    case room_state::initialized:
      if (options.attach_on_subscribe) {
        attaching.push({});
        begin_attach();
      }
      return {};
    case room_state::detaching:
      if (attach_again) return {};
      return errc::invalid_room_state;
    case room_state::detached:
    case room_state::failed: return errc::invalid_room_state;
    case room_state::attached:
      if (!modes.contains(mode::subscribe)) return errc::subscribe_not_permitted;
      return {};
    case room_state::attaching:
    case room_state::suspended: return {};
  }
  return {};
}

// --- sending ----------------------------------------------------------------------------------------------------------------

template <class Data, class Wire>
auto participant_state<Data, Wire>::send(operation_type& op, bool is_new) -> outgoing {
  outgoing made;
  (void)sent.prepare();
  made.messages.reserve(1 + op.others.size());
  each_part(op, [&](const operation_type& one) {
    message<Wire> m;
    m.action = one.what;
    m.client_id = one.client_id;
    m.data = one.data;
    m.extras = one.extras;
    m.id = one.id;
    made.messages.push_back(std::move(m));
  });
  if (!op.alone()) own.remember(op);
  each_part(op, [&](operation_type& one) {
    if (is_new) own.called(one);
    own.sending(one, !is_new && !one.reentry);
  });
  made.token = sent.add(std::move(op));
  return made;
}

template <class Data, class Wire>
auto participant_state<Data, Wire>::send(std::optional<operation_type> op) -> std::optional<outgoing> {
  if (!op) return std::nullopt;
  return send(*op, false);
}

template <class Data, class Wire>
auto participant_state<Data, Wire>::next_waiting() -> std::optional<outgoing> {
  if (queued.empty() || room != room_state::attached || !may_send()) return std::nullopt;
  outgoing made = send(*queued.begin(), false);  // takes it only when it cannot fail any more
  (void)queued.pop();
  ++queued_before;
  return made;
}

template <class Data, class Wire>
void participant_state<Data, Wire>::refuse_queued(std::error_code why) noexcept {
  if (queued.empty()) return;
  for (const operation_type& op : queued) {
    each_part(op, [&](const operation_type& one) { own.dropped(one); });
  }
  queued_before += queued.size();
  effects.add(refuse_operations<Wire>{std::exchange(queued, {}), why});
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
