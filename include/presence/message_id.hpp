#ifndef PRESENCE_MESSAGE_ID_HPP
#define PRESENCE_MESSAGE_ID_HPP

#include <presence/result.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace presence::inline PRESENCE_ABI {

/// Who made a message id, which decides how newness is judged.
enum class id_origin : std::uint8_t {
  none,         ///< no id at all; judged like a synthesized one
  connection,   ///< the id begins with the member's connection id: serials compare (RTP2b2)
  synthesized,  ///< made up by the hub, for example for a timed-out member: time stamps compare (RTP2b1)
};

/// A message id `connection_id:msg_serial:index`, parsed once. The connection id itself is not stored: it stands beside
/// the id in every message and member.
struct message_id {
  std::uint64_t msg_serial = 0;        ///< the sender's serial for the publish
  std::uint32_t index = 0;             ///< position of the message in that publish
  id_origin origin = id_origin::none;  ///< who made it

  /// Whether the hub made it up, or there is none: newness is then judged by time stamps (S2).
  [[nodiscard]] bool synthesized() const noexcept { return origin != id_origin::connection; }

  /// Whether all three are equal.
  friend bool operator==(const message_id&, const message_id&) noexcept = default;
};

/// The text of an id, empty for none. A synthesized one begins with a character that
/// the connection id does not begin with.
[[nodiscard]] inline std::string to_string(const message_id& id, std::string_view connection_id) {
  if (id.origin == id_origin::none) return {};
  std::string text;
  if (id.origin == id_origin::connection) {
    text = connection_id;
  } else {
    text = connection_id.starts_with('~') ? "^hub" : "~hub";
  }
  text += ':';
  text += std::to_string(id.msg_serial);
  text += ':';
  text += std::to_string(id.index);
  return text;
}

namespace detail {

/// Decimal digits, and nothing else, to a number that is large enough. (<charconv> has 485 lines and this is all of it
/// that is needed.)
template <class Number>
[[nodiscard]] constexpr bool parse_number(std::string_view digits, Number& out) noexcept {
  out = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return false;
    const auto digit = static_cast<Number>(c - '0');
    if (out > (std::numeric_limits<Number>::max() - digit) / 10) return false;
    out = out * 10 + digit;
  }
  return !digits.empty();
}

}  // namespace detail

/// Reads the text of an id that came with a message of `connection_id`. An empty text is no id; a text that does not
/// begin with the connection id is synthesized, whatever else it holds.
/// Errors: `bad_request` when it begins with the connection id but does not end in `:number:number`, or a number is
/// out of range (64 bits for the serial, 32 for the index). Complexity: linear in the text.
[[nodiscard]] inline result<message_id> parse_message_id(std::string_view text,
                                                         std::string_view connection_id) noexcept {
  if (text.empty()) return message_id{};
  if (connection_id.empty() || !text.starts_with(connection_id)) {
    return message_id{0, 0, id_origin::synthesized};
  }
  const auto last = text.rfind(':');
  if (last == std::string_view::npos || last == 0) return errc::bad_request;
  const auto before = text.rfind(':', last - 1);
  if (before == std::string_view::npos || before < connection_id.size()) return errc::bad_request;
  message_id id{0, 0, id_origin::connection};
  if (!detail::parse_number(text.substr(before + 1, last - before - 1), id.msg_serial) ||
      !detail::parse_number(text.substr(last + 1), id.index)) {
    return errc::bad_request;
  }
  return id;
}

}  // namespace presence::inline PRESENCE_ABI

#endif
