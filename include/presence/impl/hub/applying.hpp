// hub_core: what a publish does to its room.
#ifndef PRESENCE_IMPL_HUB_APPLYING_HPP
#define PRESENCE_IMPL_HUB_APPLYING_HPP

#include <presence/data_traits.hpp>
#include <presence/detail/hub/hub_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

/// What a publish has changed so far. It outlives the room's lock, and with it the data that was replaced: no
/// destructor of `Data` runs under the lock.
template <class Data, class Clock, class Backplane>
struct hub_core<Data, Clock, Backplane>::applied {
  std::shared_ptr<std::vector<message<Data>>> told;  // in order: what others are told; empty until all is done
  std::size_t count = 0;                             // so many of the messages, those in front, have changed the set
  // Of several messages, for each of these: the member as it was, or action absent if there was none.
  std::vector<message<Data>> before;
  shared_data<Data> replaced;  // of a single message
};

/// What the outbox's bound in bytes counts. It looks at the data: called without a lock.
template <class Data, class Clock, class Backplane>
std::size_t hub_core<Data, Clock, Backplane>::weight(const std::vector<message<Data>>& messages) {
  std::size_t bytes = messages.size() * sizeof(message<Data>);
  for (const message<Data>& m : messages) {
    bytes += m.client_id.size() + m.extras.size();
    if constexpr (has_data_size<Data>) {
      if (m.data) bytes += data_traits<Data>::size(*m.data);
    }
  }
  return bytes;
}

/// Stamps, decides between enter and update (RTP9b), and changes the room's set. What is told is the messages themselves,
/// without those that changed nothing. If it throws, the room is as before.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::apply(session& s, room& in, record& from, std::vector<message<Data>>& messages,
                                             applied& done) {
  room_session<Data>& of = *from.of;
  const std::uint64_t serial = add_to(s.next_serial, std::uint64_t{1}, std::memory_order_relaxed);
  const time_point at = now();
  const bool several = messages.size() > 1;
  done.told = std::make_shared<std::vector<message<Data>>>();
  if (several) done.before.reserve(messages.size());
  struct undoing {
    room& in;
    room_session<Data>& of;
    std::vector<message<Data>>& messages;
    applied* done;
    ~undoing() {
      if (done != nullptr) undo(in, of, messages, *done);
    }
  } unless_finished{in, of, messages, &done};
  for (std::size_t i = 0; i < messages.size(); ++i) {
    message<Data>& m = messages[i];
    m.connection_id = s.connection_id;
    m.timestamp = of.stamps.of_message(m.client_id, at);
    m.reason = leave_reason::none;
    m.connected = true;
    struct disowning {
      room_session<Data>* of;
      const std::string& client_id;
      ~disowning() {
        if (of != nullptr) of->owned.remove(client_id, of->client_id);
      }
    } unless_entered{nullptr, m.client_id};
    const auto complete = [&](const std::optional<member_view<Data>>& stored) {
      if (says_nothing_new(of, m, stored)) return false;  // RTP17g1
      m.entered_at = stored ? stored->entered_at : at;
      m.id = {serial, static_cast<std::uint32_t>(i), id_origin::connection};
      if (m.action == action::leave) {
        if (!stored) return false;  // RTP10d
        m.reason = leave_reason::left;
        if (!m.data.empty()) m.previous = stored->data;
        if (m.data.empty()) m.data = stored->data;  // RTP10a
        if (m.extras.empty()) m.extras = stored->extras;
      } else {
        m.action = stored ? action::update : action::enter;
        if (stored) m.previous = stored->data;
      }
      if (stored && !several) done.replaced = stored->data;
      if (several) done.before.push_back(stored ? in.present(*stored) : message<Data>{});
      if (m.action != action::enter) return true;
      of.owned.add(m.client_id, of.client_id);
      unless_entered.of = &of;
      return true;
    };
    const bool changed = in.set.apply_completed(m, complete);
    unless_entered.of = nullptr;
    if (!changed) {
      if (several) done.before.resize(done.count);
      continue;
    }
    if (m.action == action::leave) of.owned.remove(m.client_id, of.client_id);
    if (done.count != i) std::swap(messages[done.count], m);  // what changed nothing ends outside the lock
    ++done.count;
  }
  unless_finished.done = nullptr;
  if (done.count == 0) return;
  for (std::size_t i = done.count; i < messages.size(); ++i) done.before.push_back(std::move(messages[i]));  // has room
  messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(done.count), messages.end());
  done.told->swap(messages);
}

/// The room becomes again what it was before a publish of which a part was applied. Nobody has been told of any of it.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::undo(room& in, room_session<Data>& of, std::vector<message<Data>>& messages,
                                            applied& done) noexcept {
  const auto unseen = [](const message<Data>&, user_change) {};
  for (std::size_t i = done.count; i-- > 0;) {
    message<Data>& m = messages[i];
    const bool was_there = i < done.before.size() && done.before[i].action != action::absent;
    attempt(
        [&] {
          if (m.action != action::leave) {  // a synthesized leave of the same time wins, and allocates nothing
            m.action = action::leave;
            m.id.origin = id_origin::synthesized;
            in.set.apply(m, unseen);
            of.owned.remove(m.client_id, of.client_id);
          }
          if (!was_there) return;
          in.set.apply(done.before[i], unseen);
          of.owned.add(m.client_id, of.client_id);
        },
        [&](auto) { in.lose_track(); });  // memory is lacking for that as well: then all are told that it left
  }
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
