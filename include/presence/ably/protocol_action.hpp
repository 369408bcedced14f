#ifndef PRESENCE_ABLY_PROTOCOL_ACTION_HPP
#define PRESENCE_ABLY_PROTOCOL_ACTION_HPP

#include <presence/version.hpp>

#include <cstdint>
#include <iosfwd>
#include <string_view>

namespace presence::inline PRESENCE_ABI::ably {

/// What a protocol message is about. The numbers are those of the wire. A number that came over one need not be an
/// enumerator; it is kept, and the message is to be ignored.
enum class protocol_action : std::int32_t {
  heartbeat = 0,     ///< either way: the connection lives; with an id it is a ping or its answer
  ack = 1,           ///< messages were accepted
  nack = 2,          ///< messages were refused
  connect = 3,       ///< not used
  connected = 4,     ///< the connection, or its new details
  disconnect = 5,    ///< the client drops its transport and means to come back
  disconnected = 6,  ///< the server drops it
  close = 7,         ///< the client ends its connection, members and all
  closed = 8,        ///< the answer
  error = 9,         ///< of a channel, or without one of the connection
  attach = 10,       ///< to a channel
  attached = 11,     ///< the answer, or a change of the attachment
  detach = 12,       ///< from a channel
  detached = 13,     ///< the answer, or unasked
  presence = 14,     ///< members enter, update, leave
  message = 15,      ///< channel messages, which are no business of this library
  sync = 16,         ///< a page of the members; from a client: it wants them
  auth = 17,         ///< a new token; from the server: it wants one
  activate = 18,     ///< to be ignored, as the rest
  object = 19,       ///< changes of objects
  object_sync = 20,  ///< a page of objects
  annotation = 21,   ///< of messages
};

/// Whether the value is one of the enumerators. Constant time.
[[nodiscard]] constexpr bool is_known(protocol_action a) noexcept {
  return a >= protocol_action::heartbeat && a <= protocol_action::annotation;
}

/// The action's name, as the protocol's documents write it, or `UNKNOWN`.
[[nodiscard]] constexpr std::string_view to_string(protocol_action a) noexcept {
  switch (a) {
    case protocol_action::heartbeat: return "HEARTBEAT";
    case protocol_action::ack: return "ACK";
    case protocol_action::nack: return "NACK";
    case protocol_action::connect: return "CONNECT";
    case protocol_action::connected: return "CONNECTED";
    case protocol_action::disconnect: return "DISCONNECT";
    case protocol_action::disconnected: return "DISCONNECTED";
    case protocol_action::close: return "CLOSE";
    case protocol_action::closed: return "CLOSED";
    case protocol_action::error: return "ERROR";
    case protocol_action::attach: return "ATTACH";
    case protocol_action::attached: return "ATTACHED";
    case protocol_action::detach: return "DETACH";
    case protocol_action::detached: return "DETACHED";
    case protocol_action::presence: return "PRESENCE";
    case protocol_action::message: return "MESSAGE";
    case protocol_action::sync: return "SYNC";
    case protocol_action::auth: return "AUTH";
    case protocol_action::activate: return "ACTIVATE";
    case protocol_action::object: return "OBJECT";
    case protocol_action::object_sync: return "OBJECT_SYNC";
    case protocol_action::annotation: return "ANNOTATION";
  }
  return "UNKNOWN";
}

/// Writes `to_string`.
template <class Traits>
std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out, protocol_action a) {
  return out << to_string(a);
}

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
