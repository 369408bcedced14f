#ifndef PRESENCE_ABLY_CHANNEL_NAME_HPP
#define PRESENCE_ABLY_CHANNEL_NAME_HPP

#include <presence/detail/util/utf8.hpp>
#include <presence/error.hpp>

#include <cstddef>
#include <string_view>
#include <system_error>

namespace presence::inline PRESENCE_ABI::ably {

/// Whether a channel may have this name: UTF-8 of 1 to `max_size` bytes that does not begin with `[` or `:` and has no
/// line break in it. Ably sets no length; it recommends fewer than 2048.
/// Returns no error, or `invalid_room_name`. Linear; any thread.
[[nodiscard]] inline std::error_code check_channel_name(std::string_view name, std::size_t max_size = 2048) noexcept {
  const bool good = !name.empty() && name.size() <= max_size && name.front() != '[' && name.front() != ':' &&
                    name.find_first_of("\r\n") == std::string_view::npos && presence::detail::is_valid_utf8(name);
  return good ? std::error_code{} : make_error_code(errc::invalid_room_name);
}

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
