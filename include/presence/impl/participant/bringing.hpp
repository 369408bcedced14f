// presence_core: how tasks are brought.
#ifndef PRESENCE_IMPL_PARTICIPANT_BRINGING_HPP
#define PRESENCE_IMPL_PARTICIPANT_BRINGING_HPP

#include <presence/detail/participant/presence_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

/// From the application: what it throws for lack of memory goes to the caller, and nothing has happened.
template <class Data, class Clock, class Transport>
template <class Task>
void presence_core<Data, Clock, Transport>::post(Task t) {
  refuse_visitor();
  lock_type lock{mutex_};
  if (drain_.size() >= state_.options.max_pending_operations && drain_.busy() && !make_way(t, lock)) return;
  drain_.push(std::move(t));
  work(lock);
  let_go(lock);
}

/// Much waits for whoever is at work, who may be inside a slow listener. A call from outside of all callbacks stands
/// still until there is room or its own turn; one from inside a callback must not, and of its operation only the
/// handler is kept, to be told `queue_full`. A leave is taken up to twice as much. Returns whether the task is still
/// to be brought.
template <class Data, class Clock, class Transport>
template <class Task>
bool presence_core<Data, Clock, Transport>::make_way(Task& t, lock_type& lock) {
  const std::size_t most = std::max<std::size_t>(state_.options.max_pending_operations, 1);
  if (drain_.size() < most) return true;
  if (is_locking<mutex_type> && !thread_duties::mine().inside()) {
    while (!closed_ && drain_.busy() && drain_.size() >= most) drain_.wait_for_progress(lock);
    return true;
  }
  if constexpr (std::same_as<Task, operate_call<Data>>) {
    const auto leaves = [](const batch_entry<Data>& one) { return one.what == action::leave; };
    const bool only_leaves = leaves(t.first) && std::all_of(t.others.begin(), t.others.end(), leaves);
    if (only_leaves && drain_.size() / 2 < most) return true;
    if (!t.handler && std::exchange(refusal_waits_, true)) return false;  // who listens to errors is told once
    batch_entry<Data> named{t.first.what, t.first.for_client, std::move(t.first.client_id), {}, {}};
    drain_.push(operate_call<Data>{std::move(named), {}, std::move(t.handler), true});
    work(lock);
    let_go(lock);
    return false;
  }
  return true;
}

/// Whether messages were missed is decided by the order in which things arrive, not by when they are worked on.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::on_state(const state_change& change) {
  refuse_visitor();
  std::vector<message_batch<wire>> outdated;  // destroyed without the lock
  lock_type lock{mutex_};
  const bool begins_anew = change.state == room_state::detached || change.state == room_state::failed ||
                           (change.state == room_state::attached && !change.resumed);
  if (begins_anew && !postponed_) lagging_ = false;
  if (begins_anew && drain_.busy()) take_pages(outdated);
  if (postponed_) {
    postponed_ = change;  // the newest counts, and comes after what it was brought after
  } else {
    attempt(
        [&] {
          drain_.push(change);
          ++changes_waiting_;
        },
        [&](const std::exception_ptr&) {
          postpone(change);
          lag();  // what follows builds on it, and would be worked on before it
        });
  }
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

/// Pages do not count against the backlog: they were asked for, and those of one sync are no more than the members.
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

/// The room begins anew: what waits of earlier syncs says nothing any more. So while a listener takes its time no more than
/// one sync waits, however often the room is attached.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::take_pages(std::vector<message_batch<wire>>& outdated) noexcept {
  for (task& waits : drain_.tasks()) {
    auto* const page = waits.template get_if<sync_page<wire>>();
    if (page == nullptr || page->messages == nullptr) continue;
    attempt(
        [&] {
          outdated.push_back(page->messages);
          page->messages = nullptr;
        },
        [](const std::exception_ptr&) {});
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::postpone(const state_change& change) noexcept {
  postponed_ = change;
  short_of_memory_ = true;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
