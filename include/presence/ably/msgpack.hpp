#ifndef PRESENCE_ABLY_MSGPACK_HPP
#define PRESENCE_ABLY_MSGPACK_HPP

#include <presence/ably/format.hpp>
#include <presence/ably/frame_error.hpp>
#include <presence/ably/impl/frame_builder.hpp>
#include <presence/ably/impl/msgpack_writer.hpp>
#include <presence/ably/impl/write_frame.hpp>
#include <presence/ably/protocol_message.hpp>
#include <presence/detail/util/utf8.hpp>
#include <presence/result.hpp>

#include <cstddef>
#include <cstdint>
#include <msgpack/null_visitor.hpp>
#include <msgpack/parse.hpp>
#include <msgpack/unpack.hpp>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

namespace presence::inline PRESENCE_ABI::ably {
namespace detail {

/// What msgpack's parser sees, for the builder. It tells the keys of a map like values, between two marks.
class msgpack_events : public msgpack::null_visitor {
 public:
  explicit msgpack_events(const decode_limits& limits) noexcept : builder(limits) {}

  bool visit_nil() { return in_key_ ? builder.foreign_key() : builder.null(); }
  bool visit_boolean(bool value) { return in_key_ ? builder.foreign_key() : builder.boolean(value); }
  bool visit_positive_integer(std::uint64_t number) {
    return in_key_ ? builder.foreign_key() : builder.integer(number);
  }
  bool visit_negative_integer(std::int64_t number) { return in_key_ ? builder.foreign_key() : builder.integer(number); }
  bool visit_float32(float number) { return visit_float64(static_cast<double>(number)); }
  bool visit_float64(double number) { return in_key_ ? builder.foreign_key() : builder.real(number); }
  bool visit_str(const char* text, std::uint32_t size) {
    const std::string_view content = view(text, size);
    if (!presence::detail::is_valid_utf8(content)) return builder.fail(frame_errc::invalid_utf8);
    return in_key_ ? builder.key(content) : builder.string(content);
  }
  bool visit_bin(const char* bytes, std::uint32_t size) {
    return in_key_ ? builder.foreign_key() : builder.bytes(view(bytes, size));
  }
  bool visit_ext(const char*, std::uint32_t) { return in_key_ ? builder.foreign_key() : builder.foreign(); }
  // A map or array as a key is refused even where nobody looks: what is in it would be taken for keys.
  bool start_array(std::uint32_t) { return in_key_ ? builder.fail(frame_errc::wrong_type) : builder.begin_array(); }
  bool end_array() { return builder.end_array(); }
  bool start_map(std::uint32_t) { return in_key_ ? builder.fail(frame_errc::wrong_type) : builder.begin_object(); }
  bool end_map() { return builder.end_object(); }
  bool start_map_key() { return in_key_ = true; }
  bool end_map_key() {
    in_key_ = false;
    return true;
  }

  frame_builder builder;

 private:
  /// The parser gives an empty string with any address.
  static std::string_view view(const char* from, std::uint32_t size) {
    return size == 0 ? std::string_view{} : std::string_view{from, size};
  }

  bool in_key_ = false;
};

[[nodiscard]] inline result<protocol_message> parse_msgpack(std::string_view bytes, const decode_limits& limits) {
  msgpack_events events{limits};
  std::size_t read = 0;
  // The parser gives a stop by the visitor, bytes that make no sense, and too few of them the same answer.
  msgpack::parse(bytes.data(), bytes.size(), read, events);
  if (const auto why = events.builder.error()) return make_error_code(*why);
  if (!events.builder.done()) return make_error_code(frame_errc::malformed);
  if (read != bytes.size()) return make_error_code(frame_errc::trailing_bytes);
  return events.builder.take();
}

}  // namespace detail

/// Reads a frame of MessagePack, by the rules of `decode_json`. Of what JSON has not: bytes may be the data, and nothing
/// else; a value of an extension type is ignored where the field is not known; a key that is no string may stand only
/// inside a field that is not known, and a map or array is no key even there; every string must be UTF-8.
/// Extras become the text of JSON, so that they cannot hold bytes and numbers that are not finite.
/// Errors: `frame_errc`; `std::errc::not_enough_memory`. Complexity: linear in the size, whatever sizes the frame claims.
/// Any thread; nothing throws.
[[nodiscard]] inline result<protocol_message> decode_msgpack(std::string_view bytes,
                                                             const decode_limits& limits = {}) noexcept {
  if (bytes.size() > limits.max_size) return make_error_code(frame_errc::too_large);
  try {
    return detail::parse_msgpack(bytes, limits);
  } catch (const std::bad_alloc&) {
    return std::make_error_code(std::errc::not_enough_memory);
  } catch (...) {  // an extension that is as long as a 32 bit machine can address
    return make_error_code(frame_errc::malformed);
  }
}

/// Writes a frame of MessagePack, by the rules of `encode_json`. Integers take as few bytes as they can. Extras with a
/// number that no double can hold are sent empty.
/// Complexity: linear in the size, in that of extras times their depth. Any thread. Throws `std::bad_alloc` only.
[[nodiscard]] inline std::string encode_msgpack(const protocol_message& message) {
  detail::msgpack_writer out;
  detail::frame_writer{out, format::msgpack}.object(message);
  return out.take();
}

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
