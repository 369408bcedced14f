// presence_core: what follows from what happened, done outside the lock.
#ifndef PRESENCE_IMPL_PARTICIPANT_EFFECTS_HPP
#define PRESENCE_IMPL_PARTICIPANT_EFFECTS_HPP

#include <presence/detail/participant/presence_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

/// In order; one may lead to more, which come after it. Once the owner is gone the rest is left to `abort_everything`.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::perform(lock_type& lock) noexcept {
  for (std::size_t i = 0; i < state_.effects.size(); ++i) {
    if (closed_) return;
    attempt([&] { state_.effects[i].visit([&](auto& e) { perform(e, lock); }); },
            [&](const std::exception_ptr&) {
              if (!lock.owns_lock()) lock.lock();
              unsent_ = short_of_memory_ = true;
            });
  }
  if (!closed_) state_.effects.clear();
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::perform(notify_state& e, lock_type& lock) {
  const std::uint64_t version = listeners_.next_state();
  outside(lock, [&] { listeners_.notify(e.event, version, on_throw_); });
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::perform(deliver_events, lock_type& lock) {
  if (!state_.events.empty()) deliver(lock);
}

/// One by one: what is still waiting when a handler destroys the presence is told so by `abort_everything`.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::perform(complete_calls& e, lock_type& lock) {
  while (!closed_ && !e.handlers.empty()) {
    completion handler = e.handlers.pop();
    complete(handler, e.outcome, e.operation, {}, lock);
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::perform(refuse_operations<wire>& e, lock_type& lock) {
  while (!closed_ && !e.refused.empty()) {
    operation_type op = e.refused.pop();
    complete(op, e.why, lock);
    state_.let_go_of(op);
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::perform(answer_gets& e, lock_type& lock) {
  while (!closed_ && !state_.waiting.empty()) {
    get_call call = state_.waiting.pop();
    answer(call, e.why ? e.why : state_.unreadable(), lock);
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::perform(complete_held, lock_type& lock) {
  while (!closed_ && !state_.held.empty()) {
    operation_type op = state_.held.pop();
    complete(op, {}, lock);
    state_.let_go_of(op);
  }
  if (!closed_ && !state_.queued.empty()) state_.effects.add(send_waiting{});
}

/// R14. Nobody is told where nobody listens.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::perform(report_unheard, lock_type&) {
  if (listeners_.any()) report(make_error_code(errc::subscribe_not_permitted), "subscribe", {}, nullptr, true);
}

// --- the transport ----------------------------------------------------------------------------------------------------------

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::perform(ask_attach, lock_type& lock) {
  const mode_set wanted = state_.options.enable_events ? mode_set::all() : mode_set{mode::presence};
  ask(lock, [&] { transport_.attach(wanted); });
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::perform(ask_detach, lock_type& lock) {
  ask(lock, [&] { transport_.detach(); });
}

/// A transport that has no memory to attach or detach ends the room, so that nobody waits for ever.
template <class Data, class Clock, class Transport>
template <class Call>
void presence_core<Data, Clock, Transport>::ask(lock_type& lock, Call&& call) {
  bool failed = false;
  outside(lock, [&] { attempt(call, [&](const std::exception_ptr&) { failed = true; }); });
  if (!failed || closed_) return;
  postpone({room_state::failed, false, false, {}, std::make_error_code(std::errc::not_enough_memory)});
  short_of_memory_ = false;
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::perform(send_reentries, lock_type& lock) {
  while (!closed_) {
    auto next = state_.next_reentry();
    if (!next) return;
    publish(*next, lock);
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::perform(send_waiting, lock_type& lock) {
  while (!closed_) {
    auto next = state_.next_waiting();
    if (!next) return;
    publish(*next, lock);
  }
}

/// What a transport could not send for lack of memory is answered as if it had said so.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::publish(typename state_type::outgoing& out, lock_type& lock) {
  bool failed = false;
  outside(lock, [&] {
    attempt([&] { transport_.publish(std::move(out.messages), out.token); },
            [&](const std::exception_ptr&) { failed = true; });
  });
  if (!failed || closed_) return;
  if (operation_type* const op = state_.sent.find(out.token)) {
    op->answer = std::make_error_code(std::errc::not_enough_memory);
    answers_in_place_ = true;
    short_of_memory_ = false;
  }
}

// --- listeners and handlers -------------------------------------------------------------------------------------------------

/// What was collected is destroyed outside the lock too, whatever happens on the way: the batch that the events are of
/// does not outlive this.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::deliver(lock_type& lock) {
  const std::uint64_t version = state_.set.version();
  const bool has_garbage = state_.has_garbage();
  if (has_garbage) state_.swap_garbage(garbage_);
  const std::weak_ptr<listener_base> only = listeners_.only_for_events();
  outside(lock, [&] {
    if (!listeners_.notify(state_.events, version, on_throw_, only)) {
      report(std::make_error_code(std::errc::not_enough_memory), "listener", {});
    }
    state_.events.clear();
    if (has_garbage) garbage_.clear();
  });
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::complete(completion& handler, std::error_code outcome,
                                                     std::string_view what, std::string_view client_id,
                                                     lock_type& lock) noexcept {
  if (handler) {
    outside(lock, [&] {
      before_callback<mutex_type>();
      attempt([&] { handler(outcome); },
              [&](std::exception_ptr error) {
                report(make_error_code(errc::handler_threw), "handler", {}, std::move(error));
              });
      handler = {};  // what it holds is destroyed outside the lock too
    });
  } else if (outcome) {
    attempt(
        [&] {
          failure lost{outcome, std::string{what}, std::string{client_id}, nullptr};
          run(lost, lock);
        },
        [](const std::exception_ptr&) {});
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::answer(get_call& call, std::error_code why, lock_type& lock) noexcept {
  if (!call.handler) return;
  result<member_list> with{why};
  if (!why) {
    attempt([&] { with = state_.matching(call.which); },
            [&](const std::exception_ptr&) { with = std::make_error_code(std::errc::not_enough_memory); });
  }
  outside(lock, [&] {
    before_callback<mutex_type>();
    attempt([&] { call.handler(std::move(with)); },
            [&](std::exception_ptr error) {
              report(make_error_code(errc::handler_threw), "handler", {}, std::move(error));
            });
    call.handler = {};
  });
}

/// Something that `subscribe_errors` is to be told, outside the lock or under it. Dropped where there is no memory for it.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::report(std::error_code code, const char* operation,
                                                   std::string_view client_id, std::exception_ptr thrown,
                                                   bool locked) noexcept {
  attempt(
      [&] {
        failure what{code, operation, std::string{client_id}, std::move(thrown)};
        lock_type lock{mutex_, std::defer_lock};
        if (!locked) lock.lock();
        if (!closed_) drain_.push(std::move(what));
      },
      [](const std::exception_ptr&) {});
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
