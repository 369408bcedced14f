// hub_core: what ends when its time is over.
#ifndef PRESENCE_IMPL_HUB_DEADLINES_HPP
#define PRESENCE_IMPL_HUB_DEADLINES_HPP

#include <presence/detail/hub/hub_core.hpp>

#include <algorithm>

namespace presence::inline PRESENCE_ABI::detail {

/// If it throws, nothing has changed. Precondition: the hub's lock is held.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::arm_here(milliseconds after, deadline_item item) -> typename deadlines::handle {
  auto first = deadlines_.next();
  const auto armed = deadlines_.arm(elapsed(), after, std::move(item));
  if (!options.on_earlier_deadline || armed.due() == deadlines::never) return armed;
  {
    const lock_type lock{registry_->mutex};
    if (quiet_until_ && (!first || *quiet_until_ < *first)) first = quiet_until_;
  }
  if (!first || armed.due() < *first) became_earlier_.store(true, std::memory_order_release);
  return armed;
}

/// After whatever may have armed a deadline, without a lock: a timer that waits for a later one has to know.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::tell_timer() noexcept {
  if (!options.on_earlier_deadline || !became_earlier_.exchange(false, std::memory_order_acq_rel)) return;
  before_callback<mutex_type>();
  attempt([&] { options.on_earlier_deadline(); }, [](auto) {});
}

/// In the place of the deadline that the session has. If it throws, that stands. Precondition: the session's lock is
/// held.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::arm(const session_ptr& s, milliseconds after) {
  const lock_type lock{mutex_};
  const auto armed = arm_here(after, {s, nullptr});
  if (s->deadline) deadlines_.cancel(*s->deadline);
  s->deadline = armed;
  s->due = armed.due();
}
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::disarm(session& s) noexcept {
  const lock_type lock{mutex_};
  if (s.deadline) deadlines_.cancel(*s.deadline);
  s.deadline.reset();
}

/// Whether the deadline has passed by so much that the program cannot have run, and the session may have its time once
/// more. Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::host_slept(const session& s, milliseconds at) const noexcept {
  return options.late_after > milliseconds{0} && !s.extended && at - s.due > options.late_after;
}

/// Whether the session has members somewhere. Precondition: its lock is held.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::members_would_stay(const session& s) const {
  for (const auto& [name, at] : s.rooms) {
    const lock_type in_room{at.where->mutex};
    if (!at.of->owned.empty()) return true;
  }
  return false;
}

/// All attachments end, and the members stay. Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::linger_everywhere(session& s, std::error_code told) noexcept {
  for (const auto& [name, at] : s.rooms) {
    if (!std::exchange(at.of->lingers, true)) {
      const lock_type lock{registry_->mutex};
      ++at.where->holds;
    }
    const lock_type in_room{at.where->mutex};
    const auto all = std::exchange(at.of->attachments, {});  // the outbox holds them longer: no sink ends under a lock
    at.of->away = true;
    for (const record_ptr& each : all) {
      each->state = attachment_state::gone;
      at.where->enqueue_part(each, told, true);
    }
  }
}

/// The session has left the room. Returns whether its members stay there for a while; not if memory is lacking for a
/// deadline. Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::linger_in_room(session& s, const place& at) noexcept {
  if (linger_of(s) == milliseconds{0}) return false;
  {
    const lock_type in_room{at.where->mutex};
    if (at.of->owned.empty()) return false;
  }
  bool armed = false;
  attempt(
      [&] {
        const lock_type lock{mutex_};
        const auto found = sessions_.find(s.connection_id);
        if (found == sessions_.end()) return;
        at.of->lingers_until = arm_here(linger_of(s), {found->second, at.where}).due();
        armed = true;
      },
      [](auto) {});
  if (!armed) return false;
  {
    const lock_type lock{registry_->mutex};
    ++at.where->holds;
  }
  at.of->lingers = true;
  const lock_type in_room{at.where->mutex};
  at.of->away = true;
  at.of->stale_before = s.next_serial.load(std::memory_order_relaxed);
  return true;
}

/// The session is in the room again, by an attachment that holds it. Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::let_go(place& at) noexcept {
  if (!std::exchange(at.of->lingers, false)) return;
  const lock_type in_room{at.where->mutex};
  at.where->release();
}

/// For when the session attaches to the room again: its stamps go on from where they are. Precondition: the session's
/// lock is held.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::remember_stamps(session& s, const place& left) noexcept {
  const lock_type in_room{left.where->mutex};
  const connection_stamps& stamps = left.of->stamps;
  const time_point at = now();
  s.left_rooms.note(left.where->name, stamps.left(), at);
  if (stamps.ahead().at(at) > s.ahead.at(at)) s.ahead = stamps.ahead();
}

template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::begin_quiet_start(milliseconds at) noexcept {
  if (options.quiet_start == milliseconds{0}) return;
  const bool endless = at > milliseconds{0} && options.quiet_start > deadlines::never - at;
  quiet_until_ = endless ? deadlines::never : at + options.quiet_start;
}

/// Nobody who attaches from now on waits for others to come back. If it throws, nothing has changed. A host that slept
/// has the period once more: nobody could come back.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::end_quiet_start(milliseconds at, std::vector<room_ptr>& drains) {
  {
    const lock_type lock{registry_->mutex};
    if (!quiet_until_ || *quiet_until_ > at) return;
    if (options.late_after > milliseconds{0} && !quiet_extended_ && at - *quiet_until_ > options.late_after) {
      quiet_extended_ = true;
      return begin_quiet_start(at);
    }
    drains.reserve(registry_->rooms.size());
    for (const auto& [name, each] : registry_->rooms) drains.push_back(each);
    quiet_until_.reset();  // rooms that are made from here on begin as any other
  }
  sort_by_name(drains);
  for (const room_ptr& each : drains) {
    const lock_type in_room{each->mutex};
    each->end_quiet_start();
  }
}

