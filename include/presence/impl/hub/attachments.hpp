// hub_core: what a session does in a room.
#ifndef PRESENCE_IMPL_HUB_ATTACHMENTS_HPP
#define PRESENCE_IMPL_HUB_ATTACHMENTS_HPP

#include <presence/detail/hub/hub_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

/// The room of this name, made if there is none, with one hold more.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::hold_room(std::string_view name) -> room_ptr {
  const lock_type lock{registry_->mutex};
  const auto found = registry_->rooms.find(name);
  room_ptr held = found != registry_->rooms.end()
                      ? found->second
                      : std::make_shared<room>(std::string{name}, registry_, tap_, options.sync_page);
  if (found == registry_->rooms.end()) registry_->rooms.emplace(held->name, held);
  ++held->holds;
  return held;
}

/// Attaches, or attaches anew: an attachment that the session has there already gives its members to the new one and is
/// told `replaced`. While the connection is lost the attachment waits for the resume. Nothing is told until `settle`.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::attach(session& s, std::optional<std::uint32_t> owner, std::string_view name,
                                              mode_set wanted, sink_ptr to) -> result<place> {
  if (name.empty() || name.size() > options.limits.room_name || !is_valid_utf8(name)) return errc::invalid_room_name;
  mode_set granted = wanted & s.who.capabilities;
  if (options.authorize) {  // one that throws has not said yes
    attempt([&] { granted = granted & options.authorize(s.who, name); }, [&](auto) { granted = {}; });
  }
  if (granted.empty()) return errc::not_permitted;

  place made;
  made.as = std::make_shared<link>(s.connection_id, s.who.client_id, granted, std::move(to));
  {
    const lock_type lock{s.mutex};
    if (owner && s.owner != *owner) return errc::connection_closed;
    if (s.state == session_state::ended) return s.expired ? errc::connection_expired : errc::connection_closed;
    const bool lost = s.state == session_state::dropped;
    const auto known = s.places.find(std::string{name});
    const bool first = known == s.places.end();
    if (first) {
      if (s.places.size() >= options.limits.rooms_per_session) return errc::too_many_rooms;
      made.where = hold_room(name);
      s.places.emplace(name, made);
    } else {
      made.where = known->second.where;
    }
    const lock_type in_room{made.where->mutex};
    made.as->seen_version = std::numeric_limits<std::uint64_t>::max();  // has seen nothing
    if (!first) {
      link& old = *known->second.as;
      if (old.state == link_state::paused && !old.abandoned) made.as->seen_version = old.seen_version;
      made.as->owned = std::exchange(old.owned, {});
      old.state = link_state::gone;
      made.where->tell(typename room::part{known->second.as, make_error_code(errc::replaced), made.as, false});
      known->second.as = made.as;
    }
    if (lost) {
      made.as->state = link_state::paused;
    } else {
      made.where->tell_joined(made.as, made.as->seen_version == made.where->set.version());
    }
  }
  return made;
}

template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::settle(const place& at) {
  lock_type lock{at.where->mutex};
  at.where->drain(lock);
}

/// The attachment ends in its room's order. Its members leave, unless nobody would be told.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::part(const place& from, std::error_code told,
                                            std::optional<leave_reason> members_leave) {
  const lock_type in_room{from.where->mutex};
  from.as->state = link_state::gone;
  from.where->tell(typename room::part{from.as, told, nullptr, true});
  if (members_leave) from.where->remove_members(*from.as, *members_leave, now());
}

template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::detach(session& s, const place& from) {
  {
    const lock_type lock{s.mutex};
    const auto known = s.places.find(from.where->name);
    if (known == s.places.end() || known->second.as != from.as) return;  // ended, replaced or detached before
    part(from, {}, leave_reason::closed);
    s.places.erase(known);
  }
  lock_type lock{from.where->mutex};
  from.where->drain(lock);
}

template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::detach(session& s, std::string_view name) {
  place known;
  {
    const lock_type lock{s.mutex};
    const auto found = s.places.find(std::string{name});
    if (found == s.places.end()) return false;
    known = found->second;
  }
  detach(s, known);
  return true;
}

/// Whoever had the attachment is gone. It detaches; but while the connection is lost its members stay for the grace
/// period, and after a resume too if it `may_return`: then the session attaches to them with another sink.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::forget(session& s, const place& from, bool may_return) noexcept {
  from.where->close(*from.as);
  bool lost = false;
  {
    const lock_type lock{s.mutex};
    lost = s.state == session_state::dropped;
    from.as->abandoned = !may_return;
  }
  if (!lost) detach(s, from);
}

template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::resync(const place& at) {
  lock_type lock{at.where->mutex};
  if (at.as->state != link_state::attached) return;
  at.where->tell_joined(at.as, false);
  at.where->drain(lock);
}

template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::within_rate(session& s, std::size_t messages) {
  const std::size_t allowed = options.limits.messages_per_second;
  if (allowed == 0) return true;
  const lock_type lock{s.mutex};
  const auto second = static_cast<std::uint64_t>(now().time_since_epoch().count() / 1000);
  if (second != s.window) {
    s.window = second;
    s.sent = 0;
  }
  if (messages > allowed - s.sent) return false;
  s.sent += messages;
  return true;
}

