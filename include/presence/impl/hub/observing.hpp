// hub_core and hub_room: what an observer is told. Where there is none, or it has no function for it, these are empty.
#ifndef PRESENCE_IMPL_HUB_OBSERVING_HPP
#define PRESENCE_IMPL_HUB_OBSERVING_HPP

#include <presence/detail/hub/hub_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

/// What becomes of a session when it goes from what the observer knows to how it stands.
[[nodiscard]] constexpr session_change change_of(session_state to) noexcept {
  switch (to) {
    case session_state::connected: return session_change::resumed;
    case session_state::dropped: return session_change::lost;
    case session_state::lingering: return session_change::lingering;
    case session_state::ended: break;
  }
  return session_change::ended;
}

/// Tells how the session stands, until that is what the observer knows. One thread does so at a time; what another has
/// changed meanwhile is told by the one that is at it.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::show([[maybe_unused]] session& s) noexcept {
  if constexpr (observes_sessions<observer>) {
    lock_type lock{s.mutex};
    auto& seen = s.seen;
    if (std::exchange(seen.telling, true)) return;
    while (seen.told != s.state) {
      const bool opened = !seen.told.has_value();
      seen.told = opened ? session_state::connected : s.state;
      session_event what{opened ? session_change::opened : change_of(s.state), s.connection_id, s.who.client_id, {}};
      if (what.what == session_change::ended) what.why = seen.ended_with;
      lock.unlock();
      tap_.observe([&](observer& seen_by) { seen_by.on_session(what); });
      lock.lock();
    }
    seen.telling = false;
  }
}

/// Whether the outcome says that something has ended or is away, and not that the hub has refused it.
[[nodiscard]] inline bool says_that_it_ended(std::error_code outcome) noexcept {
  return outcome == errc::connection_closed || outcome == errc::connection_expired || outcome == errc::disconnected ||
         outcome == errc::invalid_room_state || outcome == errc::operation_aborted;
}

/// `s` is null for a connect.
template <class Data, class Clock, class Backplane>
void hub_core<Data, Clock, Backplane>::show_refusal([[maybe_unused]] const session* s,
                                                    [[maybe_unused]] std::string_view client_id,
                                                    [[maybe_unused]] std::string_view in,
                                                    [[maybe_unused]] std::error_code why) const noexcept {
  if constexpr (observes_refusals<observer>) {
    if (says_that_it_ended(why)) return;
    const refusal what{s != nullptr ? std::string_view{s->connection_id} : std::string_view{}, client_id, in, why};
    tap_.observe([&](observer& seen_by) { seen_by.on_refusal(what); });
  }
}

/// Returns whether there was something to show.
template <class Data, class Mutex, class Tap>
bool hub_room<Data, Mutex, Tap>::show_occupancy([[maybe_unused]] lock_type& lock) noexcept {
  if constexpr (observes_occupancy<observer>) {
    const presence::occupancy now = occupied_by();
    if (now == shown_) return false;
    const occupancy_event what{name, std::exchange(shown_, now), now};
    lock.unlock();
    tap_.observe([&](observer& seen_by) { seen_by.on_occupancy(what); });
    lock.lock();
    return true;
  } else {
    return false;
  }
}

/// A sink that has been told not all. One that is closed is nobody's concern.
template <class Data, class Mutex, class Tap>
void hub_room<Data, Mutex, Tap>::show_slow([[maybe_unused]] const record& which) const noexcept {
  if constexpr (observes_slow_sinks<observer>) {
    if (which.closed.load(std::memory_order_acquire)) return;
    const slow_sink what{which.of->connection_id, which.of->client_id, name};
    tap_.observe([&](observer& seen_by) { seen_by.on_slow_sink(what); });
  }
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
