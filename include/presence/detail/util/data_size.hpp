#ifndef PRESENCE_DETAIL_UTIL_DATA_SIZE_HPP
#define PRESENCE_DETAIL_UTIL_DATA_SIZE_HPP

#include <presence/data_traits.hpp>
#include <presence/detail/util/attempt.hpp>
#include <presence/error.hpp>
#include <presence/shared_data.hpp>

#include <cstddef>
#include <system_error>

namespace presence::inline PRESENCE_ABI::detail {

/// `message_too_large` for data of more bytes than the limit, `invalid_data` where measuring it throws. A type without
/// a size passes. Calls code of the user's, so no lock may be held.
template <class Data>
[[nodiscard]] std::error_code check_data_size(const shared_data<Data>& data, std::size_t limit) {
  std::error_code outcome;
  if constexpr (has_data_size<Data>) {
    if (!data) return outcome;
    attempt(
        [&] {
          if (static_cast<std::size_t>(data_traits<Data>::size(*data)) > limit) outcome = errc::message_too_large;
        },
        [&](auto) { outcome = errc::invalid_data; });
  }
  return outcome;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
