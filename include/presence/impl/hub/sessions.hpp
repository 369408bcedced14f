// hub_core: sessions come, are lost, come back and end.
#ifndef PRESENCE_IMPL_HUB_SESSIONS_HPP
#define PRESENCE_IMPL_HUB_SESSIONS_HPP

#include <presence/detail/hub/hub_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::open(identity who) -> result<session_ptr> {
  std::string made_name;
  const auto spelled = client_name(who.client_id, made_name);
  if (!spelled) return errc::invalid_client_id;
  if (spelled->data() != who.client_id.data()) who.client_id = std::move(made_name);
  if (!who.client_id.empty() && !valid_client_id(who.client_id)) return errc::invalid_client_id;
  for (const auto& period : {who.grace, who.linger}) {
    if (period && *period < milliseconds{0}) return errc::bad_request;
  }
  auto made = std::make_shared<session>();
  made->who = std::move(who);
  made->hub = this->shared_from_this();
  for (;;) {
    made->connection_id = random_text(12, [this] { return random(); });                           // 72 bits
    made->resume_key = made->connection_id + '!' + random_text(22, [this] { return random(); });  // and 132 more
    const lock_type lock{mutex_};
    if (closed_) return errc::connection_closed;
    if (is_banned(made->who.client_id)) return errc::banned;
    if (sessions_.emplace(made->connection_id, made).second) return made;
  }
}

/// The connection is lost: nobody is told, the members stay, and the grace period begins. If it throws, it has not.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::drop(const session_ptr& s, std::uint32_t owner) {
  std::vector<room_ptr> paused;
  {
    const lock_type lock{s->mutex};
    if (s->state != session_state::connected || s->owner != owner) return;
    paused = rooms_of(*s);
    arm(s, s->who.grace.value_or(options.grace));
    s->extended = false;
    s->state = session_state::dropped;
    pause_all(*s);
  }
  drain_all(paused);
  show(*s);
  tell_timer();
}

template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::find_resumable(std::string_view key) const -> result<session_ptr> {
  const auto bang = key.find('!');
  if (bang == std::string_view::npos) return errc::invalid_resume_key;
  session_ptr s = find_session(key.substr(0, bang));
  if (s == nullptr) return errc::invalid_resume_key;  // forged, or ended: an ended session leaves nothing
  if (!equal_secret(key, s->resume_key)) return errc::invalid_resume_key;
  return s;
}

/// The names of the rooms in which the session has attachments, in order.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::attached_rooms(session& s) const -> std::vector<std::string> {
  std::vector<std::string> names;
  const lock_type lock{s.mutex};
  for (const auto& [name, at] : s.rooms) {
    if (!at.of->attachments.empty()) names.emplace_back(name);
  }
  return names;
}

/// Attachments for the rooms in which the session still has some, which `succeed` puts in their place. If it throws,
/// nothing has changed. Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::make_successors(session& s, const std::vector<successor>& sinks)
    -> std::vector<attachment> {
  struct holds {  // given back if what follows fails
    registry& rooms;
    std::vector<attachment> made;
    ~holds() {
      for (const attachment& each : made) rooms.release(*each.where);
    }
  } held{*registry_, {}};
  held.made.reserve(sinks.size());
  for (const successor& each : sinks) {
    const auto found = s.rooms.find(each.room);
    if (found == s.rooms.end() || found->second.of->attachments.empty()) continue;
    auto& of = found->second.of;
    of->attachments.reserve(of->attachments.size() + 1);
    mode_set wanted;
    mode_set modes;
    for (const record_ptr& old : of->attachments) {
      wanted = wanted | old->wanted;
      modes = modes | old->modes.load();
    }
    auto fresh =
        std::make_shared<record>(of, wanted, modes, each.sink);  // which `sinks` holds longer than the lock is held
    held.made.push_back({hold_room(found->first), std::move(fresh)});
  }
  return std::exchange(held.made, {});
}

/// `by` takes the place of all attachments that the session has in its room, with the modes of all together: it knows what
/// the first of them knows that had all of these, and has missed what that one missed. Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::succeed(session& s, const attachment& by) noexcept {
  auto& all = s.rooms.find(by.where->name)->second.of->attachments;
  const lock_type in_room{by.where->mutex};
  bool inherits = false;
  for (const record_ptr& old : all) {
    const bool heir = !inherits && old->modes.load() == by.record->modes.load();
    inherits = inherits || heir;
    old->state = attachment_state::gone;
    by.where->enqueue_part(old, make_error_code(errc::replaced), true, heir ? by.record : nullptr);
  }
  all.clear();  // the outbox holds them: no sink ends here
  all.push_back(by.record);
  by.where->enqueue_join(by.record, inherits);
}

