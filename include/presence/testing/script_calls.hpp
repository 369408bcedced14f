// What a script is asked and how it answers.
#ifndef PRESENCE_TESTING_SCRIPT_CALLS_HPP
#define PRESENCE_TESTING_SCRIPT_CALLS_HPP

#include <presence/mode.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace presence::inline PRESENCE_ABI::testing {

/// What a participant asks of its transport.
enum class transport_call : std::uint8_t {
  attach,   ///< To attach the room, with some modes
  detach,   ///< To leave it
  publish,  ///< To send messages
  resync,   ///< To be told the room anew
};

/// The name of the enumerator; `unknown` for any other value.
[[nodiscard]] constexpr std::string_view to_string(transport_call c) noexcept {
  switch (c) {
    case transport_call::attach: return "attach";
    case transport_call::detach: return "detach";
    case transport_call::publish: return "publish";
    case transport_call::resync: return "resync";
  }
  return "unknown";
}

/// How an attach, or a resync, is granted.
struct attach_answer {
  bool has_members = false;         ///< a sync is to follow
  bool resumed = false;             ///< nothing was missed since the last attach
  std::optional<mode_set> modes{};  ///< unset: what was asked for
};

/// How a publish ends.
struct publish_answer {
  std::error_code outcome{};  ///< no error: it was done
  bool echo = true;           ///< whether its messages are told first, where there is no error
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
