// presence_core: how tasks are worked through, how listeners and handlers are called, and how it ends.
#ifndef PRESENCE_IMPL_PARTICIPANT_TASKS_HPP
#define PRESENCE_IMPL_PARTICIPANT_TASKS_HPP

#include <presence/detail/participant/presence_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

template <class Data, class Clock, class Transport>
presence_core<Data, Clock, Transport>::presence_core(Transport transport, const presence_options& options, Clock clock)
    : transport_(std::move(transport)),
      options_(options),
      clock_(std::move(clock)),
      codec_([]([[maybe_unused]] const Transport& from) {
        if constexpr (transport_with_codec<Transport>) {
          return codec_type(from.codec());
        } else {
          return codec_type{};
        }
      }(transport_)),
      client_id_(std::string_view{transport_.client_id()}),
      on_throw_([this](std::exception_ptr error) { report_exception(std::move(error), "listener"); }) {}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::post(task t) {
  refuse_visitor();
  lock_type lock{mutex_};
  tasks_.push(std::move(t));
  if (!busy_) work(lock, [] {});
}

/// Does `first`, then works through the tasks. Precondition: nobody is busy. May delete this.
template <class Data, class Clock, class Transport>
template <class First>
void presence_core<Data, Clock, Transport>::work(lock_type& lock, First&& first) {
  {
    struct busy_scope {  // an allocation that fails goes to the caller, and leaves a presence that works
      presence_core& core;
      lock_type& lock;
      busy_scope(presence_core& c, lock_type& l) : core(c), lock(l) {
        core.busy_ = true;
        if constexpr (locking) core.runner_ = std::this_thread::get_id();
      }
      ~busy_scope() {
        if (!lock.owns_lock()) lock.lock();
        core.busy_ = false;
        if constexpr (locking) {
          core.runner_ = {};
          if (core.closed_) core.idle_.notify_all();
        }
      }
    } busy{*this, lock};
    short_of_memory_ = false;
    first();
    while (!closed_) {
      if (!tasks_.empty()) {
        task next = tasks_.pop();
        std::visit([&](auto& t) { run(t, lock); }, next);
      } else if (resync_due_ && !short_of_memory_) {
        resync_due_ = false;
        if (state_ == room_state::attached) outside(lock, [&] { transport_.resync(); });
      } else {
        break;
      }
    }
  }
  if (orphaned_) {
    lock.unlock();
    lock.release();
    delete this;
  }
}

template <class Data, class Clock, class Transport>
template <class F>
void presence_core<Data, Clock, Transport>::outside(lock_type& lock, F&& f) {
  lock.unlock();
  f();
  lock.lock();
}

