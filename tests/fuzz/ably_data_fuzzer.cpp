// Data and its encodings: a line with the encodings, then the content; the first byte says whether it is text.
#include "fuzz/input.hpp"
#include <presence/ably/wire_data.hpp>
#include <presence/detail/util/utf8.hpp>

#include <string>

namespace presence::fuzz {
namespace {

void check(const ably::wire_data& sent) {
  for (const auto as : {ably::format::json, ably::format::msgpack}) {
    const auto encoded = encode_data(sent, as);
    require(!ably::detail::is_encoded(sent, as) || encoded == sent, "changed although it is encoded");
    require(encode_data(encoded, as) == encoded, "encoded twice");
    require(as == ably::format::msgpack || encoded.content.kind() == payload_kind::text, "bytes in JSON");
    require(encode_data(encoded, ably::format::json) == encode_data(sent, ably::format::json),
            "the way makes a difference");
    const auto straight = decode_data(sent);
    const auto decoded = decode_data(encoded);
    require(straight.has_value() == decoded.has_value(), "encoding makes a difference to whether it can be decoded");
    require(!straight || *straight == *decoded, "decoded as something else");
  }
  const auto decoded = decode_data(sent);
  if (!decoded) {
    require(decoded.error() == errc::invalid_data, "another error");
    return;
  }
  require(sent.encoding.starts_with(decoded->encoding), "the rest of the chain is another one");
  require(decode_data(*decoded).value() == *decoded, "not decoded to the end");
  require(decode_data(encode_data(*decoded, ably::format::json)).value() == *decoded, "not read as written");
  require(decode_data(encode_data(*decoded, ably::format::msgpack)).value() == *decoded, "not read as written");
}

}  // namespace
}  // namespace presence::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using presence::payload;
  presence::fuzz::input in{data, size};
  const bool text = (in.byte() & 1U) != 0;
  const std::string_view rest = in.rest();
  const auto line = rest.find('\n');
  std::string encoding{rest.substr(0, line)};
  std::string content{line == std::string_view::npos ? std::string_view{} : rest.substr(line + 1)};
  if (!presence::detail::is_valid_utf8(encoding) || (text && !presence::detail::is_valid_utf8(content))) return 0;
  presence::fuzz::check(
      {text ? payload::text(std::move(content)) : payload::bytes(std::move(content)), std::move(encoding)});
  return 0;
}
