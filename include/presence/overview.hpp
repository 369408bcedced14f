// What a hub tells about itself to whoever runs it.
#ifndef PRESENCE_OVERVIEW_HPP
#define PRESENCE_OVERVIEW_HPP

#include <presence/version.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace presence::inline PRESENCE_ABI {

/// How many are in a room.
struct occupancy {
  std::size_t members = 0;   ///< clients on connections
  std::size_t users = 0;     ///< client ids with at least one member
  std::size_t watchers = 0;  ///< connected attachments that are told of everybody, whether present themselves or not

  /// Whether nobody is present and nobody watches.
  [[nodiscard]] bool empty() const noexcept { return members == 0 && watchers == 0; }
  /// Member by member.
  friend bool operator==(const occupancy&, const occupancy&) = default;
};

/// A room of a hub.
struct room_info {
  std::string name;               ///< in the hub's spelling
  presence::occupancy occupancy;  ///< how many are in it

  /// Member by member.
  friend bool operator==(const room_info&, const room_info&) = default;
};

/// A session of a hub.
struct session_info {
  std::string connection_id;       ///< unique in the hub
  std::string client_id;           ///< empty: anonymous
  bool connected = false;          ///< false: lost, within its grace period, or closed and lingering
  std::vector<std::string> rooms;  ///< that it is attached to or has members in, by name

  /// Member by member.
  friend bool operator==(const session_info&, const session_info&) = default;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
