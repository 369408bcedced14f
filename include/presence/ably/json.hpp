#ifndef PRESENCE_ABLY_JSON_HPP
#define PRESENCE_ABLY_JSON_HPP

#include <presence/ably/format.hpp>
#include <presence/ably/frame_error.hpp>
#include <presence/ably/impl/frame_builder.hpp>
#include <presence/ably/impl/json_writer.hpp>
#include <presence/ably/impl/write_frame.hpp>
#include <presence/ably/protocol_message.hpp>
#include <presence/detail/util/utf8.hpp>
#include <presence/result.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/string_view.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace presence::inline PRESENCE_ABI::ably {
namespace detail {

/// What Boost.JSON's parser sees, for the builder. Strings may come in parts.
class json_events {
 public:
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

  using code = boost::json::error_code;
  using view = boost::json::string_view;

  explicit json_events(const decode_limits& limits) noexcept : builder(limits) {}

  bool on_document_begin(code&) { return true; }
  bool on_document_end(code&) { return true; }
  bool on_object_begin(code& e) { return go_on(builder.begin_object(), e); }
  bool on_object_end(std::size_t, code& e) { return go_on(builder.end_object(), e); }
  bool on_array_begin(code& e) { return go_on(builder.begin_array(), e); }
  bool on_array_end(std::size_t, code& e) { return go_on(builder.end_array(), e); }
  bool on_key_part(view part, std::size_t, code& e) { return more(part, e); }
  bool on_key(view part, std::size_t, code& e) { return go_on(builder.key(whole(part)), e); }
  bool on_string_part(view part, std::size_t, code& e) { return more(part, e); }
  bool on_string(view part, std::size_t, code& e) { return go_on(builder.string(whole(part)), e); }
  bool on_number_part(view part, code& e) { return more(part, e); }
  bool on_int64(std::int64_t number, view part, code& e) {
    whole(part);
    return go_on(builder.integer(number), e);
  }
  bool on_uint64(std::uint64_t number, view part, code& e) {
    whole(part);
    return go_on(builder.integer(number), e);
  }
  bool on_double(double number, view part, code& e) { return go_on(builder.real(number, whole(part)), e); }
  bool on_bool(bool value, code& e) { return go_on(builder.boolean(value), e); }
  bool on_null(code& e) { return go_on(builder.null(), e); }
  bool on_comment_part(view, code&) { return true; }
  bool on_comment(view, code&) { return true; }

  frame_builder builder;

 private:
  bool go_on(bool yes, code& e) {
    if (!yes) e = boost::json::error::exception;  // any; the builder knows which
    return yes;
  }
  bool more(view part, code&) {
    parts_.append(part.data(), part.size());
    return true;
  }
  /// Valid until the next string begins.
  std::string_view whole(view last) {
    if (parts_.empty()) return {last.data(), last.size()};
    whole_.assign(parts_).append(last.data(), last.size());
    parts_.clear();
    return whole_;
  }

  std::string parts_;
  std::string whole_;
};

[[nodiscard]] inline result<protocol_message> parse_json(std::string_view text, const decode_limits& limits) {
  boost::json::parse_options options;
  options.max_depth = std::max(limits.max_depth, limits.max_depth + 1);  // so that it is the builder who finds out
  boost::json::basic_parser<json_events> parser{options, limits};
  boost::json::error_code failed;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), failed);
  frame_builder& builder = parser.handler().builder;
  if (const auto why = builder.error()) return make_error_code(*why);
  if (failed)
    return make_error_code(presence::detail::is_valid_utf8(text) ? frame_errc::malformed : frame_errc::invalid_utf8);
  if (!builder.done()) return make_error_code(frame_errc::malformed);
  if (read != text.size()) return make_error_code(frame_errc::trailing_bytes);
  return builder.take();
}

}  // namespace detail

/// Reads a frame of JSON text. It is taken as hostile: beyond the limits nothing is kept, and what is skipped must still be
/// JSON in UTF-8. Where the protocol leaves a choice:
///  - a null is the same as the field's absence; a field that is not known is ignored, whatever it holds;
///  - a field that is known and comes twice, or with a value of another type, makes the frame bad;
///  - an integer may be written as `2.0`; one that is none, or does not fit, makes the frame bad;
///  - nothing but white space may surround the object.
/// Extras are kept as text without the white space in it; their numbers stay as they were written where they are no
/// integers, and a key of theirs may come twice.
/// Errors: `frame_errc`; `std::errc::not_enough_memory`. Complexity: linear in the size. Any thread; nothing throws.
[[nodiscard]] inline result<protocol_message> decode_json(std::string_view text,
                                                          const decode_limits& limits = {}) noexcept {
  if (text.size() > limits.max_size) return make_error_code(frame_errc::too_large);
  try {
    return detail::parse_json(text, limits);
  } catch (...) {  // nothing else is thrown in there
    return std::make_error_code(std::errc::not_enough_memory);
  }
}

/// Writes a frame of JSON text. Nothing is sent as null. Zeroes and empty texts that mean something are sent: action,
/// the channel of a name, message serial and count of an ACK or NACK (0 and 1 where they were not set), the flags of an
/// ATTACHED, the items of a SYNC or PRESENCE.
/// A string that is not UTF-8 is sent with U+FFFD for what is not ASCII in it, extras that are no JSON object are left out.
/// Complexity: linear in the size. Any thread. Throws `std::bad_alloc` only.
[[nodiscard]] inline std::string encode_json(const protocol_message& message) {
  detail::json_writer out;
  out.reserve(384);  // an event of one member
  detail::frame_writer{out, format::json}.object(message);
  return out.take();
}

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
