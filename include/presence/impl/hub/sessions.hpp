// hub_core: sessions come, are lost, come back and end.
#ifndef PRESENCE_IMPL_HUB_SESSIONS_HPP
#define PRESENCE_IMPL_HUB_SESSIONS_HPP

#include <presence/detail/hub/hub_core.hpp>

#include <algorithm>

namespace presence::inline PRESENCE_ABI::detail {

/// The values of a map in the order of their keys, so that what follows does not depend on the seed of the hash.
template <class Map>
[[nodiscard]] auto in_order(Map& map) {
  std::vector<typename Map::value_type*> found;
  found.reserve(map.size());
  for (auto& named : map) found.push_back(&named);
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  std::vector<typename Map::mapped_type*> values;
  values.reserve(found.size());
  for (auto* named : found) values.push_back(&named->second);
  return values;
}

template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::connect(identity who) -> result<session_ptr> {
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
    if (sessions_.emplace(made->connection_id, made).second) return made;
  }
}

/// The connection is lost: nobody is told, the members stay, and the grace period begins.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::drop(const session_ptr& s, std::uint32_t owner) {
  std::vector<attachment> paused;
  {
    const lock_type lock{s->mutex};
    if (s->state != session_state::connected || s->owner != owner) return;
    s->state = session_state::dropped;
    for (attachment* each : in_order(s->attachments)) {
      const attachment& at = *each;
      const lock_type in_room{at.where->mutex};
      if (at.record->state == attachment_state::paused)
        continue;  // still waits for an attach since the connection was lost before
      at.record->state = attachment_state::paused;
      at.record->seen_version = at.where->set.version();
      at.where->enqueue(typename room::part{at.record, make_error_code(errc::disconnected), nullptr, false});
      paused.push_back(at);
    }
    s->extended = false;
    arm(s, s->who.grace.value_or(options.grace));
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
  std::vector<attachment> back;
  std::uint32_t owner = 0;
  {
    const lock_type lock{s->mutex};
    if (s->state == session_state::ended) return s->expired ? errc::connection_expired : errc::connection_closed;
    if (s->state == session_state::lingering) return errc::connection_closed;
    if (s->state == session_state::dropped) {
      const milliseconds at = elapsed();
      if (s->due <= at && !host_slept(*s, at)) return errc::connection_expired;  // `run_due` will end it
      {
        const lock_type in_hub{mutex_};
        if (s->deadline) deadlines_.cancel(*s->deadline);
        s->deadline.reset();
      }
      s->state = session_state::connected;
      for (attachment* each : in_order(s->attachments)) {
        const attachment at_room = *each;
        back.push_back(at_room);
        if (at_room.record->abandoned) {
          part(at_room, {}, leave_reason::closed);
          remember_stamps(*s, at_room);
          s->attachments.erase(at_room.where->name);
          continue;
        }
        const lock_type in_room{at_room.where->mutex};
        if (!at_room.record->lingering) at_room.where->take_back_seats(*at_room.record);
        if (at_room.record->closed.load(std::memory_order_acquire)) continue;  // waits for an attach with another sink
        at_room.record->state = attachment_state::attached;
        at_room.where->enqueue_join(at_room.record, at_room.where->set.version() == at_room.record->seen_version);
      }
    }
    owner = ++s->owner;  // of a live session: taken over from whoever had it
  }
  drain_all(back);
  return std::pair{std::move(s), owner};
}

/// A goodbye: the members leave at once, or where there is a linger after that.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::close(const session_ptr& s, std::uint32_t owner) {
  std::vector<attachment> left;
  {
    const lock_type lock{s->mutex};
    const bool over = s->state == session_state::ended || s->state == session_state::lingering;
    if (over || s->owner != owner) return;
    const auto told = make_error_code(errc::connection_closed);
    const bool lingers = linger_of(*s) > milliseconds{0};
    bool somebody_stays = false;
    for (attachment* each : in_order(s->attachments)) {
      if (lingers && stay(*s, *each, told)) {
        somebody_stays = true;
      } else {
        part(*each, told, leave_reason::closed);
      }
      left.push_back(*each);
    }
    if (somebody_stays) {
      erase_if(s->attachments, [](const auto& named) { return !named.second.record->lingering; });
      s->state = session_state::lingering;
      s->extended = false;
      arm(s, linger_of(*s));
    } else {
      s->state = session_state::ended;
      s->attachments.clear();
      forget_session(*s);
    }
  }
  drain_all(left);
}

/// For good: the members leave. Precondition: the session's lock is held.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::end(session& s, leave_reason why, std::error_code told,
                                           std::vector<attachment>& drains) {
  s.state = session_state::ended;
  s.expired = why == leave_reason::timed_out;
  for (attachment* each : in_order(s.attachments)) {
    part(*each, told, why);
    drains.push_back(std::move(*each));
  }
  s.attachments.clear();
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
    sessions_.rehash(sessions_.size() * 2);
  }
}

/// The hub is going: every session ends, and as nobody is left to be told, no leaves are.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::shut_down() {
  std::vector<session_ptr> all;
  deadlines left_behind;  // destroyed after the lock is released
  {
    const lock_type lock{mutex_};
    closed_ = true;
    for (auto& [id, s] : sessions_) all.push_back(s);
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a->connection_id < b->connection_id; });
  std::vector<attachment> left;
  for (const session_ptr& s : all) {
    const lock_type lock{s->mutex};
    if (s->state == session_state::ended) continue;
    s->state = session_state::ended;
    for (attachment* each : in_order(s->attachments)) {
      part(*each, make_error_code(errc::connection_closed), std::nullopt);
      left.push_back(std::move(*each));
    }
    s->attachments.clear();
    forget_session(*s);
  }
  {
    const lock_type lock{mutex_};
    std::swap(left_behind, deadlines_);
  }
  drain_all(left);
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

template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::drain_all(std::vector<attachment>& attachments) {
  for (const attachment& at : attachments) {
    lock_type lock{at.where->mutex};
    at.where->drain(lock);
  }
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
