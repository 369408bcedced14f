#ifndef PRESENCE_DETAIL_UTIL_PREFETCH_HPP
#define PRESENCE_DETAIL_UTIL_PREFETCH_HPP

#include <presence/detail/util/always_inline.hpp>
#include <presence/version.hpp>

#include <cstddef>

namespace presence::inline PRESENCE_ABI::detail {

inline constexpr std::size_t cache_line = 64;

/// Asks for the cache lines of an object, to be written to soon. Precondition: it is one, not null.
/// This, and every function that does nothing else, must be inlined: g++ finds that it has no effect and drops its calls.
template <class T>
PRESENCE_DETAIL_ALWAYS_INLINE inline void prefetch([[maybe_unused]] const T* object) noexcept {
#if defined(__GNUC__)
  const auto* bytes = reinterpret_cast<const char*>(object);
  __builtin_prefetch(bytes, 1);
  if constexpr (sizeof(T) > cache_line) __builtin_prefetch(bytes + sizeof(T) - 1, 1);
#endif
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
