// presence_core: what comes in, the set, and the queries.
#ifndef PRESENCE_IMPL_PARTICIPANT_SET_HPP
#define PRESENCE_IMPL_PARTICIPANT_SET_HPP

#include <presence/detail/participant/presence_core.hpp>

#include <algorithm>
#include <bit>

namespace presence::inline PRESENCE_ABI::detail {

// --- incoming -------------------------------------------------------------------------------------------------------------

/// Whether messages were missed is decided by the order in which things arrive, not by when they are worked on.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::on_state(const state_change& change) {
  refuse_visitor();
  lock_type lock{mutex_};
  tasks_.push(change);
  const bool begins_anew = change.state == room_state::detached || change.state == room_state::failed ||
                           (change.state == room_state::attached && !change.resumed);
  if (begins_anew) lagging_ = false;
  if (!busy_) work(lock, [] {});
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::on_presence(const message_batch<wire>& messages) {
  refuse_visitor();
  lock_type lock{mutex_};
  if (closed_) return;
  if (!lagging_) {
    if (!busy_ && tasks_.empty()) return work(lock, [&] { apply(messages, lock); });
    if (backlog_ + messages->size() <= options_.max_backlog) {
      tasks_.push(live{messages});
      backlog_ += messages->size();
    } else {
      lag();
    }
  }
  if (!busy_) work(lock, [] {});  // where memory ran out before, there is something left to do
}

/// Pages do not count against the backlog: they were asked for, and there are no more of them than members.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::on_sync(const message_batch<wire>& messages, const sync_cursor& cursor) {
  refuse_visitor();
  lock_type lock{mutex_};
  if (lagging_ || closed_) return;
  tasks_.push(page{messages, cursor});
  if (!busy_) work(lock, [] {});
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(live& t, lock_type& lock) {
  backlog_ -= t.messages->size();
  apply(t.messages, lock);
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::apply(const message_batch<wire>& messages, lock_type& lock) {
  if (state_ != room_state::attached && state_ != room_state::detaching) return;
  change_set(
      *messages,
      [&](const std::vector<message<Data>>& decoded) {
        const auto raw = [&](const event<Data>& e) -> const message<wire>& {
          return (*messages)[static_cast<std::size_t>(&e - decoded.data())];
        };
        set_.apply(
            decoded, [&](const event<Data>& e, user_change change) { changed(raw(e), e, change); },
            [&](const event<Data>& e) {
              const bool sound = is_well_formed(e);
              if (!sound) report_malformed(e.client_id);
              return sound;
            },
            [&](const event<Data>& e) {
              if (e.action == action::leave) track_unseen_leave(raw(e));
            });
      },
      lock);
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(page& t, lock_type& lock) {
  if (state_ != room_state::attached) return;
  if (!std::all_of(t.messages->begin(), t.messages->end(), is_well_formed<wire>)) {
    std::vector<message<wire>> sound;
    for (const message<wire>& m : *t.messages) {
      if (is_well_formed(m)) {
        sound.push_back(m);
      } else {
        report_malformed(m.client_id);
      }
    }
    t.messages = make_batch(std::move(sound));
    t.cursor.last = false;  // a sync that cannot be believed is not ended: what it lacks must not leave
  }
  bool ended = false;
  change_set(
      *t.messages,
      [&](const std::vector<message<Data>>& decoded) {
        ended = set_.apply_sync(
            decoded, t.cursor, now(clock_),
            [&](const event<Data>& e, user_change change) {
              changed((*t.messages)[static_cast<std::size_t>(&e - decoded.data())], e, change);
            },
            [&](event<Data>&& e, user_change change) { collect_leave(std::move(e), change); });
        if (ended) {
          synced_ = true;
          doubt_self(true);
        }
      },
      lock);
  if (ended) answer_waiting({}, lock);
}

/// Decodes the messages, lets `change` change the set by them, and tells what that meant.
template <class Data, class Clock, class Transport>
template <class Change>
void presence_core<Data, Clock, Transport>::change_set(const std::vector<message<wire>>& messages, Change&& change,
                                                       lock_type& lock) {
  message_batch<Data> decoded;  // the events to tell are in it
  change_set([&] {
    if constexpr (decodes) {
      change(*(decoded = decode(messages)));
    } else {
      change(messages);
    }
  });
  deliver_events(lock);
}

/// Events are collected, for whoever listens now. Where memory runs out on the way the rest is missed: it takes a sync,
/// at the next occasion.
template <class Data, class Clock, class Transport>
template <class Change>
void presence_core<Data, Clock, Transport>::change_set(Change&& change) {
  notice_listeners();
  attempt(change, [&](const std::exception_ptr&) {
    lag();
    short_of_memory_ = true;
  });
}

/// Incoming messages come from strangers. Those that cannot be stored are left out, which is an error to be told.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::report_malformed(const std::string& client_id) {
  tasks_.push(failure{make_error_code(errc::bad_request), "incoming", client_id, nullptr});
}

/// Where serialization is nothing, it is not called.
template <class Data, class Clock, class Transport>
message_batch<Data> presence_core<Data, Clock, Transport>::decode(const std::vector<message<wire>>& messages) const {
  std::vector<message<Data>> decoded;
  decoded.reserve(messages.size());
  for (const message<wire>& raw : messages) {
    shared_data<Data> data;
    if (raw.data) {
      result<Data> value = codec_.decode(*raw.data);
      data =
          value ? shared_data<Data>::make(std::move(*value)) : shared_data<Data>::undecodable(value.error(), raw.data);
    }
    decoded.push_back({raw.action, raw.reason, raw.connected, raw.client_id, raw.connection_id, std::move(data),
                       raw.extras, raw.timestamp, raw.id, raw.entered_at});
  }
  return make_batch(std::move(decoded));
}

// --- events ---------------------------------------------------------------------------------------------------------------

/// Nothing is collected for listeners that are not there.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::notice_listeners() noexcept {
  collect_events_ = context_->event_listeners.load(std::memory_order_acquire) > 0;
  collect_users_ = users_.anybody();
  collect_anything_ = collect_events_ || collect_users_;
}

/// A message has changed the set. Called for each one of a batch, so it calls only what has something to do.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::changed(const message<wire>& raw, const event<Data>& e,
                                                    user_change change) {
  if (equal_text(raw.connection_id, connection_id_)) track_own(raw);
  if (collect_anything_) collect(e, change);
}

