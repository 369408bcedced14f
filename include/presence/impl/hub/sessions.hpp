// hub_core: sessions come, are lost, come back and end.
#ifndef PRESENCE_IMPL_HUB_SESSIONS_HPP
#define PRESENCE_IMPL_HUB_SESSIONS_HPP

#include <presence/detail/hub/hub_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::connect(identity who) -> result<session_ptr> {
  if (!who.client_id.empty() && !valid_client_id(who.client_id)) return errc::invalid_client_id;
  if (who.grace && *who.grace < std::chrono::milliseconds{0}) return errc::bad_request;
  auto made = std::make_shared<session>();
  made->who = std::move(who);
  made->hub = this->shared_from_this();
  for (;;) {
    made->connection_id = random_text(12, [this] { return random(); });                           // 72 bits
    made->resume_key = made->connection_id + '!' + random_text(22, [this] { return random(); });  // and 132 more
    const lock_type lock{mutex_};
    if (closed_) return errc::connection_closed;
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
    {
      const auto grace = s->who.grace.value_or(options.grace);
      const lock_type in_hub{mutex_};
      const time_point from = now();
      s->deadline = deadlines_.arm(from, grace, s);
      s->due = s->deadline->due();
    }
    s->state = session_state::dropped;
    pause_all(*s);
  }
  drain_all(paused);
}

template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::resume(std::string_view key) -> result<std::pair<session_ptr, std::uint32_t>> {
  const auto bang = key.find('!');
  if (bang == std::string_view::npos) return errc::invalid_resume_key;
  session_ptr s = find_session(key.substr(0, bang));
  if (s == nullptr) return errc::invalid_resume_key;  // forged, or ended: an ended session leaves nothing
  if (!equal_secret(key, s->resume_key)) return errc::invalid_resume_key;
  std::vector<room_ptr> back;
  std::uint32_t owner = 0;
  bool too_late = false;
  {
    const lock_type lock{s->mutex};
    if (s->state == session_state::ended) return s->expired ? errc::connection_expired : errc::connection_closed;
    if (s->state == session_state::dropped && s->due <= now()) {
      too_late = true;  // due, and `run_due` has not come round to it yet
    } else {
      if (s->state == session_state::dropped) {
        back = rooms_of(*s);
        {
          const lock_type in_hub{mutex_};
          if (s->deadline) deadlines_.cancel(*s->deadline);
          s->deadline.reset();
        }
        s->state = session_state::connected;
        rejoin_all(*s);
      }
      owner = ++s->owner;  // of a live session: taken over from whoever had it
    }
  }
  if (too_late) {
    end(s, std::nullopt, leave_reason::timed_out);
    return errc::connection_expired;
  }
  drain_all(back);
  return std::pair{std::move(s), owner};
}

/// For good: members leave at once. With an owner only if the handle is still the session's.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::end(const session_ptr& s, std::optional<std::uint32_t> owner, leave_reason why) {
  places left;
  {
    const lock_type lock{s->mutex};
    if (s->state == session_state::ended || (owner && s->owner != *owner)) return;
    if (why == leave_reason::timed_out && (s->state != session_state::dropped || s->due > now())) {
      return;  // resumed meanwhile, and perhaps dropped again
    }
    s->state = session_state::ended;
    s->expired = why == leave_reason::timed_out;
    const auto told = make_error_code(s->expired ? errc::connection_expired : errc::connection_closed);
    left.swap(s->rooms);
    part_all(left, told, why);
    forget_session(*s);
  }
  drain_all(left);
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
  {
    const lock_type lock{mutex_};
    closed_ = true;
    all.swap(sessions_);
  }
  for (const auto& [id, s] : all) {
    const lock_type lock{s->mutex};
    if (s->state == session_state::ended) continue;
    s->state = session_state::ended;
    part_all(s->rooms, make_error_code(errc::connection_closed), std::nullopt);
    const lock_type in_hub{mutex_};
    if (s->deadline) deadlines_.cancel(*s->deadline);
    s->deadline.reset();
  }
  for (const auto& [id, s] : all) {
    places left;
    {
      const lock_type lock{s->mutex};
      left.swap(s->rooms);
    }
    drain_all(left);
    for (const auto& [name, at] : left) at.where->forget_members();
  }
}

template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::run_due() {
  std::size_t ended = 0;
  const time_point until = now();
  for (;;) {
    std::optional<session_ptr> due;
    {
      const lock_type lock{mutex_};
      due = deadlines_.pop_due(until);
      if (!due) return ended;
      (*due)->deadline.reset();
    }
    end(*due, std::nullopt, leave_reason::timed_out);
    ++ended;
  }
}

template <class Data, class Clock, class Backplane>
std::optional<time_point> hub_core<Data, Clock, Backplane>::next_deadline() const {
  const lock_type lock{mutex_};
  return deadlines_.next();
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
