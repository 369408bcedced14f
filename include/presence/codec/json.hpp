#ifndef PRESENCE_CODEC_JSON_HPP
#define PRESENCE_CODEC_JSON_HPP

#include <presence/codec/impl/json_fields.hpp>
#include <presence/detail/util/utf8.hpp>
#include <presence/extras.hpp>
#include <presence/payload.hpp>
#include <presence/result.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

// Not part of <presence/presence.hpp>, as it needs Boost.JSON: link `presence::json`, or include <boost/json/src.hpp>
// in one source file of yours. It needs exceptions in the language, as Boost.JSON does.

namespace presence::inline PRESENCE_ABI {

/// What is accepted from strangers, and therefore what is sent: text of more bytes or deeper nesting is refused in both
/// directions. Parsing takes up to some 25 times the bytes of its text in memory (measured: Boost 1.81, `[[[1]],…]`).
struct json_limits {
  std::size_t max_size = std::size_t{1024} * 1024;  ///< bytes of JSON text
  std::size_t max_depth = 32;                       ///< objects and arrays inside each other
};

/// How much the members of an incoming object must resemble those of the struct it becomes. Values always must be of
/// the members' types.
enum class json_fields : std::uint8_t {
  lenient,  ///< unknown ones are ignored, missing ones get the value of a default-constructed struct
  strict,   ///< exactly those of the struct, no fewer and no more
};

namespace detail {

[[nodiscard]] inline bool is_portable_json(const boost::json::value& value, std::size_t depth) noexcept;

/// Whether other programs can read the value: JSON has no infinity and no NaN, and depth is limited.
[[nodiscard]] inline bool is_portable_json(const boost::json::object& object, std::size_t depth) noexcept {
  return depth > 0 && std::all_of(object.begin(), object.end(),
                                  [depth](const auto& field) { return is_portable_json(field.value(), depth - 1); });
}

[[nodiscard]] inline bool is_portable_json(const boost::json::value& value, std::size_t depth) noexcept {
  if (const double* number = value.if_double()) return std::isfinite(*number);
  if (const auto* object = value.if_object()) return is_portable_json(*object, depth);
  if (const auto* array = value.if_array()) {
    return depth > 0 && std::all_of(array->begin(), array->end(),
                                    [depth](const auto& element) { return is_portable_json(element, depth - 1); });
  }
  return true;
}

/// `Json` is a `boost::json::value` or `boost::json::object`.
template <class Json>
[[nodiscard]] result<std::string> write_json(const Json& json, const json_limits& limits) {
  if (!is_portable_json(json, limits.max_depth)) return errc::invalid_data;
  std::string text = boost::json::serialize(json);
  // The serializer copies strings as they are; a parser would refuse them.
  if (text.size() > limits.max_size || !is_valid_utf8(text)) return errc::invalid_data;
  return text;
}

[[nodiscard]] inline result<boost::json::value> read_json(std::string_view text, const json_limits& limits) {
  if (text.size() > limits.max_size) return errc::invalid_data;
  boost::json::parse_options options;
  options.max_depth = limits.max_depth;
  boost::json::error_code failed;
  auto json = boost::json::parse(text, failed, {}, options);
  // The parser reads 1e999 as infinity.
  if (failed || !is_portable_json(json, limits.max_depth)) return errc::invalid_data;
  return json;
}

/// A conversion of the application's may throw, and any conversion may run out of memory.
template <class T, class Work>
[[nodiscard]] result<T> catching_json_errors(const Work& work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return std::make_error_code(std::errc::not_enough_memory);
  } catch (...) {
    return errc::invalid_data;
  }
}

}  // namespace detail

/// What Boost.JSON can turn into a value and back: described structs and enums, numbers, strings, containers, optionals
/// and types with a `tag_invoke` of their own.
template <class T>
concept json_convertible = boost::json::has_value_from<T>::value && boost::json::has_value_to<T>::value;

