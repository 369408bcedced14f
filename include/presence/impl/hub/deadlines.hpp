// hub_core: what ends when its time is over.
#ifndef PRESENCE_IMPL_HUB_DEADLINES_HPP
#define PRESENCE_IMPL_HUB_DEADLINES_HPP

#include <presence/detail/hub/hub_core.hpp>

#include <algorithm>

namespace presence::inline PRESENCE_ABI::detail {

/// The attachment ends, and its members stay. Returns whether there are any. Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::stay(session& s, attachment& at, std::error_code told) {
  if (at.record->lingering) return true;
  const auto stays =
      std::make_shared<record>(s.connection_id, s.who.client_id, at.record->modes, std::make_shared<no_sink<Data>>());
  const lock_type in_room{at.where->mutex};
  if (at.record->owned.empty()) return false;
  stays->closed = true;
  stays->lingering = true;
  stays->state = attachment_state::paused;
  stays->seen_version = std::numeric_limits<std::uint64_t>::max();  // nothing
  at.where->enqueue(typename room::part{at.record, told, nullptr, false});
  stays->inherit(*at.record);
  stays->stale_before = s.next_serial.load(std::memory_order_relaxed);
  at.record->state = attachment_state::gone;
  at.record = stays;
  return true;
}

/// Detaches so that the members linger, if they do. Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::linger_in_room(session& s, attachment& at) {
  if (linger_of(s) == milliseconds{0} || s.state == session_state::ended) return false;
  if (at.record->lingering) return true;
  if (!stay(s, at, {})) return false;
  const lock_type lock{mutex_};
  if (const auto found = sessions_.find(s.connection_id); found != sessions_.end()) {
    (void)deadlines_.arm(elapsed(), linger_of(s), {found->second, at.where});
  }
  return true;
}

/// Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::arm(const session_ptr& s, milliseconds after) {
  const lock_type lock{mutex_};
  if (s->deadline) deadlines_.cancel(*s->deadline);
  s->deadline.reset();
  s->deadline = deadlines_.arm(elapsed(), after, {s, nullptr});
  s->due = s->deadline->due();
}

/// Whether the deadline has passed by so much that the program cannot have run, and the session may have its time once
/// more. Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::host_slept(const session& s, milliseconds at) const noexcept {
  return options.late_after > milliseconds{0} && !s.extended && at - s.due > options.late_after;
}

/// Ends all that is due, and tells it afterwards: a listener that takes its time holds up no other deadline.
template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::run_due() {
  struct told_in_any_case {
    std::vector<attachment> rooms;
    ~told_in_any_case() { drain_all(rooms); }
  } told;
  std::size_t ended = 0;
  const milliseconds until = elapsed();
  for (;;) {
    std::optional<deadline_item> due;
    {
      const lock_type lock{mutex_};
      due = deadlines_.pop_due(until);
      if (!due) return ended;
      if (due->only == nullptr) due->of->deadline.reset();
    }
    if (due->only != nullptr) {
      expire_left_behind(*due, told.rooms);
    } else if (expire(*due, until, told.rooms)) {
      ++ended;
    }
  }
}

/// Ends a session whose time is over. Returns whether it did: it may have been resumed meanwhile, and perhaps dropped again.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::expire(deadline_item& item, milliseconds at, std::vector<attachment>& drains) {
  const session_ptr& s = item.of;
  const lock_type lock{s->mutex};
  const bool closed = s->state == session_state::lingering;
  if ((!closed && s->state != session_state::dropped) || s->due > at) return false;
  if (host_slept(*s, at)) {
    s->extended = true;
    arm(s, closed ? linger_of(*s) : s->who.grace.value_or(options.grace));
    return false;
  }
  const auto told = make_error_code(closed ? errc::connection_closed : errc::connection_expired);
  end(*s, closed ? leave_reason::closed : leave_reason::timed_out, told, drains);
  return true;
}

/// The members that a session left behind in a room leave, but not those that it has entered again since.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::expire_left_behind(deadline_item& item, std::vector<attachment>& drains) {
  session& s = *item.of;
  const lock_type lock{s.mutex};
  const auto found = s.attachments.find(item.only->name);
  if (found == s.attachments.end() || found->second.where != item.only) return;
  record& from = *found->second.record;
  drains.push_back(found->second);
  bool nobody = false;
  {
    const lock_type in_room{item.only->mutex};
    record gone{from.connection_id, from.client_id, from.modes, nullptr};
    from.owned.for_each(from.client_id, [&](const std::string& client_id) {
      const auto stored = item.only->set.find(client_id, from.connection_id);
      if (!stored || stored->id.msg_serial < from.stale_before) gone.owned.add(client_id, from.client_id);
    });
    gone.owned.for_each(from.client_id, [&](const std::string& client_id) {
      from.owned.remove(client_id, from.client_id);
      if (from.given_seats.remove(client_id, from.client_id)) gone.given_seats.add(client_id, from.client_id);
    });
    gone.stamps = std::move(from.stamps);
    item.only->remove_members(gone, leave_reason::closed, now());
    from.stamps = std::move(gone.stamps);
    nobody = from.lingering && from.owned.empty();
  }
  if (!nobody) return;
  part(found->second, {}, std::nullopt);
  remember_stamps(s, found->second);
  s.attachments.erase(found);
}

/// An estimate in the time of day: what is due is decided by elapsed time. Rounded up, so that it is not too early.
template <class Data, class Clock, class Backplane>
std::optional<time_point> hub_core<Data, Clock, Backplane>::next_deadline() const {
  std::optional<milliseconds> due;
  {
    const lock_type lock{mutex_};
    due = deadlines_.next();
  }
  if (!due) return std::nullopt;
  if (*due == deadlines::never) return time_point::max();
  const milliseconds left = *due - elapsed();
  const time_point from = clock_.rounded_up();
  return from > time_point{} && left > time_point::max() - from ? time_point::max() : from + left;
}

template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::due_in() const -> std::optional<milliseconds> {
  std::optional<milliseconds> due;
  {
    const lock_type lock{mutex_};
    due = deadlines_.next();
  }
  if (!due || *due == deadlines::never) return std::nullopt;
  return std::max(milliseconds{0}, *due - elapsed());
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
