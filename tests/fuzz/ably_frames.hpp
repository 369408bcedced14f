// What must hold of a frame that was read, whichever format it came in.
#ifndef PRESENCE_TESTS_FUZZ_ABLY_FRAMES_HPP
#define PRESENCE_TESTS_FUZZ_ABLY_FRAMES_HPP

#include "fuzz/input.hpp"
#include <presence/ably/frame.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace presence::fuzz {

inline ably::decode_limits small_limits() {
  ably::decode_limits limits;
  limits.max_size = 2048;
  limits.max_depth = 8;
  limits.max_items = 8;
  limits.max_params = 4;
  limits.max_name = 64;
  return limits;
}

/// What was written is read, and written again as the same.
inline ably::protocol_message check_written(const ably::protocol_message& message, ably::format as) {
  const std::string written = encode(message, as);
  auto read = ably::decode(written, as);
  require(read.has_value(), "what was read cannot be written so that it can be read");
  require(encode(*read, as) == written, "written differently after it was read");
  return *std::move(read);
}

inline void check_read(const ably::protocol_message& message) {
  const auto limits = small_limits();
  require(message.id.size() <= limits.max_name && message.params.size() <= limits.max_params, "beyond the limits");
  require(!message.presence || message.presence->size() <= limits.max_items, "more items than allowed");
  check_written(message, ably::format::json);
  check_written(message, ably::format::msgpack);

  // Extras apart, whose numbers MessagePack cannot keep as they were written, nothing depends on the way.
  auto plain = message;
  if (plain.presence) {
    for (auto& item : *plain.presence) item.extras = {};
  }
  const auto through_json = check_written(plain, ably::format::json);
  const auto through_msgpack = check_written(plain, ably::format::msgpack);
  require(encode(through_json, ably::format::msgpack) == encode(plain, ably::format::msgpack),
          "JSON changed something");
  require(encode(through_msgpack, ably::format::json) == encode(plain, ably::format::json),
          "MessagePack changed something");
}

inline int check_frame(std::string_view frame, ably::format as) {
  const auto read = ably::decode(frame, as, small_limits());
  if (!read) {
    require(read.error().category() == ably::frame_category(), "another kind of error");
  } else {
    check_read(*read);
  }
  return 0;
}

}  // namespace presence::fuzz

#endif