/// The codec of programs whose data is a struct: it travels as JSON text, so that programs in any language can read it.
/// A struct needs one line, `BOOST_DESCRIBE_STRUCT(status, (), (text, since))`; an enum, sent as its enumerator's name,
/// `BOOST_DESCRIBE_ENUM(mood, happy, busy)`; both must be default-constructible.
///
/// Incoming data is taken as hostile: its size and nesting are limited, and each value must be of its member's type, an
/// enumerator one that is known. By default members may be unknown or missing, so that programs of two versions can
/// share a room; with `json_fields::strict` an object has exactly the struct's. A missing optional member is what the
/// struct makes it, and is sent as null. Of a key that is repeated, the last counts. Numbers may be written either way
/// (`2.0` is an integer), integers must fit, and the last bit of a floating-point number may change on the way with a
/// Boost.JSON that does not parse precisely (1.81).
///
/// Any thread; linear in the size; nothing throws.
template <json_convertible T>
class json_codec {
 public:
  /// The application's data.
  using value_type = T;
  /// What it travels as.
  using payload_type = payload;

  /// Lenient, with the limits of `json_limits`.
  json_codec() noexcept = default;
  ///@{
  /// With rules and limits of yours.
  explicit json_codec(json_fields fields) noexcept : fields_(fields) {}
  explicit json_codec(json_limits limits, json_fields fields = json_fields::lenient) noexcept
      : limits_(limits),
        fields_(fields) {}
  ///@}

  /// Errors: `invalid_data` when the value has a string that is not UTF-8, a number that is not finite, more than the
  /// limits allow, or its own conversion throws; `std::errc::not_enough_memory`.
  [[nodiscard]] result<payload> encode(const T& value) const noexcept {
    return detail::catching_json_errors<payload>([&]() -> result<payload> {
      auto text = detail::write_json(boost::json::value_from(value), limits_);
      if (!text) return text.error();
      return payload::json(*std::move(text));
    });
  }

  /// Reads JSON payloads, and text payloads, which is how a client that does not tell JSON from text sends it.
  /// Errors: `invalid_data` for another kind, text that is not JSON or is over the limits, and JSON that is not a `T`;
  /// `std::errc::not_enough_memory`.
  [[nodiscard]] result<T> decode(const payload& raw) const noexcept {
    if (raw.kind() != payload_kind::json && raw.kind() != payload_kind::text) return errc::invalid_data;
    return detail::catching_json_errors<T>([&]() -> result<T> {
      auto json = detail::read_json(raw.content(), limits_);
      if (!json) return errc::invalid_data;
      if (fields_ == json_fields::lenient) detail::complete_fields<T>(*json);
      if (!detail::has_exact_fields<T>(*json)) return errc::invalid_data;
      auto value = boost::json::try_value_to<T>(*json);
      if (!value) return errc::invalid_data;
      return std::move(*value);
    });
  }

 private:
  json_limits limits_;
  json_fields fields_ = json_fields::lenient;
};

/// Extras from a JSON object. Throws `std::invalid_argument` when `parse_extras` with the same limits could not read
/// them: a string that is not UTF-8, a number that is not finite, too long or too deep.
[[nodiscard]] inline extras make_extras(const boost::json::object& object, const json_limits& limits = {}) {
  auto text = detail::write_json(object, limits);
  if (!text) detail::throw_invalid_argument("presence: extras that cannot be written as JSON");
  return extras::from_json(*std::move(text));
}

/// Extras as a JSON object; none at all are an empty object. Of a key that is repeated, the last counts.
/// Errors: `invalid_data` when they are not the text of an object or are over the limits;
/// `std::errc::not_enough_memory`. Any thread; linear in the size.
[[nodiscard]] inline result<boost::json::object> parse_extras(const extras& from,
                                                              const json_limits& limits = {}) noexcept {
  return detail::catching_json_errors<boost::json::object>([&]() -> result<boost::json::object> {
    if (from.empty()) return boost::json::object{};
    auto json = detail::read_json(from.json(), limits);
    if (!json || !json->is_object()) return errc::invalid_data;
    return std::move(json->get_object());
  });
}

}  // namespace presence::inline PRESENCE_ABI

#endif
