#ifndef PRESENCE_ABLY_FRAME_HPP
#define PRESENCE_ABLY_FRAME_HPP

#include <presence/ably/json.hpp>
#include <presence/ably/msgpack.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace presence::inline PRESENCE_ABI::ably {

/// Reads a frame of the connection's format: `decode_json` or `decode_msgpack`, with their errors and guarantees.
[[nodiscard]] inline result<protocol_message> decode(std::string_view frame, format as,
                                                     const decode_limits& limits = {}) noexcept {
  return as == format::json ? decode_json(frame, limits) : decode_msgpack(frame, limits);
}

/// Writes a frame of the connection's format: `encode_json` or `encode_msgpack`.
[[nodiscard]] inline std::string encode(const protocol_message& message, format as) {
  return as == format::json ? encode_json(message) : encode_msgpack(message);
}

/// One protocol message for any number of receivers: it is encoded when the first receiver of a format asks, and all of
/// them share the frame. Not for several threads at once; the frames are.
class broadcast {
 public:
  /// A frame that is the same for all who get it, and stays as long as one of them has it.
  using shared_frame = std::shared_ptr<const std::string>;

  /// Encodes nothing yet.
  explicit broadcast(protocol_message message) : message_(std::move(message)) {}

  /// What is sent.
  [[nodiscard]] const protocol_message& message() const noexcept { return message_; }

  /// The frame in that format; never null. Complexity: as `encode` for the first time in a format, then constant.
  /// Throws `std::bad_alloc` only, and may then be asked again.
  [[nodiscard]] const shared_frame& frame(format as) {
    shared_frame& made = frames_[static_cast<std::size_t>(as)];
    if (!made) {
      made = std::make_shared<const std::string>(encode(message_, as));
      ++encodings_;
    }
    return made;
  }

  /// How often the message has been encoded so far: at most once for each format.
  [[nodiscard]] std::size_t encodings() const noexcept { return encodings_; }

 private:
  protocol_message message_;
  std::array<shared_frame, format_count> frames_{};
  std::size_t encodings_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