/// Notes an event for the emission after this change. Neighbours in one batch become one run.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::collect(const event<Data>& e, user_change change) {
  if (collect_events_) {
    seen_ = seen_ | e.action;
    if (&e == after_run_) {
      runs_.back() = {runs_.back().data(), runs_.back().size() + 1};
    } else {
      runs_.emplace_back(&e, std::size_t{1});
    }
    after_run_ = &e + 1;
  }
  if (collect_users_ && change != user_change::none) user_events_.push_back({change, e.client_id, e.timestamp});
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::collect_leave(event<Data>&& e, user_change change) {
  if (collect_users_ && change != user_change::none) user_events_.push_back({change, e.client_id, e.timestamp});
  if (collect_events_) leaves_.push_back(std::move(e));
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::deliver_events(lock_type& lock) {
  if (!runs_.empty() || !leaves_.empty() || !user_events_.empty()) deliver_collected(lock);
}

/// Outside the lock: the member events of this change in order, then what they meant for users. What was collected is
/// destroyed there too, whatever happens on the way: the batch that the runs are of does not outlive this.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::deliver_collected(lock_type& lock) {
  const std::uint64_t version = set_.version();
  outside(lock, [&] {
    struct forget_scope {
      presence_core& core;
      ~forget_scope() {
        core.runs_.clear();
        core.after_run_ = nullptr;
        core.leaves_.clear();
        core.user_events_.clear();
        core.seen_ = {};
      }
    } forget{*this};
    if (!leaves_.empty()) {
      runs_.emplace_back(leaves_);
      seen_ = seen_ | action::leave;
    }
    if (!runs_.empty()) deliver_runs(version);
    if (!user_events_.empty()) {
      const std::span<const user_event> run{user_events_};
      emit<user_event>(users_, {&run, 1}, version);
    }
  });
}

