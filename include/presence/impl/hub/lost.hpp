// hub_core: members whose connection is lost are shown so (`hub_options::show_lost`).
#ifndef PRESENCE_IMPL_HUB_LOST_HPP
#define PRESENCE_IMPL_HUB_LOST_HPP

#include <presence/detail/hub/hub_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

/// Tells the room by an update of each member that the session entered there that its connection is lost, or back. The
/// data stays the same; the id is new, so that the update counts. Members that are shown so already are left alone.
/// Without memory for it nobody is told, and nothing is changed. Precondition: the locks of the session and of the room
/// are held.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::show_connection(session& s, const place& at, bool connected) noexcept {
  if (!options.show_lost) return;
  room& in = *at.where;
  const auto tell = [&] {
    std::vector<message<Data>> told;
    const std::uint64_t serial = add_to(s.next_serial, std::uint64_t{1}, std::memory_order_relaxed);
    const time_point when = now();
    at.of->owned.for_each(s.who.client_id, [&](const std::string& client_id) {
      const auto stored = in.set.find(client_id, s.connection_id);
      if (!stored || stored->connected == connected) return;
      message<Data> m;
      m.action = action::update;
      m.connected = connected;
      m.client_id = client_id;
      m.connection_id = s.connection_id;
      m.data = stored->data;
      m.extras = stored->extras;
      m.timestamp = at.of->stamps.of_message(client_id, when);
      m.id = {serial, static_cast<std::uint32_t>(told.size()), id_origin::connection};
      m.entered_at = stored->entered_at;
      m.previous = stored->data;
      told.push_back(std::move(m));
    });
    if (told.empty()) return;
    const std::size_t bytes = told.size() * sizeof(message<Data>);
    message_batch<Data> batch = make_batch(std::move(told));
    in.make_room();  // the last that may fail: an update of a member cannot
    for (const message<Data>& m : *batch) in.set.apply(m, [](const message<Data>&, user_change) {});
    in.tell(std::move(batch), connected ? at.of : nullptr, bytes);
  };
  attempt(tell, [](auto) {});
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
