#ifndef PRESENCE_ABLY_FRAME_ERROR_HPP
#define PRESENCE_ABLY_FRAME_ERROR_HPP

#include <presence/error.hpp>

#include <string>
#include <system_error>
#include <type_traits>

namespace presence::inline PRESENCE_ABI::ably {

/// Why a frame was refused. For the log of whoever received it; what its sender is told is `to_errc` of it.
enum class frame_errc : int {
  malformed = 1,    ///< not JSON, or not MessagePack, or cut off
  trailing_bytes,   ///< something follows the object
  not_an_object,    ///< the frame is another value than an object
  no_action,        ///< without the field `action`
  wrong_type,       ///< a field that is known has a value of another type
  out_of_range,     ///< a number that does not fit, or is no integer where one belongs
  duplicate_field,  ///< a field that is known comes twice in one object
  invalid_utf8,     ///< a string is not UTF-8
  invalid_extras,   ///< `extras` that JSON cannot hold: bytes, a number that is not finite, a key that is no string
  too_large,        ///< more bytes than `decode_limits::max_size`
  too_deep,         ///< nested deeper than `decode_limits::max_depth`
  too_many,         ///< more presence items or channel parameters than the limits allow
  too_long,         ///< an id, a name, a serial or a text beyond its limit
};

namespace detail {

class frame_category final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "presence.ably"; }
  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<frame_errc>(code)) {
      case frame_errc::malformed: return "the frame is malformed or cut off";
      case frame_errc::trailing_bytes: return "bytes follow the frame's object";
      case frame_errc::not_an_object: return "the frame is not an object";
      case frame_errc::no_action: return "the frame has no action";
      case frame_errc::wrong_type: return "a field of the frame has the wrong type";
      case frame_errc::out_of_range: return "a number in the frame is out of range";
      case frame_errc::duplicate_field: return "a field of the frame is repeated";
      case frame_errc::invalid_utf8: return "a string in the frame is not UTF-8";
      case frame_errc::invalid_extras: return "extras that cannot be written as JSON";
      case frame_errc::too_large: return "the frame is too large";
      case frame_errc::too_deep: return "the frame is nested too deeply";
      case frame_errc::too_many: return "the frame has too many items";
      case frame_errc::too_long: return "a string in the frame is too long";
    }
    return "unknown frame error";
  }
};

}  // namespace detail

/// The category of every `frame_errc`; its name is "presence.ably".
[[nodiscard]] inline const std::error_category& frame_category() noexcept {
  static const detail::frame_category category;
  return category;
}

/// The code of a `frame_errc`, which converts to one by itself.
[[nodiscard]] inline std::error_code make_error_code(frame_errc e) noexcept {
  return {static_cast<int>(e), frame_category()};
}

/// What a client is told of an error of this layer, as a number of Ably's: `message_too_large` where a limit was
/// exceeded, `invalid_data` for extras, else `bad_request`. An `errc` stays itself.
[[nodiscard]] inline errc to_errc(std::error_code error) noexcept {
  if (error.category() == presence_category()) return static_cast<errc>(error.value());
  if (error.category() != frame_category()) return errc::bad_request;
  switch (static_cast<frame_errc>(error.value())) {
    case frame_errc::too_large:
    case frame_errc::too_deep:
    case frame_errc::too_many:
    case frame_errc::too_long: return errc::message_too_large;
    case frame_errc::invalid_extras: return errc::invalid_data;
    default: return errc::bad_request;
  }
}

}  // namespace presence::inline PRESENCE_ABI::ably

template <>
struct std::is_error_code_enum<presence::ably::frame_errc> : std::true_type {};

#endif
