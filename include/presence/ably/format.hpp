#ifndef PRESENCE_ABLY_FORMAT_HPP
#define PRESENCE_ABLY_FORMAT_HPP

#include <presence/version.hpp>

#include <cstddef>
#include <cstdint>

namespace presence::inline PRESENCE_ABI::ably {

/// What the frames of a connection are written in, in both directions. It belongs to the connection, whatever kind of
/// WebSocket frame carries them: a client may send JSON in binary frames.
enum class format : std::uint8_t {
  json,     ///< also where a connection does not say
  msgpack,  ///< MessagePack
};

/// How many formats there are.
inline constexpr std::size_t format_count = 2;

/// What a frame from a stranger may hold; more is refused. None of them is a quota: that data is too large for a room is
/// said by the hub, in an answer to the one message.
struct decode_limits {
  std::size_t max_size = std::size_t{512} * 1024;  ///< bytes of a frame; also of each data, extras and token in it
  std::size_t max_depth = 32;                      ///< objects and arrays inside each other, the frame included
  std::size_t max_items = 4096;                    ///< presence items
  std::size_t max_params = 64;                     ///< channel parameters
  std::size_t max_name = 2048;                     ///< bytes of an id, a name, a serial, an encoding, a parameter
};

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
