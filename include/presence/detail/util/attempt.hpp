#ifndef PRESENCE_DETAIL_UTIL_ATTEMPT_HPP
#define PRESENCE_DETAIL_UTIL_ATTEMPT_HPP

#include <presence/version.hpp>

#include <exception>

namespace presence::inline PRESENCE_ABI::detail {

/// Runs `work`; what it throws goes to `failed(std::exception_ptr)` instead of to the caller. Without exceptions in the
/// language it only runs `work`.
template <class Work, class Failed>
void attempt(Work&& work, [[maybe_unused]] Failed&& failed) noexcept {
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

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
