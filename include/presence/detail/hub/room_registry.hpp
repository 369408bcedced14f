// The rooms of a hub by name.
#ifndef PRESENCE_DETAIL_HUB_ROOM_REGISTRY_HPP
#define PRESENCE_DETAIL_HUB_ROOM_REGISTRY_HPP

#include <presence/detail/util/attempt.hpp>
#include <presence/detail/util/hash.hpp>
#include <presence/version.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// The rooms of a hub by name. Rooms know it, so that the last to leave one can take it out, whatever has become of the
/// hub by then.
template <class Room, class Mutex>
struct room_registry {
  Mutex mutex;
  // by name; the names are those in the rooms
  boost::unordered_flat_map<std::string_view, std::shared_ptr<Room>, seeded_hash, std::equal_to<>> rooms;

  bool closing = false;  // the hub is: rooms stay until all has ended, as their members do

  /// An attachment has ended. The room goes with the last one, as every member belongs to an attachment.
  void release(Room& room) noexcept {
    std::shared_ptr<Room> last;  // destroyed after the lock is released
    const std::lock_guard lock{mutex};
    if (--room.holds > 0 || closing) return;
    const auto found = rooms.find(room.name);
    last = std::move(found->second);
    rooms.erase(found);
    if (rooms.empty()) {
      rooms = {};
    } else if (rooms.bucket_count() > 128 && rooms.size() < rooms.bucket_count() / 8) {
      attempt([&] { rooms.rehash(rooms.size() * 2); }, [](auto) {});
    }
  }
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
