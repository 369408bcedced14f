// presence_core: how tasks are worked through.
#ifndef PRESENCE_IMPL_PARTICIPANT_TASKS_HPP
#define PRESENCE_IMPL_PARTICIPANT_TASKS_HPP

#include <presence/detail/participant/presence_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

template <class Data, class Clock, class Transport>
presence_core<Data, Clock, Transport>::presence_core(Transport transport, const presence_options& options, Clock clock)
    : transport_(std::move(transport)),
      clock_(std::move(clock)),
      codec_([]([[maybe_unused]] const Transport& from) {
        if constexpr (transport_with_codec<Transport>) {
          return codec_type(from.codec());
        } else {
          return codec_type{};
        }
      }(transport_)),
      state_(options, std::string_view{transport_.client_id()}),
      on_throw_([this](std::exception_ptr error) {
        report(make_error_code(errc::handler_threw), "listener", {}, std::move(error));
      }) {
  garbage_.released.reserve(8);  // as the set's own: they take turns
}

// --- work ------------------------------------------------------------------------------------------------------------

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::work(lock_type& lock) noexcept {
  work(lock, [](lock_type&) {});
}

template <class Data, class Clock, class Transport>
template <class First>
void presence_core<Data, Clock, Transport>::work(lock_type& lock, First&& first) noexcept {
  drain_.run(
      lock, *this,
      [&](lock_type& held) {
        short_of_memory_ = false;
        first(held);
      },
      [this](lock_type& held) { return anything_left() && step(held); });
}

/// The end of every call: lets go of the lock, and then keeps what this thread has promised to others.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::let_go(lock_type& lock) noexcept {
  const bool last = orphaned_ && drain_.unused();
  lock.unlock();
  if (last) delete this;
  if constexpr (is_locking<mutex_type>) thread_duties::mine().settle();
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::come_back() noexcept {
  lock_type lock{mutex_};
  short_of_memory_ = false;
  drain_.come_back(lock, [this](lock_type& held) { return anything_left() && step(held); });
  let_go(lock);
}

