// hub_core: a moderator ends what others do.
#ifndef PRESENCE_IMPL_HUB_MODERATION_HPP
#define PRESENCE_IMPL_HUB_MODERATION_HPP

#include <presence/detail/hub/hub_core.hpp>

#include <algorithm>

namespace presence::inline PRESENCE_ABI::detail {

template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::evict(std::string_view name, std::string_view client_id) {
  const room_ptr in = find_room(name);
  std::string made;
  const auto spelled = client_name(client_id, made);
  return in != nullptr && spelled ? evict_from(in, *spelled) : 0;
}

/// Removes every member of the client id, in the hub's spelling, from the room.
template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::evict_from(const room_ptr& in, std::string_view client_id) {
  std::vector<std::string> connections;
  {
    const lock_type lock{in->mutex};
    in->set.for_each_of(client_id, [&](const member_view<Data>& m) { connections.emplace_back(m.connection_id); });
  }
  struct settling {  // also when memory runs out on the way: those who are gone already are told
    room& in;
    ~settling() {
      lock_type lock{in.mutex};
      in.drain(lock);
    }
  } const at_last{*in};
  std::size_t gone = 0;
  for (const std::string& connection : connections) {
    const session_ptr of = find_session(connection);
    if (of == nullptr) continue;
    const lock_type lock{of->mutex};
    const auto at = of->rooms.find(in->name);
    if (at == of->rooms.end()) continue;  // ended meanwhile, and the member with it
    const lock_type in_room{in->mutex};
    if (!in->evict(client_id, at->second.of, now())) continue;
    at->second.of->evicted_before = of->next_serial.load(std::memory_order_relaxed);
    ++gone;
  }
  return gone;
}

template <class Data, class Clock, class Backplane>
template <class Of>
auto hub_core<Data, Clock, Backplane>::sessions_where(Of&& of) const -> std::vector<session_ptr> {
  std::vector<session_ptr> found;
  {
    const lock_type lock{mutex_};
    for (const auto& [id, s] : sessions_) {
      if (of(*s)) found.push_back(s);
    }
  }
  std::sort(found.begin(), found.end(),
            [](const session_ptr& a, const session_ptr& b) { return a->connection_id < b->connection_id; });
  return found;
}

/// The session ends, whoever holds it. Returns whether it had not ended.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::kick(const session_ptr& s, std::error_code why) {
  places left;
  {
    const lock_type lock{s->mutex};
    if (s->state == session_state::ended) return false;
    end(*s, leave_reason::evicted, why, left);
  }
  drain_all(left);
  show(*s);
  return true;
}

template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::end_sessions_of(std::string_view client_id, std::error_code why) {
  const auto all = sessions_where([&](const session& s) { return s.who.client_id == client_id; });
  std::size_t ended = 0;
  for (const session_ptr& s : all) ended += kick(s, why) ? 1U : 0U;
  return ended;
}

template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::kick(std::string_view client_id, std::error_code why) {
  std::string made;
  const auto spelled = client_name(client_id, made);
  return spelled && !spelled->empty() ? end_sessions_of(*spelled, reason_for(why, errc::kicked)) : 0;
}

/// An error that a sink would not take for an end is none to end with.
template <class Data, class Clock, class Backplane>
std::error_code hub_core<Data, Clock, Backplane>::reason_for(std::error_code why, errc otherwise) noexcept {
  return !why || why == errc::disconnected ? make_error_code(otherwise) : why;
}

/// Bans that are over are forgotten whenever they may be the greater part. If it throws, the client id may be banned, and
/// not all that is there of it ended: called again it goes on.
template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::ban(std::string_view client_id, milliseconds how_long,
                                                  std::error_code why) {
  std::string made;
  const auto spelled = client_name(client_id, made);
  if (!spelled || spelled->empty()) return 0;
  const std::string whom{*spelled};  // whoever is told may end what `client_id` is part of
  const milliseconds from = elapsed();
  const bool endless = from > milliseconds{0} && how_long > deadlines::never - from;
  {
    const lock_type lock{bans_mutex_};
    if (bans_.size() >= look_at_bans_) {
      boost::unordered::erase_if(bans_, [&](const auto& each) { return each.second <= from; });
      look_at_bans_ = 2 * bans_.size() + 16;
    }
    bans_[whom] = endless ? deadlines::never : from + how_long;
    any_bans_.store(true, std::memory_order_release);
  }
  const std::size_t ended = end_sessions_of(whom, reason_for(why, errc::banned));
  for (const room_ptr& each : all_rooms()) evict_from(each, whom);  // where somebody else has entered it
  return ended;
}

