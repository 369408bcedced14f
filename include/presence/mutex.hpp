#ifndef PRESENCE_MUTEX_HPP
#define PRESENCE_MUTEX_HPP

#include <presence/version.hpp>

#include <concepts>
#include <mutex>

namespace presence::inline PRESENCE_ABI {

/// The mutex of programs that keep a hub and its participants on one thread. It vanishes: with it no lock, no atomic
/// exchange and no thread id is touched on the way of an event.
struct null_mutex {
  void lock() noexcept {}                                  ///< does nothing
  void unlock() noexcept {}                                ///< does nothing
  [[nodiscard]] bool try_lock() noexcept { return true; }  ///< does nothing, which always succeeds
};

/// What a transport or backplane may name as its `mutex_type`.
template <class M>
concept mutex = std::default_initializable<M> && requires(M& m) {
  m.lock();
  m.unlock();
};

/// Whether objects with this mutex may be used from several threads. Specialize it for a mutex of your own that does
/// nothing.
template <class M>
inline constexpr bool is_locking = !std::same_as<M, null_mutex>;

namespace detail {

/// Told before each listener and handler: a mutex that wants to know that none of its kind is held says so with a
/// static `on_callback()` (see `testing::checked_mutex`).
template <class M>
void before_callback() {
  if constexpr (requires { M::on_callback(); }) M::on_callback();
}

}  // namespace detail
}  // namespace presence::inline PRESENCE_ABI

#endif