/// Ends all that is due, and tells it afterwards: a listener that takes its time holds up no other deadline.
template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::run_due() {
  struct told_in_any_case {
    std::vector<places> ended;
    std::vector<room_ptr> left;
    std::vector<session_ptr> sessions;
    hub_core& hub;
    ~told_in_any_case() {
      for (const places& each : ended) drain_all(each);
      drain_all(left);
      for (const session_ptr& each : sessions) hub.show(*each);
      hub.tell_timer();
    }
  } told{{}, {}, {}, *this};
  std::size_t ended = 0;
  const milliseconds until = elapsed();
  end_quiet_start(until, told.left);
  for (;;) {
    told.ended.emplace_back();  // before anything is taken out of the queue that would have to be put back
    told.left.emplace_back();
    if constexpr (observes_sessions<observer>) told.sessions.reserve(told.ended.capacity());
    std::optional<deadline_item> due;
    {
      const lock_type lock{mutex_};
      due = deadlines_.pop_due(until);
      if (due && due->only == nullptr) due->of->deadline.reset();
    }
    if (!due || due->only == nullptr) told.left.pop_back();
    if (!due) return ended;
    if (due->only != nullptr) {
      told.left.back() = due->only;
      expire_left_behind(*due, until);
    } else if (expire(*due, until, told.ended.back())) {
      if constexpr (observes_sessions<observer>) told.sessions.push_back(std::move(due->of));
      ++ended;
      continue;
    }
    told.ended.pop_back();
  }
}

/// Ends a session whose time is over. Returns whether it did: it may have been resumed meanwhile, and perhaps dropped
/// again.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::expire(deadline_item& item, milliseconds at, places& drains) {
  const session_ptr& s = item.of;
  const lock_type lock{s->mutex};
  const bool closed = s->state == session_state::lingering;
  if ((!closed && s->state != session_state::dropped) || s->due > at) return false;
  if (host_slept(*s, at)) {
    s->extended = true;
    attempt([&] { arm(s, closed ? linger_of(*s) : s->who.grace.value_or(options.grace)); }, [](auto) {});
    if (s->deadline) return false;
  }
  const auto told = make_error_code(closed ? errc::connection_closed : errc::connection_expired);
  end(*s, closed ? leave_reason::closed : leave_reason::timed_out, told, drains);
  return true;
}

/// The members that a session left behind in a room leave, but not those that it has entered again since.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::expire_left_behind(deadline_item& item, milliseconds until) {
  session& s = *item.of;
  room& in = *item.only;
  const lock_type lock{s.mutex};
  const auto found = s.rooms.find(in.name);
  if (found == s.rooms.end() || found->second.where != item.only) return;
  place at = found->second;
  if (at.of->lingers_until > until) return;  // it was there again since, and lingers anew
  bool nobody = false;
  {
    const lock_type in_room{in.mutex};
    const auto gone = std::make_shared<room_session<Data>>(at.of->connection_id, at.of->client_id);
    at.of->owned.for_each(at.of->client_id, [&](const std::string& client_id) {
      const auto stored = in.set.find(client_id, at.of->connection_id);
      if (!stored || stored->id.msg_serial < at.of->stale_before) gone->owned.add(client_id, at.of->client_id);
    });
    gone->owned.for_each(at.of->client_id, [&](const std::string& client_id) {
      if (at.of->given_seats.contains(client_id, at.of->client_id)) gone->given_seats.add(client_id, at.of->client_id);
    });
    gone->owned.for_each(at.of->client_id, [&](const std::string& client_id) {
      at.of->owned.remove(client_id, at.of->client_id);
      at.of->given_seats.remove(client_id, at.of->client_id);
    });
    gone->left_by = at.of;
    gone->stamps = std::move(at.of->stamps);
    in.remove_members(gone, leave_reason::closed, now());
    at.of->stamps = std::move(gone->stamps);
    nobody = at.of->lingers && at.of->owned.empty();
  }
  if (!nobody) return;
  remember_stamps(s, at);
  s.rooms.erase(found);
  let_go(at);
}

template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::next_due() const -> std::optional<milliseconds> {
  std::optional<milliseconds> due;
  {
    const lock_type lock{registry_->mutex};
    due = quiet_until_;
  }
  const lock_type lock{mutex_};
  const auto next = deadlines_.next();
  return next && (!due || *next < *due) ? next : due;
}

/// An estimate in the time of day: what is due is decided by elapsed time. Rounded up, so that it is not too early.
template <class Data, class Clock, class Backplane>
std::optional<time_point> hub_core<Data, Clock, Backplane>::next_deadline() const {
  const std::optional<milliseconds> due = next_due();
  if (!due) return std::nullopt;
  if (*due == deadlines::never) return time_point::max();
  const milliseconds left = *due - elapsed();
  const time_point from = clock_.rounded_up();
  return from > time_point{} && left > time_point::max() - from ? time_point::max() : from + left;
}

template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::due_in() const -> std::optional<milliseconds> {
  const std::optional<milliseconds> due = next_due();
  if (!due || *due == deadlines::never) return std::nullopt;
  return std::max(milliseconds{0}, *due - elapsed());
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
