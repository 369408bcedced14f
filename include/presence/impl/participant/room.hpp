// presence_core: the room's states, own members and operations.
#ifndef PRESENCE_IMPL_PARTICIPANT_ROOM_HPP
#define PRESENCE_IMPL_PARTICIPANT_ROOM_HPP

#include <presence/detail/participant/presence_core.hpp>

#include <optional>

namespace presence::inline PRESENCE_ABI::detail {

// --- calls ----------------------------------------------------------------------------------------------------------------

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::begin_attach(lock_type& lock) {
  change_state(room_state::attaching, {}, lock);
  const mode_set wanted = options_.enable_events ? mode_set::all() : mode_set{mode::presence};
  if (!closed_) outside(lock, [&] { transport_.attach(wanted); });
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(attach_call& call, lock_type& lock) {
  switch (state_) {
    case room_state::attached: return complete(call.handler, {}, "attach", {}, lock);
    case room_state::attaching: attaching_.push(std::move(call.handler)); return;
    case room_state::detaching:
      attaching_.push(std::move(call.handler));
      attach_again_ = true;
      return;
    case room_state::initialized:
    case room_state::detached:
    case room_state::suspended:
    case room_state::failed:
      attaching_.push(std::move(call.handler));
      begin_attach(lock);
      return;
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(detach_call& call, lock_type& lock) {
  attach_again_ = false;
  switch (state_) {
    case room_state::failed: return complete(call.handler, errc::channel_failed, "detach", {}, lock);
    case room_state::detached: return complete(call.handler, {}, "detach", {}, lock);
    case room_state::detaching: detaching_.push(std::move(call.handler)); return;
    case room_state::initialized:  // nothing to ask anyone
      detaching_.push(std::move(call.handler));
      gone({room_state::detached, false, false, mode_set::all(), {}}, lock);
      return;
    case room_state::suspended:  // the transport is still trying
    case room_state::attaching:
    case room_state::attached:
      detaching_.push(std::move(call.handler));
      change_state(room_state::detaching, {}, lock);
      complete_all(attaching_, errc::channel_failed, "attach", lock);
      refuse_queued(errc::invalid_room_state, lock);
      answer_waiting(errc::channel_failed, lock);
      if (!closed_) outside(lock, [&] { transport_.detach(); });
      return;
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(operate_call& call, lock_type& lock) {
  const auto refuse = [&](errc why) { complete(call.handler, why, to_string(call.what), call.client_id, lock); };
  const std::string& acts_for = call.for_client ? call.client_id : client_id_;
  if (acts_for.empty() || acts_for == "*") return refuse(errc::invalid_client_id);  // RTP8j

  operation op;
  op.what = call.what;
  op.own = acts_for == client_id_;
  op.outgoing.action = call.what;
  if (call.for_client) op.outgoing.client_id = call.client_id;  // else the hub fills it in (RTP8c)
  op.outgoing.extras = std::move(call.extra);
  if constexpr (decodes) {
    if (call.data) {
      result<wire> encoded = codec_.encode(*call.data);
      if (!encoded) return refuse(errc::invalid_data);
      op.outgoing.data = shared_data<wire>::make(std::move(*encoded));
    }
  } else {
    op.outgoing.data = std::move(call.data);
  }

  switch (state_) {
    case room_state::initialized:
    case room_state::attaching:
      if (state_ == room_state::attaching && !options_.queue_operations) return refuse(errc::invalid_room_state);
      if (queued_.size() >= options_.max_queued_operations) return refuse(errc::queue_full);
      break;
    case room_state::attached: break;
    case room_state::detaching:
    case room_state::detached:
    case room_state::suspended:
    case room_state::failed: return refuse(errc::invalid_room_state);
  }
  op.handler = std::move(call.handler);
  if (op.own && op.what != action::leave && self_.state != self_state::present) self_ = {self_state::entering, {}, {}};
  if (state_ == room_state::attached) return send(std::move(op), lock);
  queued_.push(std::move(op));
  if (state_ == room_state::initialized) begin_attach(lock);  // RTP8d
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::send(operation op, lock_type& lock) {
  std::vector<message<wire>> outgoing;
  outgoing.push_back(std::move(op.outgoing));
  op.outgoing = {};
  op.outgoing.client_id = outgoing.front().client_id;
  const publish_token token = sent_.add(std::move(op));
  outside(lock, [&] { transport_.publish(std::move(outgoing), token); });
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(published& t, lock_type& lock) {
  std::optional<operation> answered = sent_.take(t.token);
  if (!answered) return;
  operation& op = *answered;
  if (!t.outcome) {
    confirm_own(op);
  } else if (op.own && op.reentry) {
    lose_self(t.outcome);
  } else if (op.own && op.what != action::leave && self_.state == self_state::entering) {
    self_ = {};
  }
  if (!op.reentry) {
    complete(op.handler, t.outcome, to_string(op.what), op.outgoing.client_id, lock);
  } else if (t.outcome) {  // RTP17e
    own_.erase(op.outgoing.client_id);
    tell_state({state_, state_, true, make_error_code(errc::reentry_failed), op.outgoing.client_id, t.outcome}, lock);
  }
}

// --- states ---------------------------------------------------------------------------------------------------------------

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(state_change& change, lock_type& lock) {
  switch (change.state) {
    case room_state::attached: return attached(change, lock);
    case room_state::detached:
    case room_state::failed:
      if (state_ != change.state) gone(change, lock);
      return;
    case room_state::suspended:
      if (state_ == room_state::attached || state_ == room_state::attaching || state_ == room_state::detaching) {
        suspended(change, lock);
      }
      return;
    case room_state::attaching:
      if (state_ == room_state::attached || state_ == room_state::suspended) change_state(change.state, change, lock);
      return;
    case room_state::initialized:
    case room_state::detaching: return;
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::attached(const state_change& change, lock_type& lock) {
  if (state_ != room_state::attaching && state_ != room_state::attached && state_ != room_state::suspended) {
    return;  // nobody wants it any more: it crossed a detach on the way
  }
  const std::string last_connection = std::exchange(connection_id_, transport_.connection_id());
  const bool same_connection = connection_id_ == last_connection;
  modes_ = change.modes;
  const bool sync_follows = !change.resumed && change.has_members;
  if (change.resumed && self_.state == self_state::lost && own_.contains(client_id_))
    self_ = {self_state::present, {}, {}};
  if (!change.resumed) {
    known_ = true;
  } else if (lagging_ || (!known_ && modes_.contains(mode::subscribe))) {
    lag();  // the connection missed nothing, but we did: what it goes on with says nothing without a sync
  } else if (!known_) {
    resync_due_ = true;  // no sync would bring back the echoes, which are all that it goes on with
  }
  if (sync_follows) {
    set_.start_sync();
  } else if (!change.resumed) {  // RTP19a
    change_set([&] {
      set_.leave_all(now(clock_), [&](event<Data>&& e, user_change c) { collect_leave(std::move(e), c); });
      synced_ = true;
    });
  }
  change_state(room_state::attached, change, lock);
  deliver_events(lock);
  complete_all(attaching_, {}, "attach", lock);
  if (!change.resumed) reenter(lock);
  flush(lock);
  if (!change.resumed && !sync_follows) doubt_self(same_connection);
  if (!may_read() || (synced_ && !set_.syncing())) answer_waiting({}, lock);
}

/// Own members are entered again after every attach that is not a resumed one (RTP17i), under their old id if the hub
/// may still have them (RTP17g1).
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::reenter(lock_type& lock) {
  std::vector<operation> again;
  const auto is_leaving = [this](const std::string& client_id) {
    bool found = false;
    sent_.for_each([&](const operation& op) {
      const bool same = op.outgoing.client_id == client_id || (op.own && client_id == client_id_);
      found = found || (same && op.what == action::leave);
    });
    return found;
  };
  for (const auto& [client_id, mine] : own_) {
    if (is_leaving(client_id)) continue;  // asked to, over the last connection, and not answered yet
    operation op;
    op.what = action::enter;
    op.own = client_id == client_id_;
    op.reentry = true;
    op.outgoing.action = action::enter;
    op.outgoing.client_id = client_id;
    op.outgoing.data = mine.data;
    op.outgoing.extras = mine.extra;
    if (mine.connection_id == connection_id_) op.outgoing.id = mine.id;
    if (op.own) self_ = {self_state::entering, {}, {}};
    again.push_back(std::move(op));
  }
  for (operation& op : again) {
    if (!closed_) send(std::move(op), lock);
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::flush(lock_type& lock) {
  while (!closed_ && !queued_.empty()) send(queued_.pop(), lock);
}

/// Detached or failed: nothing is known any more, and no leave is told (RTP5a).
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::gone(const state_change& change, lock_type& lock) {
  const bool asked = state_ == room_state::detaching || !detaching_.empty();
  if (asked) {
    self_ = {};
  } else {
    lose_self(reason(change));
  }
  set_.clear();
  own_.clear();
  known_ = synced_ = false;
  change_state(change.state, change, lock);
  refuse_queued(change.error ? change.error : make_error_code(errc::invalid_room_state), lock);
  answer_waiting(reason(change), lock);
  const bool again = std::exchange(attach_again_, false);
  if (!again) complete_all(attaching_, reason(change), "attach", lock);
  const bool is_detached = change.state == room_state::detached;
  complete_all(detaching_, is_detached ? std::error_code{} : reason(change), "detach", lock);
  if (again && !closed_) begin_attach(lock);
}

/// The set is kept, so that after the next attach only the differences are told (RTP5f).
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::suspended(const state_change& change, lock_type& lock) {
  lose_self(change.error ? change.error : make_error_code(errc::disconnected));
  attach_again_ = false;
  change_state(room_state::suspended, change, lock);
  refuse_queued(change.error ? change.error : make_error_code(errc::invalid_room_state), lock);
  answer_waiting(errc::out_of_sync, lock);  // RTP11d
  complete_all(attaching_, reason(change), "attach", lock);
  complete_all(detaching_, reason(change), "detach", lock);
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::refuse_queued(std::error_code why, lock_type& lock) {
  while (!closed_ && !queued_.empty()) {
    operation op = queued_.pop();
    if (op.own && self_.state == self_state::entering) self_ = {};
    complete(op.handler, why, to_string(op.what), op.outgoing.client_id, lock);
  }
}

// --- own members ----------------------------------------------------------------------------------------------------------

/// Fed by the hub's echoes, never by the calls themselves (RTP17b). Called for those that changed the set.
/// Precondition: the echo is of this connection.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::track_own(const message<wire>& echo) {
  const bool is_self = echo.client_id == client_id_;
  if (echo.action != action::leave) {
    own_.insert_or_assign(echo.client_id, own_member{echo.data, echo.extras, echo.id, echo.connection_id});
    if (is_self) self_ = {self_state::present, {}, {}};
    return;
  }
  if (!echo.id.synthesized() || echo.reason == leave_reason::evicted) own_.erase(echo.client_id);
  if (!is_self) return;
  const bool asked = echo.reason == leave_reason::left || (echo.reason == leave_reason::none && !echo.id.synthesized());
  self_ = asked ? self_status{} : self_status{self_state::lost, echo.reason, {}};
}

/// A leave that changed nothing visible still counts where the set does not show the own member: without permission to
/// receive events no sync has brought it back after an attach.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::track_unseen_leave(const message<wire>& echo) {
  if (echo.connection_id != connection_id_ || set_.contains(echo.client_id, echo.connection_id)) return;
  const auto mine = own_.find(echo.client_id);
  if (mine == own_.end()) return;
  const message_id& known = mine->second.id;
  const bool older = !echo.id.synthesized() && !known.synthesized() &&
                     mine->second.connection_id == echo.connection_id &&
                     std::pair{echo.id.msg_serial, echo.id.index} < std::pair{known.msg_serial, known.index};
  if (!older) track_own(echo);
}

/// The hub has accepted an operation. Its echo, which came before, has said all there is to say, unless it was lost with
/// a connection and the answer came over the next one: then the set decides where it can, else the answer does.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::confirm_own(const operation& op) {
  const std::string& client_id = op.outgoing.client_id.empty() ? client_id_ : op.outgoing.client_id;
  const bool there = set_.confirmed(client_id, connection_id_);
  if (op.what == action::leave) {
    if (there) return;  // entered again since
    own_.erase(client_id);
    if (op.own) self_ = {};
    return;
  }
  if (!op.own) return;
  const bool set_knows = modes_.contains(mode::subscribe) && synced_ && !set_.syncing();
  if (there || !set_knows) {
    self_ = {self_state::present, {}, {}};
  } else {
    doubt_self(true);
  }
}

/// The set is complete and does not have us, though we thought that we were, or soon would be, in it. Without permission to
/// receive events it never has us; then only another connection, on which nobody is, gives reason to doubt.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::doubt_self(bool same_connection) {
  if (self_.state != self_state::present && self_.state != self_state::entering) return;
  if (same_connection && !modes_.contains(mode::subscribe)) return;
  if (set_.contains(client_id_, connection_id_)) return;
  bool awaited = false;
  sent_.for_each([&](const operation& op) { awaited = awaited || op.own; });
  if (awaited) return;  // its answer will tell
  self_ = {self_state::lost, leave_reason::resync, {}};
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::lose_self(std::error_code why) {
  if (self_.state == self_state::absent) return;
  const bool was_present = self_.state != self_state::entering || own_.contains(client_id_);
  self_ = was_present ? self_status{self_state::lost, leave_reason::none, why} : self_status{};
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
