#ifndef PRESENCE_DETAIL_UTIL_ENTROPY_HPP
#define PRESENCE_DETAIL_UTIL_ENTROPY_HPP

#include <presence/error.hpp>

#include <cerrno>
#include <cstdint>
#include <system_error>

// getentropy where it is known to exist, as <random>, only for std::random_device, made presence/presence.hpp 6,300
// lines longer, of 137,000 that `g++ -std=c++20 -E` prints, empty ones and markers not counted.
#if defined(__GLIBC_PREREQ) && !defined(__UCLIBC__)
#if __GLIBC_PREREQ(2, 25)
#define PRESENCE_HAS_GETENTROPY
#endif
#elif defined(__ENVIRONMENT_MAC_OS_X_VERSION_MIN_REQUIRED__)
#define PRESENCE_HAS_GETENTROPY
#endif
#if defined(PRESENCE_HAS_GETENTROPY)
#undef PRESENCE_HAS_GETENTROPY
#include <sys/random.h>
#elif defined(__FreeBSD__) || defined(__OpenBSD__) || \
    (defined(__linux__) && !defined(__GLIBC__) && !defined(__ANDROID__))
#include <unistd.h>  // the last are musl
#else
#define PRESENCE_USE_RANDOM_DEVICE
#include <random>
#endif

namespace presence::inline PRESENCE_ABI::detail {

/// 64 bits from the operating system or the processor; never a seeded generator, whose output can be predicted.
/// If there are none it throws `presence_error` with the system's reason, or aborts in a program built without exceptions.
[[nodiscard]] inline std::uint64_t system_random() {
#if defined(PRESENCE_USE_RANDOM_DEVICE)
  thread_local std::random_device device;  // opening it costs far more than reading it
  return (static_cast<std::uint64_t>(device()) << 32U) | device();
#else
  std::uint64_t bits = 0;
  if (::getentropy(&bits, sizeof bits) != 0) throw_error({errno, std::generic_category()}, "getentropy");
  return bits;
#endif
}

}  // namespace presence::inline PRESENCE_ABI::detail

#undef PRESENCE_USE_RANDOM_DEVICE

#endif