/// Everything in one emission where nobody can tell the difference. Where there are several listeners and several
/// actions, neighbours with the same action at a time: then one for enters and one for leaves hear of a member that
/// left and came back in this order.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::deliver_runs(std::uint64_t version) {
  const bool one_listener = context_->event_listeners.load(std::memory_order_relaxed) <= 1;
  if (one_listener || std::has_single_bit(seen_.bits())) return deliver_runs(runs_, version, seen_);
  for (const auto& run : runs_) {
    for (std::size_t from = 0, to = 0; from < run.size(); from = to) {
      while (to < run.size() && run[to].action == run[from].action) ++to;
      const auto part = run.subspan(from, to - from);
      deliver_runs({&part, 1}, version, part.front().action);
    }
  }
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::deliver_runs(std::span<const std::span<const event<Data>>> runs,
                                                         std::uint64_t version, action_set actions) {
  emit<event<Data>>(any_, runs, version);
  constexpr std::array each{action::present, action::enter, action::leave, action::update};
  for (std::size_t i = 0; i < each.size(); ++i) {
    if (actions.contains(each[i])) emit<event<Data>>(by_action_[i], runs, version);
  }
}

// --- queries --------------------------------------------------------------------------------------------------------------

/// Why the set cannot be read now; no error if it can.
template <class Data, class Clock, class Transport>
std::error_code presence_core<Data, Clock, Transport>::unreadable() const {
  if (state_ == room_state::detached || state_ == room_state::failed) return errc::invalid_room_state;
  if (!may_read()) return errc::subscribe_not_permitted;  // RTP11f1
  if (!known_) return errc::not_synced;
  return {};
}

template <class Data, class Clock, class Transport>
auto presence_core<Data, Clock, Transport>::matching(const query& which) const -> member_list {
  member_list found;
  const auto take = [&](const member_view<Data>& m) {
    if (which.connection_id.empty() || which.connection_id == m.connection_id) found.emplace_back(m);
  };
  if (!which.client_id.empty()) {
    set_.for_each_of(which.client_id, take);
  } else {
    if (which.connection_id.empty()) found.reserve(set_.size());
    set_.for_each(take);
  }
  return found;
}

template <class Data, class Clock, class Transport>
auto presence_core<Data, Clock, Transport>::get(const query& which) const -> result<member_list> {
  return reading([&]() -> result<member_list> {
    if (const auto why = unreadable()) return why;
    return matching(which);
  });
}

template <class Data, class Clock, class Transport>
auto presence_core<Data, Clock, Transport>::users() const -> result<std::vector<user>> {
  return reading([&]() -> result<std::vector<user>> {
    if (const auto why = unreadable()) return why;
    std::vector<user> all;
    all.reserve(set_.user_count());
    set_.for_each_user([&](std::string_view client_id, std::size_t connections) {
      all.push_back({std::string{client_id}, connections});
    });
    return all;
  });
}

template <class Data, class Clock, class Transport>
template <class Visit>
void presence_core<Data, Clock, Transport>::for_each(Visit&& visit) const {
  refuse_visitor();
  const std::lock_guard lock{mutex_};
  struct mark {
    std::atomic<std::thread::id>& visitor;
    explicit mark(std::atomic<std::thread::id>& v) : visitor(v) { visitor = std::this_thread::get_id(); }
    ~mark() { visitor = std::thread::id{}; }
  } visiting_now{visitor_};
  set_.for_each([&](const member_view<Data>& m) { visit(m); });
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::run(get_call& call, lock_type& lock) {
  switch (state_) {
    case room_state::initialized: begin_attach(lock); break;
    case room_state::suspended: return answer(call.handler, errc::out_of_sync, lock);
    case room_state::detaching:
    case room_state::detached:
    case room_state::failed: return answer(call.handler, errc::invalid_room_state, lock);
    case room_state::attaching:
    case room_state::attached: break;
  }
  if (state_ == room_state::attached && (!may_read() || (synced_ && !set_.syncing()))) {
    const auto why = unreadable();
    return answer(call.handler, why ? result<member_list>{why} : result<member_list>{matching(call.which)}, lock);
  }
  waiting_.push(std::move(call));
}

/// Answers every waiting `get`: with `why`, or with what it asked for.
template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::answer_waiting(std::error_code why, lock_type& lock) {
  while (!closed_ && !waiting_.empty()) {
    get_call call = waiting_.pop();
    const auto error = why ? why : unreadable();
    answer(call.handler, error ? result<member_list>{error} : result<member_list>{matching(call.which)}, lock);
  }
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