template <class Data, class Clock, class Transport>
bool presence_core<Data, Clock, Transport>::inside() const noexcept {
  if constexpr (locking) return busy_ && runner_ == std::this_thread::get_id();
  return busy_;
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::retire() noexcept {
  refuse_visitor();
  lock_type lock{mutex_};
  closed_ = true;
  const bool from_inside = inside();
  lock.unlock();
  unsubscribe_all();
  lock.lock();
  if constexpr (locking) {
    if (!from_inside) idle_.wait(lock, [&] { return !busy_; });
  }
  lock.unlock();
  transport_.bind(nullptr);  // not before: whoever was busy may have been attaching it
  abort_everything();        // nobody else is left to touch the state, but for a callback of ours further up this stack
  if (!from_inside) {
    delete this;
    return;
  }
  lock.lock();
  orphaned_ = true;
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::abort_everything() noexcept {
  const auto aborted = make_error_code(errc::operation_aborted);
  const auto tell = [](auto&& handler, auto with) {
    if (!handler) return;
    before_callback<mutex_type>();
    attempt([&] { handler(std::move(with)); }, [](auto) {});
  };
  auto sent = sent_.take_all();
  sent.for_each([&](operation& op) { tell(op.handler, aborted); });
  while (!queued_.empty()) tell(queued_.pop().handler, aborted);
  while (!attaching_.empty()) tell(attaching_.pop(), aborted);
  while (!detaching_.empty()) tell(detaching_.pop(), aborted);
  while (!waiting_.empty()) tell(waiting_.pop().handler, result<member_list>{aborted});
  // What a handler asks of a presence that is being destroyed is not even told so: it might ask for ever.
  for (auto tasks = std::exchange(tasks_, {}); !tasks.empty();) {
    task next = tasks.pop();
    if (auto* attach = std::get_if<attach_call>(&next)) tell(attach->handler, aborted);
    if (auto* detach = std::get_if<detach_call>(&next)) tell(detach->handler, aborted);
    if (auto* operate = std::get_if<operate_call>(&next)) tell(operate->handler, aborted);
    if (auto* get = std::get_if<get_call>(&next)) tell(get->handler, result<member_list>{aborted});
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::complete(completion& handler, std::error_code outcome,
                                                     std::string_view what, std::string_view client_id,
                                                     lock_type& lock) {
  if (handler) {
    outside(lock, [&] {
      before_callback<mutex_type>();
      attempt([&] { handler(outcome); },
              [&](std::exception_ptr error) { report_exception(std::move(error), "handler"); });
      handler = {};  // what it holds is destroyed outside the lock too
    });
  } else if (outcome) {
    failure lost{outcome, std::string{what}, std::string{client_id}, nullptr};
    run(lost, lock);
  }
}

/// One by one: what is still in the fifo when a handler destroys the presence is told so by `abort_everything`.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::complete_all(fifo<completion>& handlers, std::error_code outcome,
                                                         std::string_view what, lock_type& lock) {
  while (!closed_ && !handlers.empty()) {
    completion handler = handlers.pop();
    complete(handler, outcome, what, {}, lock);
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::answer(get_handler& handler, result<member_list> with, lock_type& lock) {
  if (!handler) return;
  outside(lock, [&] {
    before_callback<mutex_type>();
    attempt([&] { handler(std::move(with)); },
            [&](std::exception_ptr error) { report_exception(std::move(error), "handler"); });
    handler = {};
  });
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::report_exception(std::exception_ptr error, std::string_view where) {
  const std::lock_guard lock{mutex_};
  if (!closed_) tasks_.push(failure{make_error_code(errc::handler_threw), std::string{where}, {}, std::move(error)});
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(failure& what, lock_type& lock) {
  const std::uint64_t version = ++failure_version_;
  outside(lock, [&] {
    const std::span<const failure> run{&what, 1};
    failures_.emit({{&run, 1}, version, nullptr});
  });
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::tell_state(room_event e, lock_type& lock) {
  const std::uint64_t version = ++state_version_;
  outside(lock, [&] {
    const std::span<const room_event> run{&e, 1};
    emit<room_event>(states_, {&run, 1}, version);
  });
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::change_state(room_state to, const state_change& why, lock_type& lock) {
  const room_state from = std::exchange(state_, to);
  tell_state({from, to, why.resumed, why.error, {}, {}}, lock);
}

// --- listeners ----------------------------------------------------------------------------------------------------------

/// Called under the lock. Forgets the listeners that are gone once they are the greater part.
template <class Data, class Clock, class Transport>
std::shared_ptr<listener_base> presence_core<Data, Clock, Transport>::remember(std::shared_ptr<listener_base> made) {
  if (listeners_.size() == listeners_.capacity()) {
    std::erase_if(listeners_, [](const auto& known) {
      const auto listener = known.lock();
      return listener == nullptr || !listener->open();
    });
  }
  listeners_.push_back(made);
  return made;
}

template <class Data, class Clock, class Transport>
subscription presence_core<Data, Clock, Transport>::subscribe(action_set actions,
                                                              unique_function<void(const event<Data>&)> listener) {
  if (!options_.enable_events) throw_error(make_error_code(errc::events_disabled), "presence::subscribe");
  refuse_visitor();
  lock_type lock{mutex_};
  event_list* list = &any_;
  for (const auto& [only, index] : {std::pair{action::present, 0U}, std::pair{action::enter, 1U},
                                    std::pair{action::leave, 2U}, std::pair{action::update, 3U}}) {
    if (actions == action_set{only}) list = &by_action_[index];
  }
  subscription made{remember(list->connect(std::move(listener), actions, set_.version()))};
  if (options_.attach_on_subscribe && state_ == room_state::initialized) {
    tasks_.push(attach_call{});
    if (!busy_) work(lock, [] {});
  }
  return made;
}

template <class Data, class Clock, class Transport>
subscription presence_core<Data, Clock, Transport>::subscribe_users(unique_function<void(const user_event&)> listener) {
  if (!options_.enable_events) throw_error(make_error_code(errc::events_disabled), "presence::subscribe_users");
  refuse_visitor();
  lock_type lock{mutex_};
  subscription made{remember(users_.connect(std::move(listener), {}, set_.version()))};
  if (options_.attach_on_subscribe && state_ == room_state::initialized) {
    tasks_.push(attach_call{});
    if (!busy_) work(lock, [] {});
  }
  return made;
}

template <class Data, class Clock, class Transport>
subscription presence_core<Data, Clock, Transport>::subscribe_state(unique_function<void(const room_event&)> listener) {
  refuse_visitor();
  const std::lock_guard lock{mutex_};
  return subscription{remember(states_.connect(std::move(listener), {}, state_version_))};
}

template <class Data, class Clock, class Transport>
subscription presence_core<Data, Clock, Transport>::subscribe_errors(unique_function<void(const failure&)> listener) {
  refuse_visitor();
  const std::lock_guard lock{mutex_};
  return subscription{remember(failures_.connect(std::move(listener), {}, failure_version_))};
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::unsubscribe_all() noexcept {
  refuse_visitor();
  std::vector<std::weak_ptr<listener_base>> all;
  {
    const std::lock_guard lock{mutex_};
    all.swap(listeners_);
  }
  for (const auto& known : all) {
    if (const auto listener = known.lock()) listener->close();
  }
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
