// hub_core: what a session does in a room.
#ifndef PRESENCE_IMPL_HUB_ATTACHMENTS_HPP
#define PRESENCE_IMPL_HUB_ATTACHMENTS_HPP

#include <presence/detail/hub/hub_core.hpp>

#include <algorithm>
#include <exception>

namespace presence::inline PRESENCE_ABI::detail {

/// An order that does not depend on the seed of the hash, in which what happens in several rooms is told.
template <class Rooms>
void sort_by_name(Rooms& rooms) {
  std::sort(rooms.begin(), rooms.end(), [](const auto& a, const auto& b) { return a->name < b->name; });
}

/// The room of this name, made if there is none, with one hold more.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::hold_room(std::string_view name) -> room_ptr {
  const lock_type lock{registry_->mutex};
  const auto found = registry_->rooms.find(name);
  room_ptr held = found != registry_->rooms.end()
                      ? found->second
                      : std::make_shared<room>(std::string{name}, registry_, tap_, options, quiet_until_.has_value());
  if (found == registry_->rooms.end()) registry_->rooms.emplace(held->name, held);
  ++held->holds;
  return held;
}

/// What an identity may do in a room.
template <class Data, class Clock, class Backplane>
mode_set hub_core<Data, Clock, Backplane>::granted(const identity& who, std::string_view name) const noexcept {
  mode_set modes = who.capabilities;
  if (options.authorize) {  // one that throws has not said yes
    attempt([&] { modes = modes & options.authorize(who, name); }, [&](auto) { modes = {}; });
  }
  return modes;
}

/// Attaches, beside whatever attachments the session has there already. One whose sink is closed gives its place to the
/// new one, which has missed what it missed; so does one with the same sink. While the connection is lost the
/// attachment waits for the resume. Nothing is told until `settle`. If it throws, nothing has changed.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::let_in(session& s, std::optional<std::uint32_t> owner, std::string_view name,
                                              mode_set wanted, sink_ptr to) -> result<attachment> {
  std::string made_name;
  const auto spelled = room_name(name, made_name);
  if (!spelled) return errc::invalid_room_name;
  name = *spelled;
  if (name.empty() || name.size() > options.limits.room_name || !is_valid_utf8(name)) return errc::invalid_room_name;
  const sink_ptr outlives_the_lock = to;
  lock_type lock{s.mutex, std::defer_lock};
  mode_set given;
  for (std::uint64_t asked = 0;;) {
    asked = policy_.load(std::memory_order_acquire);
    given = wanted & granted(s.who, name);
    if (given.empty()) return errc::not_permitted;
    lock.lock();
    if (asked == policy_.load(std::memory_order_acquire)) break;  // else `reauthorize` may have passed already
    lock.unlock();
  }

  if (owner && s.owner != *owner) return errc::connection_closed;
  if (s.state == session_state::ended) return s.expired ? errc::connection_expired : errc::connection_closed;
  if (s.state == session_state::lingering) return errc::connection_closed;
  auto known = s.rooms.find(name);
  const bool first = known == s.rooms.end();
  if (first && s.rooms.size() >= options.limits.rooms_per_session) return errc::too_many_rooms;

  auto of = first ? std::make_shared<room_session<Data>>(s.connection_id, s.who.client_id) : known->second.of;
  auto fresh = std::make_shared<record>(of, wanted, given, std::move(to));
  of->attachments.reserve(of->attachments.size() + 1);
  attachment made{hold_room(name), std::move(fresh)};
  struct hold {  // given back if what follows fails
    registry& rooms;
    room_ptr of;
    ~hold() {
      if (of != nullptr) rooms.release(*of);
    }
  } held{*registry_, made.where};
  if (first) s.rooms.emplace(std::string_view{made.where->name}, place{made.where, of});
  held.of = nullptr;  // nothing fails from here on

  if (first) {
    of->stamps.go_on_from(s.left_rooms.earliest(name), s.ahead);
  } else {
    let_go(known->second);
  }
  const lock_type in_room{made.where->mutex};
  of->away = s.state == session_state::dropped;
  if (!of->away) made.where->take_back_seats(*of);
  bool inherits = false;
  for (auto it = of->attachments.begin(); it != of->attachments.end();) {
    record& old = **it;
    const bool gives_place = old.closed.load(std::memory_order_acquire) || old.sink == made.record->sink;
    if (!gives_place) {
      ++it;
      continue;
    }
    const bool heir = !inherits && old.state == attachment_state::paused && !old.abandoned;
    inherits = inherits || heir;
    old.state = attachment_state::gone;
    made.where->enqueue_part(*it, make_error_code(errc::replaced), true,
                             heir || old.sink == made.record->sink ? made.record : nullptr);
    it = of->attachments.erase(it);
  }
  of->attachments.push_back(made.record);
  if (s.state == session_state::dropped) {
    made.record->state = attachment_state::paused;
  } else {
    made.where->enqueue_join(made.record, inherits);
  }
  return made;
}

