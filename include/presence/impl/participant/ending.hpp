// presence_core: how it ends.
#ifndef PRESENCE_IMPL_PARTICIPANT_ENDING_HPP
#define PRESENCE_IMPL_PARTICIPANT_ENDING_HPP

#include <presence/detail/participant/presence_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

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
    if (auto* calls = state_.effects[i].template get_if<complete_calls>()) {
      while (!calls->handlers.empty()) {
        completion handler = calls->handlers.pop();
        tell(handler);
      }
    }
    if (auto* ops = state_.effects[i].template get_if<refuse_operations<wire>>()) {
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
      if (auto* attach = next.template get_if<attach_call>()) tell(attach->handler);
      if (auto* detach = next.template get_if<detach_call>()) tell(detach->handler);
      if (auto* operate = next.template get_if<operate_call<Data>>()) tell(operate->handler);
      if (auto* get = next.template get_if<get_call>()) tell_get(get->handler);
    }
  }
  drain_.tasks() = {};
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