/// With `sinks`, these take the place of the attachments in their rooms before anything is told.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::resume(std::string_view key, std::vector<successor> sinks) -> result<resumed> {
  auto found = find_resumable(key);
  if (!found) return found.error();
  resumed made{std::move(*found), 0, {}};
  session& s = *made.of;
  std::vector<room_ptr> back;
  {
    const lock_type lock{s.mutex};
    if (s.state == session_state::ended) return s.expired ? errc::connection_expired : errc::connection_closed;
    if (s.state == session_state::lingering) return errc::connection_closed;
    if (s.state == session_state::dropped) {
      const milliseconds at = elapsed();
      if (s.due <= at && !host_slept(s, at)) return errc::connection_expired;  // `run_due` will end it
    }
    back = rooms_of(s);
    made.rooms = make_successors(s, sinks);  // the last that may fail
    for (const attachment& each : made.rooms) succeed(s, each);
    if (s.state == session_state::dropped) {
      disarm(s);
      s.state = session_state::connected;
      rejoin_all(s);
    }
    made.owner = ++s.owner;  // of a live session: taken over from whoever had it
  }
  drain_all(back);
  show(s);
  tell_timer();
  return made;
}

/// A goodbye: the members leave at once, or where there is a linger after that; at once too where memory for that is
/// lacking.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::close(const session_ptr& s, std::uint32_t owner) noexcept {
  places left;
  std::vector<room_ptr> lingering;
  {
    const lock_type lock{s->mutex};
    const bool over = s->state == session_state::ended || s->state == session_state::lingering;
    if (over || s->owner != owner) return;
    const auto told = make_error_code(errc::connection_closed);
    bool lingers = false;
    if (linger_of(*s) > milliseconds{0} && members_would_stay(*s)) {
      attempt(
          [&] {
            lingering = rooms_of(*s);
            arm(s, linger_of(*s));
            lingers = true;
          },
          [](auto) {});
    }
    if (lingers) {
      s->extended = false;
      s->state = session_state::lingering;
      linger_everywhere(*s, told);
    } else {
      end(*s, leave_reason::closed, told, left);
    }
  }
  drain_all(lingering);
  drain_all(left);
  show(*s);
  tell_timer();
}

/// For good: the members leave. Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::end(session& s, leave_reason why, std::error_code told, places& drains) {
  s.state = session_state::ended;
  if constexpr (observes_sessions<observer>) s.seen.ended_with = told;
  s.expired = why == leave_reason::timed_out;
  drains.swap(s.rooms);
  part_all(drains, told, why);
  forget_session(s);
}

/// Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::forget_session(session& s) {
  session_ptr last;  // destroyed after the lock is released
  const lock_type lock{mutex_};
  if (s.deadline) deadlines_.cancel(*s.deadline);
  s.deadline.reset();
  const auto found = sessions_.find(s.connection_id);
  if (found == sessions_.end()) return;
  last = std::move(found->second);
  sessions_.erase(found);
  if (sessions_.empty()) {
    sessions_ = {};
  } else if (sessions_.bucket_count() > 128 && sessions_.size() < sessions_.bucket_count() / 8) {
    attempt([&] { sessions_.rehash(sessions_.size() * 2); }, [](auto) {});
  }
}

/// The hub is going: every session ends, and as nobody is left to be told, no leaves are. All have ended before the
/// first is told so.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::shut_down() noexcept {
  decltype(sessions_) all;
  decltype(registry_->rooms) rooms;  // destroyed after the lock is released
  deadlines left_behind;             // these hold sessions
  {
    const lock_type lock{registry_->mutex};
    registry_->closing = true;
  }
  {
    const lock_type lock{mutex_};
    closed_ = true;
    all.swap(sessions_);
  }
  for (const auto& [id, s] : all) {
    const lock_type lock{s->mutex};
    if (s->state == session_state::ended) continue;
    s->state = session_state::ended;
    if constexpr (observes_sessions<observer>) s->seen.ended_with = make_error_code(errc::connection_closed);
    part_all(s->rooms, make_error_code(errc::connection_closed), std::nullopt);
    const lock_type in_hub{mutex_};
    if (s->deadline) deadlines_.cancel(*s->deadline);
    s->deadline.reset();
  }
  {
    const lock_type lock{mutex_};
    std::swap(left_behind, deadlines_);
  }
  for (const auto& [id, s] : all) {
    places left;
    {
      const lock_type lock{s->mutex};
      left.swap(s->rooms);
    }
    for (const auto& [name, at] : left) {  // in no order, as an order would want memory
      lock_type lock{at.where->mutex};
      at.where->drain(lock);
    }
    for (const auto& [name, at] : left) {
      at.where->forget_members();
      if constexpr (observes_occupancy<observer>) {
        lock_type lock{at.where->mutex};
        at.where->drain(lock);
      }
    }
    show(*s);
  }
  const lock_type lock{registry_->mutex};
  rooms.swap(registry_->rooms);
}

template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::bytes() const {
  std::vector<room_ptr> rooms;
  std::size_t total = sizeof *this;
  {
    const lock_type lock{registry_->mutex};
    for (const auto& [name, r] : registry_->rooms) rooms.push_back(r);
    total += registry_->rooms.bucket_count() * (sizeof(std::string_view) + sizeof(room_ptr) + 1);
  }
  for (const room_ptr& r : rooms) {
    const lock_type lock{r->mutex};
    total += sizeof(room) + r->set.bytes();
  }
  const lock_type lock{mutex_};
  total += sessions_.bucket_count() * (sizeof(std::string_view) + sizeof(session_ptr) + 1);
  return total + sessions_.size() * sizeof(session);
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