/// Does one thing, if there is one to do. Returns whether there was.
template <class Data, class Clock, class Transport>
bool presence_core<Data, Clock, Transport>::step(lock_type& lock) noexcept {
  if (closed_) return false;
  if (wants_resync() && backlog_ == 0 && changes_waiting_ == 0 && !short_of_memory_) {  // calls may come without end
    ask_resync(lock);
    return true;
  }
  if (!drain_.empty()) {
    task next = drain_.pop();
    if (next.template holds<state_change>()) --changes_waiting_;
    if (drain_.somebody_stands_still() && drain_.size() == state_.options.max_pending_operations / 2) drain_.wake();
    run(next, lock);
    return true;
  }
  if (short_of_memory_) return false;
  if (postponed_) {
    task next = *std::exchange(postponed_, std::nullopt);
    run(next, lock);
  } else if (answers_in_place_) {
    answers_in_place_ = false;
    if (const auto token = state_.sent.find_if([](const operation_type& op) { return op.answer.has_value(); })) {
      answers_in_place_ = true;  // there may be more
      task next = publish_outcome{*token, *state_.sent.find(*token)->answer};
      run(next, lock);
    }
  } else if (std::exchange(unsent_, false)) {
    state_.own.begin_reentry(false);
    state_.effects.add(send_reentries{});
    state_.effects.add(send_waiting{});
    perform(lock);
  } else if (wants_resync()) {
    ask_resync(lock);
  } else {
    return false;
  }
  return true;
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::ask_resync(lock_type& lock) noexcept {
  resync_asked_ = state_.resync_due = false;
  bool failed = false;
  outside(lock, [&] { attempt([&] { transport_.resync(); }, [&](const std::exception_ptr&) { failed = true; }); });
  if (failed) resync_asked_ = short_of_memory_ = true;
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(task& t, lock_type& lock) noexcept {
  attempt([&] { t.visit([&](auto& what) { run(what, lock); }); },
          [&](const std::exception_ptr&) {
            if (!lock.owns_lock()) lock.lock();
            run_out_of_memory(t, lock);
          });
  perform(lock);
  const bool holds_data = t.template holds<live_batch<wire>>() || t.template holds<sync_page<wire>>() ||
                          t.template holds<operate_call<Data>>();
  if (!state_.has_garbage() && (!holds_data || std::is_trivially_destructible_v<Data>)) return;
  state_.swap_garbage(garbage_);
  outside(lock, [&] {
    t = publish_outcome{};  // what it holds is destroyed outside the lock
    garbage_.clear();
  });
}

/// What was asked is answered, and what was missed is made good by a sync.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run_out_of_memory(task& t, lock_type& lock) noexcept {
  const auto why = std::make_error_code(std::errc::not_enough_memory);
  short_of_memory_ = true;
  if (auto* call = t.template get_if<attach_call>()) return complete(call->handler, why, "attach", {}, lock);
  if (auto* call = t.template get_if<detach_call>()) return complete(call->handler, why, "detach", {}, lock);
  if (auto* call = t.template get_if<operate_call<Data>>()) {
    return complete(call->handler, why, call->name(), call->client_id(), lock);
  }
  if (auto* call = t.template get_if<get_call>()) return answer(*call, why, lock);
  lag();
  if (auto* change = t.template get_if<state_change>()) {
    const bool newer = postponed_ || std::any_of(drain_.tasks().begin(), drain_.tasks().end(), [](const task& waits) {
                         return waits.template holds<state_change>();
                       });
    if (!newer) postpone(*change);  // else that one comes instead, and a sync with it
  }
}

// --- the tasks -------------------------------------------------------------------------------------------------------

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(attach_call& call, lock_type&) {
  state_.attach(call.handler);
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(detach_call& call, lock_type&) {
  state_.detach(call.handler);
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(operate_call<Data>& call, lock_type& lock) {
  const auto refuse = [&](std::error_code why) { complete(call.handler, why, call.name(), call.client_id(), lock); };
  if (call.refused) {
    if (!call.handler) refusal_waits_ = false;
    return refuse(errc::queue_full);
  }
  if (call.first.what == action::absent) return refuse(errc::bad_request);
  operation_type op;
  if (const std::error_code wrong = make_operation(call.first, op)) return refuse(wrong);
  op.others.resize(call.others.size());
  for (std::size_t i = 0; i < call.others.size(); ++i) {
    if (const std::error_code wrong = make_operation(call.others[i], op.others[i])) return refuse(wrong);
  }
  op.handler = std::move(call.handler);
  std::optional<typename state_type::outgoing> now;
  std::error_code why;
  attempt([&] { why = state_.operate(op, now); },
          [&](const std::exception_ptr&) { why = std::make_error_code(std::errc::not_enough_memory); });
  if (now) return publish(*now, lock);
  if (!why) return;
  call.handler = std::move(op.handler);
  refuse(why);
}

/// Returns why it cannot be one, or no error.
template <class Data, class Clock, class Transport>
std::error_code presence_core<Data, Clock, Transport>::make_operation(const batch_entry<Data>& asked,
                                                                      operation_type& op) {
  const std::string_view acts_for = asked.name(client_id());
  if (acts_for.empty() || acts_for == "*") return errc::invalid_client_id;  // RTP8j
  op.what = asked.what;
  op.own = acts_for == client_id();
  if (asked.for_client) op.client_id = asked.client_id;  // else the hub fills it in (RTP8c)
  op.extras = asked.extras;
  if constexpr (decodes) {
    if (asked.data) {
      result<wire> encoded = codec_.encode(*asked.data);
      if (!encoded) return errc::invalid_data;
      op.data = shared_data<wire>::make(std::move(*encoded));
    }
  } else {
    op.data = asked.data;
  }
  return {};
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(get_call& call, lock_type& lock) {
  std::error_code outcome;
  if (!state_.get(call, outcome)) answer(call, outcome, lock);
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(live_batch<wire>& t, lock_type& lock) {
  backlog_ -= t.messages->size();
  apply(t.messages, lock);
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::apply(const message_batch<wire>& messages, lock_type& lock) {
  if (state_.room != room_state::attached && state_.room != room_state::detaching) return;
  change_set(
      *messages,
      [&](const std::vector<message<Data>>& decoded) {
        state_.live(*messages, decoded, [&](const message<Data>& m) {
          report(make_error_code(errc::bad_request), "incoming", m.client_id, nullptr, true);
        });
      },
      lock);
  if (state_.own.anybody_put_off()) {
    const bool somebody_left = std::any_of(messages->begin(), messages->end(),
                                           [](const message<wire>& m) { return m.action == action::leave; });
    state_.try_put_off_again(detail::now(clock_), somebody_left);
    perform(lock);
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(sync_page<wire>& t, lock_type& lock) {
  if (state_.room != room_state::attached || t.messages == nullptr) return;
  change_set(
      *t.messages,
      [&](const std::vector<message<Data>>& decoded) {
        state_.page(*t.messages, decoded, t.cursor, detail::now(clock_), [&](const message<Data>& m) {
          report(make_error_code(errc::bad_request), "incoming", m.client_id, nullptr, true);
        });
      },
      lock);
}

/// Decodes the messages, lets `change` change the set by them, and tells what that meant to those who listen now. Where
/// memory runs out on the way the rest is missed: it takes a sync, at the next occasion.
template <class Data, class Clock, class Transport>
template <class Change>
void presence_core<Data, Clock, Transport>::change_set(const std::vector<message<wire>>& messages, Change&& change,
                                                       lock_type& lock) {
  std::shared_ptr<std::vector<message<Data>>> decoded;  // the events to tell are in it
  begin_events();
  attempt(
      [&] {
        if constexpr (decodes) {
          change(*(decoded = decode(messages)));
        } else {
          change(messages);
        }
      },
      [&](const std::exception_ptr&) {
        lag();
        short_of_memory_ = true;
      });
  if (!state_.events.empty()) deliver(lock);
  if (!state_.effects.empty()) perform(lock);
  if constexpr (decodes) {
    if (!std::is_trivially_destructible_v<Data>) outside(lock, [&] { decoded.reset(); });
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(publish_outcome& t, lock_type& lock) {
  std::optional<operation_type> op = state_.answered(t.token, t.outcome);
  if (!op) return;
  if (!op->reentry) {
    const bool own_event_first = !t.outcome && state_.catching_up && state_.may_read();
    if (own_event_first) {
      attempt([&] { state_.held.push(std::move(*op)); }, [&](const std::exception_ptr&) { complete(*op, {}, lock); });
      return;
    }
    complete(*op, t.outcome, lock);
  }
  attempt(
      [&] {
        each_part(*op, [&](const operation_type& one) {
          if (auto again = closed_ ? std::nullopt : state_.reentry_after(one)) publish(*again, lock);
        });
      },
      [&](const std::exception_ptr&) { unsent_ = true; });
  if (closed_) return;
  state_.let_go_of(*op);
  if (op->reentry && t.outcome) state_.put_off_at = detail::now(clock_);
  if (state_.own.anybody_put_off() && !t.outcome) state_.try_put_off_again(detail::now(clock_), false);
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(state_change& change, lock_type& lock) {
  const bool attaches = change.state == room_state::attached;
  std::string connection_id;
  if (attaches) outside(lock, [&] { connection_id = std::string{transport_.connection_id()}; });
  if (closed_) return;
  begin_events();
  const bool knew = state_.known;
  state_.changed(change, std::move(connection_id), detail::now(clock_));
  if (!attaches || !change.resumed || state_.room != room_state::attached) return;
  // The connection missed nothing, but we did: what it goes on with says nothing without a sync.
  if (lagging_ || (!knew && change.modes.contains(mode::subscribe))) lag();
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(failure& what, lock_type& lock) {
  const std::uint64_t version = listeners_.next_failure();
  outside(lock, [&] { listeners_.notify(what, version); });
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
