#ifndef PRESENCE_DETAIL_UTIL_ATTEMPT_HPP
#define PRESENCE_DETAIL_UTIL_ATTEMPT_HPP

#include <presence/detail/util/always_inline.hpp>
#include <presence/error.hpp>
#include <presence/version.hpp>

#include <exception>
#include <new>
#include <system_error>

namespace presence::inline PRESENCE_ABI::detail {

/// Runs `work`; what it throws goes to `failed(std::exception_ptr)` instead of to the caller. Without exceptions in the
/// language it only runs `work`.
template <class Work, class Failed>
PRESENCE_DETAIL_ALWAYS_INLINE inline void attempt(Work&& work, [[maybe_unused]] Failed&& failed) noexcept {
#if defined(__cpp_exceptions)
  try {
    work();
  } catch (...) {
    failed(std::current_exception());
  }
#else
  work();
#endif
}

/// The code for what an allocation or a function of the user's threw: lack of memory has its own.
[[nodiscard]] inline std::error_code why_it_failed([[maybe_unused]] const std::exception_ptr& thrown) noexcept {
#if defined(__cpp_exceptions)
  try {
    std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    return std::make_error_code(std::errc::not_enough_memory);
  } catch (...) {
  }
#endif
  return make_error_code(errc::handler_threw);
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
