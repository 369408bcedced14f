// hub_core: who is where.
#ifndef PRESENCE_IMPL_HUB_OVERVIEW_HPP
#define PRESENCE_IMPL_HUB_OVERVIEW_HPP

#include <presence/detail/hub/hub_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

/// All rooms, by name.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::all_rooms() const -> std::vector<room_ptr> {
  std::vector<room_ptr> all;
  {
    const lock_type lock{registry_->mutex};
    all.reserve(registry_->rooms.size());
    for (const auto& [name, each] : registry_->rooms) all.push_back(each);
  }
  sort_by_name(all);
  return all;
}

template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::rooms() const -> std::vector<room_info> {
  std::vector<room_info> found;
  for (const room_ptr& each : all_rooms()) {
    const lock_type lock{each->mutex};
    found.push_back({each->name, each->occupied_by()});
  }
  return found;
}

/// The rooms in which the client id has a member, by name.
template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::rooms_of(std::string_view client_id) const -> std::vector<std::string> {
  std::vector<std::string> found;
  std::string made;
  const auto spelled = client_name(client_id, made);
  if (!spelled) return found;
  for (const room_ptr& each : all_rooms()) {
    const lock_type lock{each->mutex};
    if (each->set.contains_user(*spelled)) found.push_back(each->name);
  }
  return found;
}

template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::info_of(session& s) const -> session_info {
  session_info info{s.connection_id, s.who.client_id, false, {}};
  const lock_type lock{s.mutex};
  info.connected = s.state == session_state::connected;
  for (const auto& [name, at] : s.rooms) info.rooms.emplace_back(name);
  return info;
}

template <class Data, class Clock, class Backplane>
auto hub_core<Data, Clock, Backplane>::sessions_of(std::string_view client_id) const -> std::vector<session_info> {
  std::vector<session_info> found;
  std::string made;
  const auto spelled = client_name(client_id, made);
  if (!spelled) return found;
  for (const session_ptr& s : sessions_where([&](const session& each) { return each.who.client_id == *spelled; })) {
    found.push_back(info_of(*s));
  }
  return found;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
