#ifndef PRESENCE_DETAIL_PREFETCH_HPP
#define PRESENCE_DETAIL_PREFETCH_HPP

#include <presence/detail/always_inline.hpp>
#include <presence/version.hpp>

#include <cstddef>
#include <cstdint>

namespace presence::inline PRESENCE_ABI::detail {

inline constexpr std::size_t cache_line = 64;

/// Asks for the cache lines of an object, to be written to soon. Any address may be asked for.
/// This, and every function that does nothing else, must be inlined: g++ finds that it has no effect and drops its calls.
template <class T>
PRESENCE_DETAIL_ALWAYS_INLINE inline void prefetch([[maybe_unused]] const T* object) noexcept {
#if defined(__GNUC__)
  __builtin_prefetch(object, 1);
  if constexpr (sizeof(T) > cache_line) {  // by its number, as the address may be null
    const auto last = reinterpret_cast<std::uintptr_t>(object) + sizeof(T) - 1;
    __builtin_prefetch(reinterpret_cast<const void*>(last), 1);
  }
#endif
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
