#ifndef PRESENCE_DETAIL_UTIL_BEHIND_HPP
#define PRESENCE_DETAIL_UTIL_BEHIND_HPP

#include <presence/version.hpp>

namespace presence::inline PRESENCE_ABI::detail {

/// What a smart pointer or a `std::reference_wrapper` stands for; anything else stands for itself.
template <class Held>
[[nodiscard]] constexpr auto& behind(Held& held) noexcept {
  if constexpr (requires { *held; }) {
    return *held;
  } else if constexpr (requires {
                         typename Held::type;
                         held.get();
                       }) {
    return held.get();
  } else {
    return held;
  }
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
