#ifndef PRESENCE_CODEC_TEXT_HPP
#define PRESENCE_CODEC_TEXT_HPP

#include <presence/detail/util/utf8.hpp>
#include <presence/payload.hpp>
#include <presence/result.hpp>

#include <string>

namespace presence::inline PRESENCE_ABI {

/// The codec of programs whose presence data is a text: a `std::string` travels as a text payload.
///
/// Text is UTF-8 on every transport, so both directions refuse anything else: what one participant could send and
/// another could not read would be found out too late. Any thread; linear in the size; only lack of memory throws.
struct text_codec {
  /// The application's data.
  using value_type = std::string;
  /// What it travels as.
  using payload_type = payload;

  /// Errors: `invalid_data` when `value` is not UTF-8.
  [[nodiscard]] result<payload> encode(const std::string& value) const {
    if (!detail::is_valid_utf8(value)) return errc::invalid_data;
    return payload::text(value);
  }

  /// Errors: `invalid_data` when `raw` is not a text payload, or not UTF-8.
  [[nodiscard]] result<std::string> decode(const payload& raw) const {
    if (raw.kind() != payload_kind::text || !detail::is_valid_utf8(raw.content())) return errc::invalid_data;
    return std::string{raw.content()};
  }
};

}  // namespace presence::inline PRESENCE_ABI

#endif
