#ifndef PRESENCE_DETAIL_UTIL_AWAIT_CHANGE_HPP
#define PRESENCE_DETAIL_UTIL_AWAIT_CHANGE_HPP

#include <presence/version.hpp>

#include <atomic>
#include <thread>

namespace presence::inline PRESENCE_ABI::detail {

/// Returns once `value` is not `seen` any more, as `value.wait(seen, order)` does. Whoever changes it notifies.
///
/// Where the system has nothing like a futex (Windows), libstdc++ 12 looks at the value before it takes a lock that
/// notifying does not take, and loses wake-ups. There this looks again and again, and lets others work in between.
template <class T>
void await_change(const std::atomic<T>& value, T seen, std::memory_order order = std::memory_order_seq_cst) noexcept {
#if defined(__GLIBCXX__) && !defined(_GLIBCXX_HAVE_PLATFORM_WAIT)
  while (value.load(order) == seen) std::this_thread::yield();
#else
  value.wait(seen, order);
#endif
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