template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::settle(const attachment& at) {
  lock_type lock{at.where->mutex};
  at.where->drain(lock);
}

/// One attachment ends, in its room's order; with the session's last one there its members leave. Returns whether it
/// had not ended before. Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::part(session& s, const attachment& from, std::error_code told,
                                            leave_reason members_leave) noexcept {
  const auto of = from.record->of;
  const auto found = std::find(of->attachments.begin(), of->attachments.end(), from.record);
  if (found == of->attachments.end()) return false;
  of->attachments.erase(found);
  const bool last = of->attachments.empty();
  const bool lingers = last && linger_in_room(s, {from.where, of});
  {
    const lock_type in_room{from.where->mutex};
    from.record->state = attachment_state::gone;
    from.where->enqueue_part(from.record, told, true);
    if (last && !lingers) from.where->remove_members(of, members_leave, now());
  }
  if (last && !lingers) {
    remember_stamps(s, {from.where, of});
    s.rooms.erase(s.rooms.find(from.where->name));
  }
  return true;
}

/// All attachments of a session end, whose places these were. Their members leave, unless nobody would be told.
/// Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::part_all(const places& rooms, std::error_code told,
                                                std::optional<leave_reason> members_leave) noexcept {
  for (const auto& [name, at] : rooms) part_place(at, told, members_leave);
}
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::part_place(const place& at, std::error_code told,
                                                  std::optional<leave_reason> members_leave) noexcept {
  const lock_type in_room{at.where->mutex};
  const auto all = std::exchange(at.of->attachments, {});  // the outbox holds them longer: no sink ends under a lock
  for (const record_ptr& each : all) {
    each->state = attachment_state::gone;
    at.where->enqueue_part(each, told, true);
  }
  if (members_leave) at.where->remove_members(at.of, *members_leave, now());
  if (std::exchange(at.of->lingers, false)) at.where->release();
}

/// The connection is lost. An attachment that waits for an attach or a resume already goes on waiting.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::pause_all(session& s) noexcept {
  for (const auto& [name, at] : s.rooms) {
    const lock_type in_room{at.where->mutex};
    at.of->away = true;
    show_connection(s, at, false);  // before the parts, so that whoever is resumed has missed nothing by it
    for (const record_ptr& each : at.of->attachments) {
      if (each->state != attachment_state::attached) continue;
      each->state = attachment_state::paused;
      at.where->enqueue_part(each, make_error_code(errc::disconnected), false);
    }
  }
}

/// The connection is back. An attachment whose sink is gone waits for an attach with another one, unless nobody will
/// come.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::rejoin_all(session& s) noexcept {
  for (std::size_t i = 0; i < s.rooms.size();) {
    const place at = s.rooms.nth(i)->second;
    const std::size_t before = s.rooms.size();
    if (!at.of->lingers) {
      const lock_type in_room{at.where->mutex};
      at.of->away = false;
      at.where->take_back_seats(*at.of);
    }
    const std::size_t count = at.of->attachments.size();
    for (std::size_t next = 0, left = count; left > 0; --left) {
      const record_ptr each = at.of->attachments[next];
      if (each->abandoned) {
        part(s, {at.where, each}, {}, leave_reason::closed);  // with its last attachment the place goes
        continue;
      }
      ++next;
      if (each->closed.load(std::memory_order_acquire)) continue;
      const lock_type in_room{at.where->mutex};
      each->state = attachment_state::attached;
      at.where->enqueue_join(each, true);
    }
    if (s.rooms.size() == before) ++i;
    const lock_type in_room{at.where->mutex};
    show_connection(s, at, true);
  }
}

template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::rooms_of(const session& s) -> std::vector<room_ptr> {
  std::vector<room_ptr> all;
  all.reserve(s.rooms.size());
  for (const auto& [name, at] : s.rooms) all.push_back(at.where);
  return all;
}

template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::drain_all(const places& rooms) noexcept {
  for (const auto& [name, at] : rooms) {
    lock_type lock{at.where->mutex};
    at.where->drain(lock);
  }
}
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::drain_all(const std::vector<room_ptr>& rooms) noexcept {
  for (const room_ptr& each : rooms) {
    lock_type lock{each->mutex};
    each->drain(lock);
  }
}

template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::detach(session& s, const attachment& from) {
  {
    const lock_type lock{s.mutex};
    if (!part(s, from, {}, leave_reason::closed)) return;
  }
  settle(from);
  tell_timer();
}

