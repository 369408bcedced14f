#ifndef PRESENCE_ABLY_WIRE_DATA_HPP
#define PRESENCE_ABLY_WIRE_DATA_HPP

#include <presence/ably/format.hpp>
#include <presence/ably/impl/base64.hpp>
#include <presence/detail/util/json_text.hpp>
#include <presence/detail/util/utf8.hpp>
#include <presence/payload.hpp>
#include <presence/result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace presence::inline PRESENCE_ABI::ably {

/// Data with the encodings that are still around it, the innermost first: `json/utf-8/cipher+aes-256-cbc`. A frame has
/// text or bytes and all encodings; what `decode_data` cannot undo, such as a cipher, stays and reaches the receivers.
struct wire_data {
  payload content;         ///< text or bytes; JSON once that encoding is undone
  std::string encoding{};  ///< steps with slashes between them; empty for none

  /// By value.
  friend bool operator==(const wire_data&, const wire_data&) = default;
};

namespace detail {

/// The last step of a chain. One with nothing before its only slash is left whole, which is no step that anybody knows.
[[nodiscard]] inline std::string_view last_encoding(std::string_view chain) noexcept {
  const auto slash = chain.rfind('/');
  return slash == std::string_view::npos || slash == 0 ? chain : chain.substr(slash + 1);
}
inline void drop_last_encoding(std::string& chain) {
  const auto slash = chain.rfind('/');
  chain.erase(slash == std::string::npos ? 0 : slash);
}
inline void add_encoding(std::string& chain, std::string_view step) {
  if (!chain.empty()) chain += '/';
  chain += step;
}

/// Undoes one step. No value: it is not one of ours, and the chain ends here.
[[nodiscard]] inline result<bool> undo_encoding(wire_data& data, std::size_t max_json_depth) {
  const std::string_view step = last_encoding(data.encoding);
  const std::string_view content = data.content.content();
  if (step == "base64") {
    std::string bytes;
    if (data.content.kind() != payload_kind::text || !from_base64(content, bytes)) return errc::invalid_data;
    data.content = payload::bytes(std::move(bytes));
  } else if (step == "utf-8") {
    if (data.content.kind() != payload_kind::bytes || !presence::detail::is_valid_utf8(content)) {
      return errc::invalid_data;
    }
    data.content = payload::text(std::string{content});
  } else if (step == "json") {
    if (data.content.kind() != payload_kind::text || !presence::detail::is_json(content, max_json_depth)) {
      return errc::invalid_data;
    }
    data.content = payload::json(std::string{content});
  } else {
    return false;
  }
  drop_last_encoding(data.encoding);
  return true;
}

/// Whether `encode_data` would leave it as it is.
[[nodiscard]] inline bool is_encoded(const wire_data& data, format to) noexcept {
  switch (data.content.kind()) {
    case payload_kind::json: return false;
    case payload_kind::bytes: return to == format::msgpack;
    default: return to == format::json || last_encoding(data.encoding) != "base64";
  }
}

}  // namespace detail

/// Undoes the encodings `json`, `utf-8` and `base64`, from right to left, up to one that is none of them: the rest stays
/// as it is. Without a rest the content is what a codec decodes.
/// Errors: `invalid_data` where an encoding is not what the content is in: `base64` that is none (standard alphabet, with
/// its padding), `utf-8` of bytes that are not, `json` that is not or is nested deeper than `max_json_depth`, or a step on
/// text that wants bytes, or the other way round. What was received may still be passed on as it is.
/// Complexity: linear in the size, for each encoding in the chain. Any thread.
[[nodiscard]] inline result<wire_data> decode_data(wire_data received, std::size_t max_json_depth = 64) {
  while (!received.encoding.empty()) {
    const auto undone = detail::undo_encoding(received, max_json_depth);
    if (!undone) return undone.error();
    if (!*undone) break;
  }
  return received;
}

/// The data as it stands in a frame of that format: JSON text under `json`; bytes as they are in MessagePack, and as text
/// under `base64` in JSON. Bytes that came as text under `base64` become bytes again in MessagePack.
/// Complexity: linear in the size. Any thread.
[[nodiscard]] inline wire_data encode_data(wire_data data, format to) {
  if (data.content.kind() == payload_kind::json) {
    data.content = payload::text(std::string{data.content.content()});
    detail::add_encoding(data.encoding, "json");
  }
  if (to == format::json && data.content.kind() == payload_kind::bytes) {
    data.content = payload::text(detail::to_base64(data.content.content()));
    detail::add_encoding(data.encoding, "base64");
  } else if (to == format::msgpack && data.content.kind() == payload_kind::text &&
             detail::last_encoding(data.encoding) == "base64") {
    std::string bytes;
    if (detail::from_base64(data.content.content(), bytes)) {
      data.content = payload::bytes(std::move(bytes));
      detail::drop_last_encoding(data.encoding);
    }
  }
  return data;
}

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