/// What can be judged without the room. Fills in the client id where the connection has just one (RTP8c).
template <class Data, class Clock, class Backplane>
std::error_code hub_core<Data, Clock, Backplane>::check(const session& s, const link& from,
                                                        std::vector<message<Data>>& messages) const {
  const std::string& own = s.who.client_id;
  if (messages.empty()) return errc::bad_request;
  if (messages.size() > options.limits.messages_per_publish) return errc::message_too_large;
  for (message<Data>& m : messages) {
    if (m.action == action::absent || m.action > action::update) return errc::bad_request;
    if (m.client_id.empty()) m.client_id = own;
    if (m.client_id == "*" || !valid_client_id(m.client_id)) return errc::invalid_client_id;
    if (own != "*" && own != m.client_id) return errc::invalid_client_id;
    if (m.data && data_traits<Data>::size(*m.data) > options.limits.data_size) return errc::message_too_large;
    if (m.extras.size() > options.limits.extras_size) return errc::message_too_large;
    if (m.extras && (m.extras.json().size() < 2 || m.extras.json().front() != '{' || m.extras.json().back() != '}')) {
      return errc::invalid_data;
    }
  }
  if (!from.modes.contains(mode::presence)) return errc::not_permitted;
  return {};
}

/// All or nothing: every message is checked before the first is applied.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::publish(session& s, const place& at, std::vector<message<Data>> messages,
                                               publish_completion handler) {
  std::error_code outcome = check(s, *at.as, messages);
  if (!outcome && !within_rate(s, messages.size())) outcome = make_error_code(errc::rate_limited);
  room& in = *at.where;
  lock_type lock{in.mutex};
  if (at.as->state == link_state::paused) outcome = make_error_code(errc::disconnected);
  if (at.as->state == link_state::gone) outcome = make_error_code(errc::invalid_room_state);
  if (at.as->closed.load(std::memory_order_acquire)) outcome = make_error_code(errc::operation_aborted);
  if (!outcome && in.set.size() + messages.size() > options.limits.members_per_room) {
    boost::unordered_flat_set<std::string_view> coming;
    for (const message<Data>& m : messages) {
      if (m.action != action::leave && !in.set.contains(m.client_id, s.connection_id)) coming.insert(m.client_id);
    }
    if (in.set.size() + coming.size() > options.limits.members_per_room) outcome = make_error_code(errc::room_full);
  }
  if (!outcome) {
    std::vector<message<Data>> told = apply(s, in, *at.as, messages);
    if (!told.empty()) in.tell(typename room::changes{make_batch(std::move(told)), at.as});
  }
  if (at.as->closed.load(std::memory_order_acquire)) {  // nobody will take it out of `pending` any more
    lock.unlock();
    before_callback<mutex_type>();
    attempt([&] { handler(outcome); }, [](auto) {});
    return;
  }
  in.tell(typename room::completed{at.as, at.as->pending.prepare(), outcome});
  at.as->pending.add(std::move(handler));
  in.drain(lock);
}

/// Stamps, decides between enter and update (RTP9b), and changes the room's set. Returns what others are to be told.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::apply(session& s, room& in, link& from, std::vector<message<Data>>& messages)
    -> std::vector<message<Data>> {
  const std::uint64_t serial = s.next_serial.fetch_add(1, std::memory_order_relaxed);
  const time_point at = in.stamp(now());
  std::vector<message<Data>> told;
  told.reserve(messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    message<Data>& m = messages[i];
    m.connection_id = s.connection_id;
    m.timestamp = at;
    m.reason = leave_reason::none;
    const auto stored = in.set.find(m.client_id, s.connection_id);
    // A re-entry under an id that this hub gave the member says nothing new, and nobody is told (RTP17g1). If the member
    // has left meanwhile others may have been told in the middle of a sync, and would take that id for an old one.
    const bool again = stored && m.action != action::leave && m.id.origin == id_origin::connection &&
                       std::pair{m.id.msg_serial, m.id.index} <= std::pair{stored->id.msg_serial, stored->id.index};
    if (again) continue;
    m.id = {serial, static_cast<std::uint32_t>(i), id_origin::connection};
    if (m.action == action::leave) {
      if (!stored) continue;  // RTP10d
      m.reason = leave_reason::left;
      if (m.data.empty()) m.data = stored->data;  // RTP10a
      if (m.extras.empty()) m.extras = stored->extras;
      from.owned.remove(m.client_id, from.client_id);
    } else {
      m.action = stored ? action::update : action::enter;
      from.owned.add(m.client_id, from.client_id);
    }
    if (in.set.apply(m, [](const message<Data>&, user_change) {})) told.push_back(std::move(m));
  }
  return told;
}

template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::evict(std::string_view name, std::string_view client_id) {
  const room_ptr in = find_room(name);
  if (in == nullptr) return 0;
  std::vector<std::string> connections;
  {
    const lock_type lock{in->mutex};
    in->set.for_each_of(client_id, [&](const member_view<Data>& m) { connections.emplace_back(m.connection_id); });
  }
  std::size_t gone = 0;
  for (const std::string& connection : connections) {
    const session_ptr of = find_session(connection);
    if (of == nullptr) continue;
    const lock_type lock{of->mutex};
    const auto at = of->places.find(in->name);
    if (at == of->places.end()) continue;  // ended meanwhile, and the member with it
    const lock_type in_room{in->mutex};
    if (in->evict(client_id, at->second.as, now())) ++gone;
  }
  lock_type lock{in->mutex};
  in->drain(lock);
  return gone;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
