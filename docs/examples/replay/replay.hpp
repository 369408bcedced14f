// A trace, replayed through a real hub, as one participant sees it.
#ifndef REPLAY_REPLAY_HPP
#define REPLAY_REPLAY_HPP

#include "trace.hpp"
#include <presence/presence.hpp>
#include <presence/testing/manual_clock.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <system_error>
#include <unordered_map>

namespace replay {

struct nothing {};  // the trace tells who is there, and not what they say

using clock = presence::testing::manual_clock;
using backplane = presence::basic_no_backplane<presence::null_mutex>;  // one thread
using hub = presence::basic_hub<nothing, clock, backplane>;
using participant = presence::basic_presence<nothing, clock, presence::loopback<nothing, clock, backplane>>;
using event = participant::event_type;

/// The hub, its clock and the connections. Time passes only in `advance` and `finish`.
class room {
 public:
  /// `on_time` is told each time that the clock is about to be set to: lines of the trace, and ends of grace periods.
  room(std::chrono::milliseconds grace, std::function<void(presence::time_point)> on_time);

  /// The one who watches: attached and never present. It belongs to the room.
  [[nodiscard]] participant& observer() noexcept { return observer_; }

  /// Sets the clock to `until`. Whatever is due on the way happens at the time that it is due at.
  void advance(presence::time_point until);

  /// Does what the line says. False if it was ignored: it is about a connection that is not there.
  /// Throws std::system_error if the hub refuses, std::invalid_argument if the line contradicts an earlier one.
  bool apply(const trace_line& line);

  /// Time goes on for one grace period more: nobody is left who lost the connection.
  void finish();

 private:
  struct connection {
    hub::session_type session;
    participant self;
  };
  using connections = std::unordered_map<std::string, connection>;

  void do_what_is_due(presence::time_point until);
  connections::iterator open(const trace_line& line);

  const std::chrono::milliseconds grace_;
  const std::function<void(presence::time_point)> on_time_;
  clock clock_{presence::time_point{}};  // before any trace begins, so that time only goes by
  hub hub_;
  hub::session_type observer_session_;
  participant observer_;
  connections connections_;  // those that are neither closed nor lost
};

}  // namespace replay

#endif
