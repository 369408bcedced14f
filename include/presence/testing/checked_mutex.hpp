#ifndef PRESENCE_TESTING_CHECKED_MUTEX_HPP
#define PRESENCE_TESTING_CHECKED_MUTEX_HPP

#include <presence/version.hpp>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace presence::inline PRESENCE_ABI::testing {

/// A mutex that checks how it is used. Name it as the `mutex_type` of a transport or hub to show in a test that no
/// listener and no handler runs under a lock. It ends the program, with a message on standard error, when
///
/// - a listener or handler runs while its thread holds any `checked_mutex`;
/// - a thread locks one that it holds already, unlocks one that it does not hold, or destroys one that is held.
///
/// Costs two atomic stores and a thread-local counter above `std::mutex`.
class checked_mutex {
 public:
  checked_mutex() noexcept = default;  ///< held by nobody
  checked_mutex(const checked_mutex&) = delete;
  checked_mutex& operator=(const checked_mutex&) = delete;
  ~checked_mutex() {
    if (owner_.load() != std::thread::id{}) fail("destroyed while it is held");
  }

  /// As a `std::mutex` does; ends the program where this thread holds it already.
  void lock() {
    refuse_recursion();
    mutex_.lock();
    acquired();
  }

  /// Whether it was free and is now held. Ends the program where this thread holds it already.
  [[nodiscard]] bool try_lock() {
    refuse_recursion();
    if (!mutex_.try_lock()) return false;
    acquired();
    return true;
  }

  /// Lets go; ends the program where this thread does not hold it.
  void unlock() {
    if (owner_.load() != std::this_thread::get_id()) fail("unlocked by a thread that does not hold it");
    owner_.store(std::thread::id{});
    --held();
    mutex_.unlock();
  }

  /// How many of them, of any object, the calling thread holds.
  [[nodiscard]] static std::size_t held_by_this_thread() noexcept { return held(); }

  /// Called by the library before each listener and handler; call it in callbacks of your own to have them checked too.
  static void on_callback() noexcept {
    if (held() != 0) fail("a callback runs under the lock");
  }

 private:
  [[noreturn]] static void fail(const char* what) noexcept {
    std::fprintf(stderr, "presence::testing::checked_mutex: %s\n", what);
    std::abort();
  }

  [[nodiscard]] static std::size_t& held() noexcept {
    thread_local std::size_t count = 0;
    return count;
  }

  // Only this thread ever stores its own id, so a look without the lock cannot take another owner for it.
  void refuse_recursion() const noexcept {
    if (owner_.load() == std::this_thread::get_id()) fail("locked again by the thread that holds it");
  }

  void acquired() noexcept {
    owner_.store(std::this_thread::get_id());
    ++held();
  }

  std::mutex mutex_;
  std::atomic<std::thread::id> owner_{};
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
