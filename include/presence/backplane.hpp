#ifndef PRESENCE_BACKPLANE_HPP
#define PRESENCE_BACKPLANE_HPP

#include <presence/fwd.hpp>
#include <presence/message.hpp>
#include <presence/mutex.hpp>

#include <concepts>
#include <string_view>

namespace presence::inline PRESENCE_ABI {

/// The Backplane policy: where a hub tells what happens in its rooms, so that other nodes can follow. It also names the
/// hub's mutex, as a transport names that of a participant. `publish` is called serially for a room, in its order, outside
/// any lock, and must not block. docs/backplane.md has the whole contract.
template <class B, class Data>
concept backplane = std::movable<B> && mutex<typename B::mutex_type> &&
    requires(B& b, std::string_view room, const message_batch<Data>& changes) {
  b.publish(room, changes);
};

/// A hub by itself. Compiles to nothing.
template <class Mutex>
struct basic_no_backplane {
  using mutex_type = Mutex;  ///< the hub's mutex

  /// Does nothing.
  template <class Data>
  void publish(std::string_view, const message_batch<Data>&) noexcept {}
};

}  // namespace presence::inline PRESENCE_ABI

#endif
