// presence_core: how tasks are worked through, and how it ends.
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

// --- what is brought --------------------------------------------------------------------------------------------------------

/// From the application: what it throws for lack of memory goes to the caller, and nothing has happened.
template <class Data, class Clock, class Transport>
template <class Task>
void presence_core<Data, Clock, Transport>::post(Task t) {
  refuse_visitor();
  lock_type lock{mutex_};
  drain_.push(std::move(t));
  work(lock);
  let_go(lock);
}

/// Whether messages were missed is decided by the order in which things arrive, not by when they are worked on.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::on_state(const state_change& change) {
  refuse_visitor();
  lock_type lock{mutex_};
  const bool begins_anew = change.state == room_state::detached || change.state == room_state::failed ||
                           (change.state == room_state::attached && !change.resumed);
  if (begins_anew) lagging_ = false;
  attempt([&] { drain_.push(change); }, [&](const std::exception_ptr&) { postpone(change); });
  work(lock);
  let_go(lock);
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::on_presence(const message_batch<wire>& messages) {
  refuse_visitor();
  lock_type lock{mutex_};
  if (closed_) return;
  if (lagging_) {
    work(lock);  // where memory ran out before, there is something left to do
  } else if (!drain_.busy() && drain_.empty()) {
    work(lock, [&](lock_type& held) {
      apply(messages, held);
      throw_away(held);
    });
  } else {
    if (backlog_ + messages->size() > state_.options.max_backlog) {
      lag();
    } else {
      attempt(
          [&] {
            drain_.push(live_batch<wire>{messages});
            backlog_ += messages->size();
          },
          [&](const std::exception_ptr&) { lag(); });
    }
    work(lock);
  }
  let_go(lock);
}

/// Pages do not count against the backlog: they were asked for, and there are no more of them than members.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::on_sync(const message_batch<wire>& messages, const sync_cursor& cursor) {
  refuse_visitor();
  lock_type lock{mutex_};
  if (lagging_ || closed_) return;
  attempt([&] { drain_.push(sync_page<wire>{messages, cursor}); }, [&](const std::exception_ptr&) { lag(); });
  work(lock);
  let_go(lock);
}

/// An outcome is never lost: where there is no memory to queue it, it waits in the operation itself.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::on_published(publish_token token, std::error_code outcome) {
  refuse_visitor();
  lock_type lock{mutex_};
  attempt(
      [&] {
        drain_.push(publish_outcome{token, outcome});
      },
      [&](const std::exception_ptr&) {
        if (operation_type* const op = state_.sent.find(token)) {
          op->answer = outcome;
          answers_in_place_ = true;
        }
      });
  work(lock);
  let_go(lock);
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::postpone(const state_change& change) noexcept {
  postponed_ = change;
  short_of_memory_ = true;
}

// --- work -------------------------------------------------------------------------------------------------------------------

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
      [this](lock_type& held) { return step(held); });
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
  drain_.come_back(lock, [this](lock_type& held) { return step(held); });
  let_go(lock);
}

