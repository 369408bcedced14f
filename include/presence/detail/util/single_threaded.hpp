// Atomic operations that lock nothing while the process has one thread.
#ifndef PRESENCE_DETAIL_UTIL_SINGLE_THREADED_HPP
#define PRESENCE_DETAIL_UTIL_SINGLE_THREADED_HPP

#include <presence/detail/util/always_inline.hpp>
#include <presence/version.hpp>

#if defined(__has_include)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define PRESENCE_DETAIL_KNOWS_THREADS 1
#endif
#endif

#include <atomic>

namespace presence::inline PRESENCE_ABI::detail {

/// Whether no other thread can run now. Where the system does not say, there may be some. A thread that is started later
/// sees what was done before it, so what was not locked then needs no lock. (glibc keeps this for such counters as ours;
/// its own mutex asks the same.)
PRESENCE_DETAIL_ALWAYS_INLINE [[nodiscard]] inline bool is_single_threaded() noexcept {
#if defined(PRESENCE_DETAIL_KNOWS_THREADS)
  return __libc_single_threaded != 0;
#else
  return false;
#endif
}

/// An update of a participant, from its call to two listeners, executed 29 locked instructions, each of which waits for all
/// stores before it. Returns what was there before.
template <class Number>
PRESENCE_DETAIL_ALWAYS_INLINE inline Number add_to(std::atomic<Number>& number, Number more,
                                                   std::memory_order order) noexcept {
  if (!is_single_threaded()) return number.fetch_add(more, order);
  const Number before = number.load(std::memory_order_relaxed);
  number.store(static_cast<Number>(before + more), std::memory_order_relaxed);
  return before;
}
template <class Number>
PRESENCE_DETAIL_ALWAYS_INLINE inline Number take_from(std::atomic<Number>& number, Number less,
                                                      std::memory_order order) noexcept {
  if (!is_single_threaded()) return number.fetch_sub(less, order);
  const Number before = number.load(std::memory_order_relaxed);
  number.store(static_cast<Number>(before - less), std::memory_order_relaxed);
  return before;
}

/// A store that is in the one order of all such stores and loads.
template <class Value>
PRESENCE_DETAIL_ALWAYS_INLINE inline void store_in_order(std::atomic<Value>& to, Value value) noexcept {
  if (is_single_threaded()) {
    to.store(value, std::memory_order_relaxed);
  } else {
    to.store(value, std::memory_order_seq_cst);
  }
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
