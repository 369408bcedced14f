// The query of a URL, and an API key: refused, or read, and what was read written and read again as the same.
#include "fuzz/input.hpp"
#include <presence/ably/api_key.hpp>
#include <presence/ably/connect_query.hpp>

#include <optional>
#include <string>

namespace presence::fuzz {
namespace {

void add(std::string& query, std::string_view name, const std::optional<std::string>& value) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  if (!value) return;
  if (!query.empty()) query += '&';
  query.append(name) += '=';
  for (const char c : *value) {
    const auto byte = static_cast<unsigned char>(c);
    query += '%';
    query += hex[byte >> 4U];
    query += hex[byte & 15U];
  }
}

void check_query(std::string_view text) {
  const auto read = ably::parse_connect_query(text, {4096, 16});
  if (!read) {
    require(read.error() == errc::bad_request || read.error() == errc::message_too_large, "another error");
    return;
  }
  std::string query;
  add(query, "key", read->key);
  add(query, "accessToken", read->access_token);
  add(query, "clientId", read->client_id);
  add(query, "resume", read->resume);
  add(query, "recover", read->recover);
  for (const auto* value : {&read->key, &read->access_token, &read->client_id, &read->resume, &read->recover}) {
    require(!*value || (!(*value)->empty() && detail::is_valid_utf8(**value)), "empty, or not UTF-8");
  }
  const auto again = ably::parse_connect_query(query);
  require(again && again->key == read->key && again->access_token == read->access_token &&
              again->client_id == read->client_id && again->resume == read->resume && again->recover == read->recover,
          "not read as written");
}

void check_key(std::string_view text) {
  const auto read = ably::api_key::parse(text);
  if (!read) {
    require(read.error() == errc::bad_request, "another error for a key");
    return;
  }
  require(read->name() + ":" + read->secret() == text, "the key is not its name and its secret");
  require(read->matches(*read), "another key than itself");
}

}  // namespace
}  // namespace presence::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  presence::fuzz::check_query(text);
  presence::fuzz::check_key(text);
  return 0;
}
