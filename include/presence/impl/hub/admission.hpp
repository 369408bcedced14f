// hub_core: which messages a hub takes, before the first of them changes anything.
#ifndef PRESENCE_IMPL_HUB_ADMISSION_HPP
#define PRESENCE_IMPL_HUB_ADMISSION_HPP

#include <presence/detail/hub/hub_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

template <class Data, class Clock, class Backplane>
bool hub_core<Data, Clock, Backplane>::within_rate(session& s, std::size_t messages) {
  const std::size_t allowed = options.limits.messages_per_second;
  if (allowed == 0) return true;
  const auto second = static_cast<std::uint32_t>(now().time_since_epoch().count() / 1000);
  std::uint64_t before = s.rate.load(std::memory_order_relaxed);
  for (;;) {
    const std::uint64_t sent = before >> 32U == second ? before & 0xffffffffU : 0;
    if (messages + sent > allowed) return false;
    const std::uint64_t after = (std::uint64_t{second} << 32U) | (sent + messages);
    if (s.rate.compare_exchange_weak(before, after, std::memory_order_relaxed)) return true;
  }
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

/// What only the room can judge. Precondition: the room's lock is held.
template <class Data, class Clock, class Backplane>
std::error_code hub_core<Data, Clock, Backplane>::admit(session& s, room& in, record&,
                                                        std::vector<message<Data>>& messages, lock_type&) {
  if (!within_rate(s, messages.size())) return errc::rate_limited;
  if (in.set.size() + messages.size() > options.limits.members_per_room) {
    boost::unordered_flat_set<std::string_view> coming;
    for (const message<Data>& m : messages) {
      if (m.action != action::leave && !in.set.contains(m.client_id, s.connection_id)) coming.insert(m.client_id);
    }
    if (in.set.size() + coming.size() > options.limits.members_per_room) return errc::room_full;
  }
  return {};
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
