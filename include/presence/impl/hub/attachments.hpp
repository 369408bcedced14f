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
                                              mode_set wanted, sink_ptr to) -> result<attachment> {
  if (name.empty() || name.size() > options.limits.room_name || !is_valid_utf8(name)) return errc::invalid_room_name;
  mode_set granted = wanted & s.who.capabilities;
  if (options.authorize) {  // one that throws has not said yes
    attempt([&] { granted = granted & options.authorize(s.who, name); }, [&](auto) { granted = {}; });
  }
  if (granted.empty()) return errc::not_permitted;

  attachment made;
  made.record = std::make_shared<record>(s.connection_id, s.who.client_id, granted, std::move(to));
  {
    const lock_type lock{s.mutex};
    if (owner && s.owner != *owner) return errc::connection_closed;
    if (s.state == session_state::ended) return s.expired ? errc::connection_expired : errc::connection_closed;
    const bool lost = s.state == session_state::dropped;
    const auto known = s.attachments.find(std::string{name});
    const bool first = known == s.attachments.end();
    if (first) {
      if (s.attachments.size() >= options.limits.rooms_per_session) return errc::too_many_rooms;
      made.where = hold_room(name);
      s.attachments.emplace(name, made);
    } else {
      made.where = known->second.where;
    }
    const lock_type in_room{made.where->mutex};
    made.record->seen_version = std::numeric_limits<std::uint64_t>::max();  // has seen nothing
    if (!first) {
      record& old = *known->second.record;
      if (old.state == attachment_state::paused && !old.abandoned) made.record->seen_version = old.seen_version;
      made.record->owned = std::exchange(old.owned, {});
      old.state = attachment_state::gone;
      made.where->enqueue(
          typename room::part{known->second.record, make_error_code(errc::replaced), made.record, false});
      known->second.record = made.record;
    }
    if (lost) {
      made.record->state = attachment_state::paused;
    } else {
      made.where->enqueue_join(made.record, made.record->seen_version == made.where->set.version());
    }
  }
  return made;
}

template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::settle(const attachment& at) {
  lock_type lock{at.where->mutex};
  at.where->drain(lock);
}

/// The attachment ends in its room's order. Its members leave, unless nobody would be told.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::part(const attachment& from, std::error_code told,
                                            std::optional<leave_reason> members_leave) {
  const lock_type in_room{from.where->mutex};
  from.record->state = attachment_state::gone;
  from.where->enqueue(typename room::part{from.record, told, nullptr, true});
  if (members_leave) from.where->remove_members(*from.record, *members_leave, now());
}

template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::detach(session& s, const attachment& from) {
  {
    const lock_type lock{s.mutex};
    const auto known = s.attachments.find(from.where->name);
    if (known == s.attachments.end() || known->second.record != from.record)
      return;  // ended, replaced or detached before
    part(from, {}, leave_reason::closed);
    s.attachments.erase(known);
  }
  lock_type lock{from.where->mutex};
  from.where->drain(lock);
}

template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::detach(session& s, std::string_view name) {
  attachment known;
  {
    const lock_type lock{s.mutex};
    const auto found = s.attachments.find(std::string{name});
    if (found == s.attachments.end()) return false;
    known = found->second;
  }
  detach(s, known);
  return true;
}

/// Whoever had the attachment is gone. It detaches; but while the connection is lost its members stay for the grace
/// period, and after a resume too if it `may_return`: then the session attaches to them with another sink.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::forget(session& s, const attachment& from, bool may_return) noexcept {
  from.where->close(*from.record);
  bool lost = false;
  {
    const lock_type lock{s.mutex};
    lost = s.state == session_state::dropped;
    from.record->abandoned = !may_return;
  }
  if (!lost) detach(s, from);
}

template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::resync(const attachment& at) {
  lock_type lock{at.where->mutex};
  if (at.record->state != attachment_state::attached) return;
  at.where->enqueue_join(at.record, false);
  at.where->drain(lock);
}

/// All or nothing: every message is checked before the first is applied.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::publish(session& s, const attachment& at, std::vector<message<Data>> messages,
                                               publish_completion handler) {
  std::error_code outcome = check(s, *at.record, messages);
  room& in = *at.where;
  lock_type lock{in.mutex};
  if (at.record->state == attachment_state::paused) outcome = make_error_code(errc::disconnected);
  if (at.record->state == attachment_state::gone) outcome = make_error_code(errc::invalid_room_state);
  if (at.record->closed.load(std::memory_order_acquire)) outcome = make_error_code(errc::operation_aborted);
  if (!outcome) outcome = admit(s, in, *at.record, messages, lock);
  if (!outcome) {
    std::vector<message<Data>> told = apply(s, in, *at.record, messages);
    if (!told.empty()) in.enqueue(typename room::changes{make_batch(std::move(told)), at.record});
  }
  if (at.record->closed.load(std::memory_order_acquire)) {  // nobody will take it out of `pending` any more
    lock.unlock();
    before_callback<mutex_type>();
    attempt([&] { handler(outcome); }, [](auto) {});
    return;
  }
  in.enqueue(typename room::completed{at.record, at.record->pending.prepare(), outcome});
  at.record->pending.add(std::move(handler));
  in.drain(lock);
}

/// Stamps, decides between enter and update (RTP9b), and changes the room's set. Returns what others are to be told.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::apply(session& s, room& in, record& from, std::vector<message<Data>>& messages)
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
    const auto at = of->attachments.find(in->name);
    if (at == of->attachments.end()) continue;  // ended meanwhile, and the member with it
    const lock_type in_room{in->mutex};
    if (in->evict(client_id, at->second.record, now())) ++gone;
  }
  lock_type lock{in->mutex};
  in->drain(lock);
  return gone;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
