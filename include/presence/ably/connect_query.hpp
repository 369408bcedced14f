#ifndef PRESENCE_ABLY_CONNECT_QUERY_HPP
#define PRESENCE_ABLY_CONNECT_QUERY_HPP

#include <presence/ably/format.hpp>
#include <presence/detail/util/utf8.hpp>
#include <presence/message_id.hpp>
#include <presence/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace presence::inline PRESENCE_ABI::ably {

/// What a connection asks for in the query of its URL. An empty value is the same as none. Key, token and the connection
/// keys to resume are secret; nothing here writes them to a stream, and no error holds any of them.
struct connect_query {
  std::optional<std::string> key{};           ///< an API key: `app.keyId:secret`
  std::optional<std::string> access_token{};  ///< a token of Ably's or a JWT
  std::optional<std::string> client_id{};     ///< the identity that is asked for
  std::optional<std::string> resume{};        ///< a connection key
  std::optional<std::string> recover{};       ///< a connection key, from another process
  ably::format format = ably::format::json;   ///< of the frames in both directions
  bool heartbeats = true;                     ///< idle is to be broken by messages; false: WebSocket pings will do
  bool echo = true;                           ///< own channel messages; presence is always echoed
  std::string version{};                      ///< any is accepted
  std::optional<std::chrono::milliseconds> remain_present_for{};  ///< after an unclean drop
};

/// What a query may hold; more is refused.
struct query_limits {
  std::size_t max_size = 16384;  ///< bytes, of which a token takes most
  std::size_t max_params = 64;   ///< parameters, also those that are ignored
};

namespace detail {

[[nodiscard]] constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Undoes percent-encoding, in which a plus is a space. False where a percent sign is not followed by two digits.
[[nodiscard]] inline bool percent_decode(std::string_view text, std::string& out) {
  out.clear();
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at] == '+' ? ' ' : text[at];
      continue;
    }
    if (text.size() - at < 3) return false;
    const int high = hex_value(text[at + 1]);
    const int low = hex_value(text[at + 2]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
    at += 2;
  }
  return true;
}

class query_reader {
 public:
  /// False: it makes no sense.
  [[nodiscard]] bool param(std::string_view pair) {
    const auto equals = pair.find('=');
    std::string name;
    std::string value;
    if (!percent_decode(pair.substr(0, equals), name)) return false;
    if (equals != std::string_view::npos && !percent_decode(pair.substr(equals + 1), value)) return false;
    if (!presence::detail::is_valid_utf8(value)) return false;
    if (value.empty()) return true;
    if (name == "key") return once(query.key, value);
    if (name == "access_token" || name == "accessToken") return once(query.access_token, value);
    if (name == "clientId") return once(query.client_id, value);
    if (name == "resume") return once(query.resume, value);
    if (name == "recover") return once(query.recover, value);
    if (name == "format") return format(value);
    if (name == "remainPresentFor") return remain(value);
    if (name == "heartbeats") {
      query.heartbeats = value != "false";
    } else if (name == "echo") {
      query.echo = value != "false";
    } else if (name == "v") {
      query.version = std::move(value);
    }
    return true;
  }

  connect_query query;

 private:
  /// Two identities cannot both be meant.
  [[nodiscard]] static bool once(std::optional<std::string>& out, std::string& value) {
    if (out) return false;
    out = std::move(value);
    return true;
  }
  [[nodiscard]] bool format(std::string_view value) {
    query.format = value == "msgpack" ? ably::format::msgpack : ably::format::json;
    return value == "msgpack" || value == "json";
  }
  [[nodiscard]] bool remain(std::string_view value) {
    std::uint32_t ms = 0;
    if (!presence::detail::parse_number(value, ms)) return false;
    query.remain_present_for = std::chrono::milliseconds{ms};
    return true;
  }
};

}  // namespace detail

/// Reads the query of the URL that a client connects to: what stands behind the question mark. Names and values are
/// percent-decoded; a parameter that is not known is ignored, as clients add some of their own.
/// Errors: `bad_request` for a percent sign without two digits, a value that is not UTF-8, a key, token, client id or
/// connection key that comes twice (`accessToken` and `access_token` are one), a `format` other than `json` and `msgpack`,
/// a `remainPresentFor` that is no number of milliseconds below 2^32; `message_too_large` beyond the limits.
/// Linear; any thread.
[[nodiscard]] inline result<connect_query> parse_connect_query(std::string_view text, const query_limits& limits = {}) {
  if (text.size() > limits.max_size) return errc::message_too_large;
  detail::query_reader reader;
  std::size_t params = 0;
  while (!text.empty()) {
    const auto end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (pair.empty()) continue;
    if (++params > limits.max_params) return errc::message_too_large;
    if (!reader.param(pair)) return errc::bad_request;
  }
  return std::move(reader.query);
}

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
