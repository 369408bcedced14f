#ifndef PRESENCE_ABLY_API_KEY_HPP
#define PRESENCE_ABLY_API_KEY_HPP

#include <presence/detail/util/secret.hpp>
#include <presence/result.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace presence::inline PRESENCE_ABI::ably {

/// A key as `app.keyId:secret`. The name, `app.keyId`, is public and may be logged; the secret cannot be printed by
/// accident, as nothing here writes a key to a stream and no error holds any of it.
class api_key {
 public:
  /// Reads a key. Each of the three parts is made of letters, digits, `_` and `-`; the secret may also have the other
  /// characters of base64.
  /// Errors: `bad_request` for anything else, and for more than 512 bytes. Linear; any thread.
  [[nodiscard]] static result<api_key> parse(std::string_view text) {
    const auto colon = text.find(':');
    const auto dot = text.find('.');
    if (text.size() > 512 || colon == std::string_view::npos || dot >= colon) return errc::bad_request;
    const std::string_view app = text.substr(0, dot);
    const std::string_view id = text.substr(dot + 1, colon - dot - 1);
    const std::string_view secret = text.substr(colon + 1);
    if (!is_made_of(app, "_-") || !is_made_of(id, "_-") || !is_made_of(secret, "_-+/=")) return errc::bad_request;
    return api_key{std::string{text.substr(0, colon)}, std::string{secret}};
  }

  /// `app.keyId`
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// What tokens are signed with.
  [[nodiscard]] const std::string& secret() const noexcept { return secret_; }

  /// Whether it is the same key, in a time that does not tell how much of the secret is right.
  [[nodiscard]] bool matches(const api_key& shown) const noexcept {
    return name_ == shown.name_ && presence::detail::equal_secret(secret_, shown.secret_);
  }

 private:
  api_key(std::string name, std::string secret) : name_(std::move(name)), secret_(std::move(secret)) {}

  [[nodiscard]] static bool is_made_of(std::string_view text, std::string_view besides) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [besides](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             besides.find(c) != std::string_view::npos;
    });
  }

  std::string name_;
  std::string secret_;
};

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
