// hub_core: which messages a hub takes, before the first of them changes anything.
#ifndef PRESENCE_IMPL_HUB_ADMISSION_HPP
#define PRESENCE_IMPL_HUB_ADMISSION_HPP

#include <presence/detail/hub/hub_core.hpp>
#include <presence/detail/util/data_size.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
namespace presence::inline PRESENCE_ABI::detail {

/// A name as the hub spells it. What the hook throws, or nothing, refuses the name.
template <class Data, class Clock, class Backplane>
std::optional<std::string_view> hub_core<Data, Clock, Backplane>::normalised(const spelling& by, std::string_view name,
                                                                             std::string& made) {
  if (!by || name.empty()) return name;
  bool refused = false;
  attempt([&] { made = by(name); }, [&](auto) { refused = true; });
  if (refused || made.empty()) return std::nullopt;
  return made;
}

/// Whether a payload is what it says. Others pass it on unread, and one of them would meet what it cannot read.
[[nodiscard]] inline bool is_well_formed(const payload& data) {
  switch (data.kind()) {
    case payload_kind::text: return is_valid_utf8(data.content());
    case payload_kind::json: return is_json(data.content());
    default: return true;
  }
}
template <class Data>
[[nodiscard]] constexpr bool is_well_formed(const Data&) noexcept {
  return true;
}

/// What can be judged without the room. Fills in the client id where the connection has just one (RTP8c).
template <class Data, class Clock, class Backplane>
std::error_code hub_core<Data, Clock, Backplane>::check(const session& s, const record& from,
                                                        std::vector<message<Data>>& messages) const {
  const std::string& own = s.who.client_id;
  if (messages.empty()) return errc::bad_request;
  if (messages.size() > options.limits.messages_per_publish) return errc::message_too_large;
  for (message<Data>& m : messages) {
    if (m.action == action::absent || m.action > action::update) return errc::bad_request;
    m.previous = {};  // the hub says it
    if (m.client_id.empty()) {
      m.client_id = own;
    } else if (options.normalise_client_id) {
      std::string made;
      if (!client_name(m.client_id, made)) return errc::invalid_client_id;
      m.client_id = std::move(made);
    }
    if (m.client_id == "*" || !valid_client_id(m.client_id)) return errc::invalid_client_id;
    if (!s.who.acts_for_others && own != m.client_id) return errc::invalid_client_id;
    const std::size_t largest = options.limits.data_size.value_or(hub_limits::default_data_size);
    if (const std::error_code too_large = check_data_size(m.data, largest)) return too_large;
    if (m.data && !is_well_formed(*m.data)) return errc::invalid_data;
    if (m.extras.size() > options.limits.extras_size) return errc::message_too_large;
    if (m.extras && !is_json_object(m.extras.json())) return errc::invalid_data;
  }
  if (!from.modes.load().contains(mode::presence)) return errc::not_permitted;
  return {};
}

/// A re-entry under an id that this hub gave the member says nothing new, and nobody is told (RTP17g1). If the member
/// has left meanwhile others may have been told in the middle of a sync, and would take that id for an old one. If it
/// only lingers, somebody has come back for it.
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::says_nothing_new(const room_session<Data>& of, const message<Data>& m,
                                                        const std::optional<member_view<Data>>& stored) noexcept {
  return stored && m.action != action::leave && m.id.origin == id_origin::connection &&
         std::pair{m.id.msg_serial, m.id.index} <= std::pair{stored->id.msg_serial, stored->id.index} &&
         stored->id.msg_serial >= of.stale_before;
}

/// A re-entry under an id from before an eviction of the member says what has been ended since, and would undo it (W6).
template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::was_evicted(const room& in, const room_session<Data>& of,
                                                   const std::vector<message<Data>>& messages) noexcept {
  if (of.evicted_before == 0) return false;
  return std::any_of(messages.begin(), messages.end(), [&](const message<Data>& m) {
    return m.id.origin == id_origin::connection && m.action != action::leave && m.id.msg_serial < of.evicted_before &&
           !in.set.contains(m.client_id, of.connection_id);
  });
}

/// What only the room can judge: the limits. Precondition: the room's lock is held. It may be let go of meanwhile, so
/// the attachment's state is to be looked at afterwards.
template <class Data, class Clock, class Backplane>
std::error_code hub_core<Data, Clock, Backplane>::admit(session& s, room& in, record& from,
                                                        const std::vector<message<Data>>& messages, lock_type& lock) {
  if (from.state != attachment_state::attached) return {};                      // refused for that
  if (!from.modes.load().contains(mode::presence)) return errc::not_permitted;  // since a moment ago
  if (was_evicted(in, *from.of, messages)) return errc::evicted;
  if (options.limits.messages_per_second > 0) {
    if (const auto refused = within_rate(s, in, *from.of, messages)) return refused;
  }
  if (from.of->stamps.may_be_ahead() && from.of->stamps.too_far_ahead(now())) {
    for (const message<Data>& m : messages) {
      if (m.action != action::leave && !in.set.contains(m.client_id, s.connection_id)) return errc::rate_limited;
    }
  }
  if (in.set.size() + messages.size() > options.limits.members_per_room) {
    if (const auto refused = within_room(s, in, from, messages, lock)) return refused;
  }
  return any_is_banned(messages) ? make_error_code(errc::banned) : std::error_code{};  // last, as the lock may rest
}

/// Counts what the session sends against its messages per second. A leave does not count, nor does a re-entry that
/// changes nothing; except beside a leave, as it might be the same member's and the re-entry a new member then.
template <class Data, class Clock, class Backplane>
std::error_code hub_core<Data, Clock, Backplane>::within_rate(session& s, const room& in, const room_session<Data>& of,
                                                              const std::vector<message<Data>>& messages) {
  std::uint64_t leaves = 0;
  for (const message<Data>& m : messages) leaves += m.action == action::leave ? 1U : 0U;
  std::uint64_t count = messages.size() - leaves;
  if (leaves == 0) {
    for (const message<Data>& m : messages) {
      if (m.id.origin != id_origin::connection) continue;
      if (says_nothing_new(of, m, in.set.find(m.client_id, s.connection_id))) --count;
    }
  }
  if (count == 0) return {};
  constexpr std::uint64_t mask = 0xffffffffU;
  const std::uint64_t allowed = options.limits.messages_per_second < mask ? options.limits.messages_per_second : mask;
  if (count > allowed) return errc::message_too_large;  // in no second
  const std::uint64_t second = static_cast<std::uint64_t>(elapsed().count() / 1000) & mask;
  std::uint64_t before = s.rate.load(std::memory_order_relaxed);
  for (;;) {
    const std::uint64_t sent = before >> 32U == second ? before & mask : 0;
    if (count + sent > allowed) return errc::rate_limited;
    if (s.rate.compare_exchange_weak(before, second << 32U | (sent + count), std::memory_order_relaxed)) return {};
  }
}

/// Whether the room has place for its members as they are after the whole publish. Where it has not, whoever comes back
/// while a lost connection of his still has a member here takes that member's place.
template <class Data, class Clock, class Backplane>
std::error_code hub_core<Data, Clock, Backplane>::within_room(session& s, room& in, const record& from,
                                                              const std::vector<message<Data>>& messages,
                                                              lock_type& lock) {
  const std::size_t limit = options.limits.members_per_room;
  boost::unordered_flat_map<std::string_view, bool, seeded_hash, std::equal_to<>> after;  // who is there afterwards
  std::size_t present = 0;
  for (const message<Data>& m : messages) after[m.client_id] = m.action != action::leave;
  for (const auto& [client_id, is_present] : after) present += is_present ? 1U : 0U;
  if (present > limit) return errc::message_too_large;  // not into an empty room
  const auto missing = [&] {                            // places
    std::size_t coming = 0;
    std::size_t going = 0;
    for (const auto& [client_id, is_present] : after) {
      const bool was = in.set.contains(client_id, s.connection_id);
      if (is_present && !was) ++coming;
      if (!is_present && was) ++going;
    }
    const std::size_t taken = in.set.size() - in.given_seats() + coming - going;
    return coming > going && taken > limit ? std::min(taken - limit, coming - going) : 0;
  };
  if (missing() == 0) return {};

  std::vector<std::pair<std::string, std::string>> others;  // members of those who come, client and connection
  for (const auto& one : after) {
    const std::string_view client_id = one.first;
    if (!one.second || in.set.contains(client_id, s.connection_id)) continue;
    in.set.for_each_of(client_id, [&](const member_view<Data>& m) { others.emplace_back(client_id, m.connection_id); });
  }
  if (others.empty()) return errc::room_full;
  lock.unlock();  // sessions are locked before rooms
  const std::vector<seat> seats = seats_of(in, std::move(others));
  lock.lock();
  if (from.state != attachment_state::attached) return {};
  std::vector<const seat*> free;
  decltype(after) served;  // one place for each who comes
  for (const seat& one : seats) {
    if (!one.of->away || !one.of->owned.contains(one.client_id, one.of->client_id)) continue;
    if (one.of->given_seats.contains(one.client_id, one.of->client_id)) continue;
    if (in.set.contains(one.client_id, s.connection_id) || !served.emplace(one.client_id, true).second) continue;
    free.push_back(&one);
  }
  const std::size_t needed = missing();
  const std::size_t most = std::max<std::size_t>(limit, 16);
  if (needed > free.size() || in.given_seats() + needed > most) return errc::room_full;
  for (std::size_t i = 0; i < needed; ++i) in.give_seat(*free[i]->of, free[i]->client_id);
  return {};
}

/// Where these members are kept, by which it shows whether their connections are lost. Takes the locks of sessions, so
/// none may be held.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::seats_of(const room& in,
                                                std::vector<std::pair<std::string, std::string>>&& members)
    -> std::vector<seat> {
  std::vector<seat> found;
  for (auto& [client_id, connection_id] : members) {
    const session_ptr of = find_session(connection_id);
    if (of == nullptr) continue;
    const lock_type lock{of->mutex};
    const auto at = of->rooms.find(in.name);
    if (at != of->rooms.end()) found.push_back({std::move(client_id), at->second.of});
  }
  return found;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