/// Returns whether there was something to do.
template <class Data, class Clock, class Transport>
bool presence_core<Data, Clock, Transport>::step(lock_type& lock) noexcept {
  if (closed_) return false;
  if (!drain_.empty()) {
    task next = drain_.pop();
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
  } else if ((resync_asked_ || state_.resync_due) && state_.room == room_state::attached) {
    resync_asked_ = state_.resync_due = false;
    outside(lock, [&] {
      attempt([&] { transport_.resync(); },
              [&](const std::exception_ptr&) {
                resync_asked_ = true;
                short_of_memory_ = true;
              });
    });
  } else {
    return false;
  }
  return true;
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(task& t, lock_type& lock) noexcept {
  attempt([&] { std::visit([&](auto& what) { run(what, lock); }, t); },
          [&](const std::exception_ptr&) {
            if (!lock.owns_lock()) lock.lock();
            run_out_of_memory(t, lock);
          });
  perform(lock);
  const bool holds_data = std::holds_alternative<live_batch<wire>>(t) || std::holds_alternative<sync_page<wire>>(t) ||
                          std::holds_alternative<operate_call<Data>>(t);
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
  if (auto* call = std::get_if<attach_call>(&t)) return complete(call->handler, why, "attach", {}, lock);
  if (auto* call = std::get_if<detach_call>(&t)) return complete(call->handler, why, "detach", {}, lock);
  if (auto* call = std::get_if<operate_call<Data>>(&t)) {
    return complete(call->handler, why, to_string(call->what), call->client_id, lock);
  }
  if (auto* call = std::get_if<get_call>(&t)) return answer(*call, why, lock);
  if (auto* change = std::get_if<state_change>(&t)) return postpone(*change);
  lag();
}

// --- the tasks --------------------------------------------------------------------------------------------------------------

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
  const auto refuse = [&](std::error_code why) {
    complete(call.handler, why, to_string(call.what), call.client_id, lock);
  };
  const std::string& acts_for = call.for_client ? call.client_id : client_id();
  if (acts_for.empty() || acts_for == "*") return refuse(errc::invalid_client_id);  // RTP8j

  operation_type op;
  op.what = call.what;
  op.own = acts_for == client_id();
  op.outgoing.action = call.what;
  if (call.for_client) op.outgoing.client_id = call.client_id;  // else the hub fills it in (RTP8c)
  op.outgoing.extras = call.extras;
  if constexpr (decodes) {
    if (call.data) {
      result<wire> encoded = codec_.encode(*call.data);
      if (!encoded) return refuse(errc::invalid_data);
      op.outgoing.data = shared_data<wire>::make(std::move(*encoded));
    }
  } else {
    op.outgoing.data = call.data;
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
  if (state_.room != room_state::attached) return;
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
  state_.events.begin(listeners_.any_for_events(), listeners_.any_for_users());
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
        if (auto again = closed_ ? std::nullopt : state_.reentry_after(*op)) publish(*again, lock);
      },
      [&](const std::exception_ptr&) { unsent_ = true; });
  if (closed_) return;
  state_.let_go_of(*op);
  if (op->reentry && t.outcome) state_.put_off_at = detail::now(clock_);
  if (state_.own.anybody_put_off() && !t.outcome) state_.try_put_off_again(detail::now(clock_), false);
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(state_change& change, lock_type&) {
  state_.events.begin(listeners_.any_for_events(), listeners_.any_for_users());
  const bool attaches = change.state == room_state::attached;
  const bool knew = state_.known;
  state_.changed(change, attaches ? std::string{transport_.connection_id()} : std::string{}, detail::now(clock_));
  if (!attaches || !change.resumed || state_.room != room_state::attached) return;
  // The connection missed nothing, but we did: what it goes on with says nothing without a sync.
  if (lagging_ || (!knew && change.modes.contains(mode::subscribe))) lag();
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(failure& what, lock_type& lock) {
  const std::uint64_t version = listeners_.next_failure();
  outside(lock, [&] { listeners_.notify(what, version); });
}

// --- the end ----------------------------------------------------------------------------------------------------------------

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::retire() noexcept {
  refuse_visitor();
  lock_type lock{mutex_};
  closed_ = true;
  lock.unlock();
  unsubscribe_all();
  lock.lock();
  drain_.stop(lock);
  lock.unlock();
  transport_.bind(nullptr);  // not before: whoever was busy may have been attaching it
  abort_everything();        // nobody else is left to touch the state, but for a callback of ours further up this stack
  lock.lock();
  orphaned_ = true;
  let_go(lock);
}

/// What a handler asks of a presence that is being destroyed is told so too, but not without end: it might ask for ever.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::abort_everything() noexcept {
  const auto aborted = make_error_code(errc::operation_aborted);
  const auto tell = [&](completion& handler) {
    if (!handler) return;
    before_callback<mutex_type>();
    attempt([&] { std::exchange(handler, {})(aborted); }, [](const std::exception_ptr&) {});
  };
  const auto tell_get = [&](get_handler& handler) {
    if (!handler) return;
    before_callback<mutex_type>();
    attempt([&] { std::exchange(handler, {})(result<member_list>{aborted}); }, [](const std::exception_ptr&) {});
  };
  for (std::size_t i = 0; i < state_.effects.size(); ++i) {  // a callback further up this stack was one of them
    if (auto* calls = std::get_if<complete_calls>(&state_.effects[i])) {
      while (!calls->handlers.empty()) {
        completion handler = calls->handlers.pop();
        tell(handler);
      }
    }
    if (auto* ops = std::get_if<refuse_operations<wire>>(&state_.effects[i])) {
      while (!ops->refused.empty()) {
        operation_type op = ops->refused.pop();
        tell(op.handler);
      }
    }
  }
  auto sent = state_.sent.take_all();
  sent.for_each([&](operation_type& op) { tell(op.handler); });
  for (fifo<operation_type>* waiting : {&state_.held, &state_.queued}) {
    while (!waiting->empty()) {
      operation_type op = waiting->pop();
      tell(op.handler);
    }
  }
  for (fifo<completion>* waiting : {&state_.attaching, &state_.detaching}) {
    while (!waiting->empty()) {
      completion handler = waiting->pop();
      tell(handler);
    }
  }
  while (!state_.waiting.empty()) {
    get_call call = state_.waiting.pop();
    tell_get(call.handler);
  }
  constexpr int most_rounds = 64;
  for (int round = 0; round < most_rounds && !drain_.empty(); ++round) {
    for (auto tasks = std::exchange(drain_.tasks(), {}); !tasks.empty();) {
      task next = tasks.pop();
      if (auto* attach = std::get_if<attach_call>(&next)) tell(attach->handler);
      if (auto* detach = std::get_if<detach_call>(&next)) tell(detach->handler);
      if (auto* operate = std::get_if<operate_call<Data>>(&next)) tell(operate->handler);
      if (auto* get = std::get_if<get_call>(&next)) tell_get(get->handler);
    }
  }
  drain_.tasks() = {};
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