template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::unban(std::string_view client_id) {
  std::string made;
  const auto spelled = client_name(client_id, made);
  if (!spelled) return false;
  const milliseconds at = elapsed();
  const lock_type lock{bans_mutex_};
  const auto found = bans_.find(*spelled);
  if (found == bans_.end()) return false;
  const bool lasted = found->second > at;
  bans_.erase(found);
  any_bans_.store(!bans_.empty(), std::memory_order_release);
  return lasted;
}

template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::is_banned(std::string_view client_id) const {
  if (!any_bans_.load(std::memory_order_acquire)) return false;
  const milliseconds at = elapsed();
  const lock_type lock{bans_mutex_};
  const auto found = bans_.find(client_id);
  return found != bans_.end() && found->second > at;
}

/// Asked under the room's lock, so that whoever bans finds in the room what was let in before.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::any_is_banned(const std::vector<message<Data>>& messages) const {
  if (!any_bans_.load(std::memory_order_acquire)) return false;
  return std::any_of(messages.begin(), messages.end(),
                     [this](const message<Data>& m) { return m.action != action::leave && is_banned(m.client_id); });
}

/// All attachments of a session in one room end, told `why`, and its members leave. Precondition: the session's lock is
/// held.
template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::leave_room(session& s, const room& in, std::error_code why) noexcept {
  const auto found = s.rooms.find(in.name);
  if (found == s.rooms.end() || found->second.where.get() != &in) return 0;
  const place at = found->second;
  const std::size_t count = at.of->attachments.size();
  part_place(at, why, leave_reason::evicted);
  remember_stamps(s, at);
  s.rooms.erase(found);
  return count;
}

template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::close_room(std::string_view name, std::error_code why) {
  const room_ptr in = find_room(name);
  if (in == nullptr) return 0;
  std::size_t ended = 0;
  for (const session_ptr& s : sessions_where([](const session&) { return true; })) {
    const lock_type lock{s->mutex};
    ended += leave_room(*s, *in, reason_for(why, errc::kicked));
  }
  lock_type lock{in->mutex};
  in->drain(lock);
  return ended;
}

template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::reauthorize() {
  std::size_t changed = 0;
  if (!options.authorize) return changed;
  policy_.fetch_add(1, std::memory_order_acq_rel);  // whoever is about to attach asks again
  for (const session_ptr& s : sessions_where([](const session&) { return true; })) {
    std::vector<room_ptr> in;
    {
      const lock_type lock{s->mutex};
      in = rooms_of(*s);
    }
    for (const room_ptr& each : in) {
      const mode_set allowed = granted(s->who, each->name);
      {
        const lock_type lock{s->mutex};
        const auto found = s->rooms.find(each->name);
        if (found == s->rooms.end() || found->second.where != each) continue;
        const bool stays_behind = found->second.of->lingers && !allowed.contains(mode::presence);
        if (stays_behind) {
          changed += leave_room(*s, *each, make_error_code(errc::not_permitted));
        } else {
          changed += grant_anew(*s, found->second, allowed);
        }
      }
      lock_type lock{each->mutex};
      each->drain(lock);
    }
  }
  return changed;
}

/// What a session has in a room goes on with what is allowed now of what it asked for: each attachment for which that is not
/// what it had is told that it is attached, with these modes, and a sync. One that has none left ends. Precondition: the
/// session's lock is held.
template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::grant_anew(session& s, const place& at, mode_set allowed) noexcept {
  std::size_t changed = 0;
  bool may_enter = false;
  bool may_anything = false;
  for (const record_ptr& each : at.of->attachments) {
    const mode_set left = each->wanted & allowed;
    may_enter = may_enter || left.contains(mode::presence);
    may_anything = may_anything || !left.empty();
    changed += left != each->modes.load() ? 1U : 0U;
  }
  if (changed == 0) return 0;
  if (!may_anything) return leave_room(s, *at.where, make_error_code(errc::not_permitted));
  for (std::size_t i = 0; i < at.of->attachments.size();) {
    const record_ptr each = at.of->attachments[i];
    if ((each->wanted & allowed).empty()) {  // not the last one
      part(s, {at.where, each}, make_error_code(errc::not_permitted), leave_reason::evicted);
    } else {
      ++i;
    }
  }
  const lock_type in_room{at.where->mutex};
  if (!may_enter) {  // before the syncs, so that these leaves are told
    at.of->evicted_before = s.next_serial.load(std::memory_order_relaxed);
    at.where->remove_members(at.of, leave_reason::evicted, now());
  }
  for (const record_ptr& each : at.of->attachments) {
    const mode_set left = each->wanted & allowed;
    if (left == each->modes.exchange(left)) continue;
    if (each->state == attachment_state::attached) at.where->enqueue_join(each, false);
  }
  return changed;
}

template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::evict_connection(std::string_view connection_id, std::error_code why) {
  const session_ptr s = find_session(connection_id);
  return s != nullptr && kick(s, reason_for(why, errc::kicked));
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
