#ifndef PRESENCE_CODEC_BYTES_HPP
#define PRESENCE_CODEC_BYTES_HPP

#include <presence/payload.hpp>
#include <presence/result.hpp>

#include <cstddef>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI {

/// The codec of programs that serialize by themselves: bytes travel as a bytes payload, whatever they are.
/// Any thread; linear in the size; only lack of memory throws.
struct bytes_codec {
  /// The application's data.
  using value_type = std::vector<std::byte>;
  /// What it travels as.
  using payload_type = payload;

  /// Never fails.
  [[nodiscard]] result<payload> encode(const std::vector<std::byte>& value) const {
    std::string content(value.size(), '\0');
    if (!value.empty()) std::memcpy(content.data(), value.data(), value.size());
    return payload::bytes(std::move(content));
  }

  /// Errors: `invalid_data` when `raw` is not a bytes payload.
  [[nodiscard]] result<std::vector<std::byte>> decode(const payload& raw) const {
    if (raw.kind() != payload_kind::bytes) return errc::invalid_data;
    std::vector<std::byte> value(raw.size());
    if (!value.empty()) std::memcpy(value.data(), raw.content().data(), value.size());
    return value;
  }
};

}  // namespace presence::inline PRESENCE_ABI

#endif
