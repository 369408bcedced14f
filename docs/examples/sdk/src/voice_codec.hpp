// What a person shows, as bytes: a version, two flags, and the device.
#ifndef PARLEY_VOICE_CODEC_HPP
#define PARLEY_VOICE_CODEC_HPP

#include <presence/codec.hpp>
#include <presence/payload.hpp>
#include <presence/result.hpp>

#include <cstddef>
#include <parley/parley.hpp>
#include <string>

namespace parley {

struct voice_codec {
  using value_type = voice;
  using payload_type = presence::payload;

  static constexpr char version = 1;
  static constexpr std::size_t max_device = 256;  // bytes

  [[nodiscard]] presence::result<presence::payload> encode(const voice& shows) const {
    if (shows.device.view().size() > max_device) return presence::errc::invalid_data;
    std::string bytes{version, static_cast<char>((shows.muted ? 1 : 0) | (shows.speaking ? 2 : 0))};
    bytes += shows.device.view();
    return presence::payload::bytes(std::move(bytes));
  }
  [[nodiscard]] presence::result<voice> decode(const presence::payload& raw) const {
    const auto bytes = raw.content();
    if (raw.kind() != presence::payload_kind::bytes || bytes.size() < 2 || bytes.size() > 2 + max_device) {
      return presence::errc::invalid_data;
    }
    if (bytes[0] != version || static_cast<unsigned char>(bytes[1]) > 3) return presence::errc::invalid_data;
    return voice{(bytes[1] & 1) != 0, (bytes[1] & 2) != 0, text{bytes.substr(2)}};
  }
};
static_assert(presence::codec<voice_codec>);

}  // namespace parley

#endif