/// All attachments that the session has in the room.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::detach(session& s, std::string_view name) {
  std::string made;
  const auto spelled = room_name(name, made).value_or(std::string_view{});
  room_ptr where;
  for (;;) {
    attachment last;  // its sink does not end under the lock
    const lock_type lock{s.mutex};
    const auto found = s.rooms.find(spelled);
    if (found == s.rooms.end() || found->second.of->lingers) break;
    where = found->second.where;
    if (found->second.of->attachments.empty()) break;
    last = {where, found->second.of->attachments.back()};
    part(s, last, {}, leave_reason::closed);
  }
  if (where == nullptr) return false;
  lock_type lock{where->mutex};
  where->drain(lock);
  tell_timer();
  return true;
}

/// Whoever had the attachment is gone. It detaches, unless it is the last of its session there and the members are to
/// stay for somebody else: while the connection is lost, for the grace period, and after a resume too if it
/// `may_return`; and where it belongs to an earlier `owner` of the session, for whoever has resumed that.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::forget(session& s, const attachment& from, std::optional<std::uint32_t> owner,
                                              bool may_return) noexcept {
  from.where->close(*from.record);
  {
    const lock_type lock{s.mutex};
    const auto& all = from.record->of->attachments;
    const bool alone = std::none_of(
        all.begin(), all.end(), [](const record_ptr& each) { return !each->closed.load(std::memory_order_acquire); });
    const bool taken_over = owner && s.owner != *owner && s.state == session_state::connected;
    if (!alone || (s.state != session_state::dropped && !taken_over)) {
      if (!part(s, from, {}, leave_reason::closed)) return;
    } else {
      from.record->abandoned = !may_return;
      const lock_type in_room{from.where->mutex};
      if (from.record->state == attachment_state::attached) {
        from.record->state = attachment_state::paused;
        from.where->enqueue_part(from.record, make_error_code(errc::disconnected), false);
      }
    }
  }
  settle(from);
  tell_timer();
}

template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::resync(const attachment& at) {
  lock_type lock{at.where->mutex};
  if (at.record->state == attachment_state::attached) at.where->enqueue_join(at.record, false);
  at.where->drain(lock);
}

/// All or nothing: every message is checked before the first is applied. The handler is called at once, and not in the
/// room's order, where nobody will take it out of `pending` any more, and where nothing is to be queued.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::publish(session& s, const attachment& at, std::vector<message<Data>> messages,
                                               publish_completion handler) {
  room& in = *at.where;
  std::error_code outcome;
  applied done;  // what was there before, destroyed outside the lock
  bool queued = false;
  attempt(
      [&] {
        outcome = check(s, *at.record, messages);
        const std::size_t bytes = outcome ? 0 : weight(messages);
        lock_type lock{in.mutex};
        const bool crowded = in.crowded(room::share::half);
        if (crowded) in.wait_for_room(lock);
        if (!outcome) outcome = admit(s, in, *at.record, messages, lock);
        if (at.record->state == attachment_state::paused) outcome = make_error_code(errc::disconnected);
        if (at.record->state == attachment_state::gone) outcome = make_error_code(errc::invalid_room_state);
        const bool closed = at.record->closed.load(std::memory_order_acquire);
        if (closed) outcome = make_error_code(errc::operation_aborted);
        const bool full = crowded && in.overloaded(messages);
        if (full && !outcome) outcome = make_error_code(errc::overloaded);
        if (closed || full) return;
        const bool answers = static_cast<bool>(handler);
        const std::uint64_t ticket = answers ? at.record->pending.prepare() : 0;
        in.make_room();
        const bool at_once = in.idle();  // or in its turn
        if (!outcome) apply(s, in, *at.record, messages, done);
        const bool tells = done.told != nullptr && !done.told->empty();
        if (tells && !at_once) in.tell(std::move(done.told), at.record->of, bytes);
        if (answers) {
          in.complete(at.record, ticket, outcome);
          at.record->pending.add(std::move(handler));
        }
        queued = true;
        if (tells && at_once) {
          in.tell_at_once(lock, std::move(done.told), at.record->of);
        } else {
          in.drain(lock);
        }
      },
      [&](const std::exception_ptr& why) { outcome = why_it_failed(why); });
  if (outcome) show_refusal(&s, s.who.client_id, in.name, outcome);
  if (queued) return;
  if (handler) {
    before_callback<mutex_type>();
    attempt([&] { handler(outcome); }, [](auto) {});
    handler = {};
  }
  settle(at);  // whoever was at work may have counted on this thread. Not before: it may end the attachment
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
