// Whether a text is JSON, for those who only pass it on.
#ifndef PRESENCE_DETAIL_UTIL_JSON_TEXT_HPP
#define PRESENCE_DETAIL_UTIL_JSON_TEXT_HPP

#include <presence/detail/util/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// Reads JSON (RFC 8259) and keeps nothing of it. Stricter than the grammar where readers differ: the text is UTF-8, and
/// surrogates that are escaped come in pairs.
class json_reader {
 public:
  json_reader(std::string_view text, std::size_t max_depth) noexcept
      : at_(text.data()),
        end_(text.data() + text.size()),
        max_depth_(max_depth) {}

  /// Whether the text is one value, with nothing but white space around it. Linear, without recursion; it allocates only
  /// for what is nested deeper than 64.
  [[nodiscard]] bool is_value() {
    if (!value()) return false;
    while (depth_ > 0) {
      space();
      if (!(in_object() ? next_member() : next_element())) return false;
    }
    space();
    return at_ == end_;
  }
  [[nodiscard]] bool is_object() {
    space();
    return at_ != end_ && *at_ == '{' && is_value();
  }

 private:
  [[nodiscard]] bool peek(char c) const noexcept { return at_ != end_ && *at_ == c; }
  bool skip(char c) noexcept {
    if (!peek(c)) return false;
    ++at_;
    return true;
  }
  void space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  // What stands around: a bit for each level, set for an object.
  [[nodiscard]] bool in_object() const noexcept {
    return depth_ <= 64 ? ((inner_ >> (depth_ - 1)) & 1U) != 0 : deep_[depth_ - 65];
  }
  [[nodiscard]] bool open(bool object) {
    if (depth_ == max_depth_) return false;
    ++at_;
    ++depth_;
    if (depth_ > 64) {
      deep_.push_back(object);
    } else {
      const std::uint64_t bit = std::uint64_t{1} << (depth_ - 1);
      inner_ = object ? inner_ | bit : inner_ & ~bit;
    }
    first_ = true;
    return true;
  }
  void close() {
    ++at_;
    if (depth_ > 64) deep_.pop_back();
    --depth_;
    first_ = false;
  }

  /// A value that is complete, or the beginning of an object or array.
  [[nodiscard]] bool value() {
    space();
    if (at_ == end_) return false;
    switch (*at_) {
      case '{': return open(true);
      case '[': return open(false);
      case '"': return string();
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }
  /// The rest of an object up to the next member's value, or its end.
  [[nodiscard]] bool next_member() {
    if (peek('}')) return close(), true;
    if (!first_ && !skip(',')) return false;
    space();
    if (!peek('"') || !string()) return false;
    space();
    if (!skip(':')) return false;
    first_ = false;
    return value();
  }
  [[nodiscard]] bool next_element() {
    if (peek(']')) return close(), true;
    if (!first_ && !skip(',')) return false;
    first_ = false;
    return value();
  }

  [[nodiscard]] bool word(std::string_view whole) noexcept {
    return std::all_of(whole.begin(), whole.end(), [this](char c) { return skip(c); });
  }
  [[nodiscard]] bool digits() noexcept {
    const char* const from = at_;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9') ++at_;
    return at_ != from;
  }
  [[nodiscard]] bool number() noexcept {
    skip('-');
    if (!skip('0') && !digits()) return false;  // nothing follows a leading zero
    if (skip('.') && !digits()) return false;
    if (skip('e') || skip('E')) {
      if (!skip('+')) skip('-');
      return digits();
    }
    return true;
  }

  [[nodiscard]] bool string() noexcept {
    ++at_;
    while (at_ != end_) {
      const char c = *at_++;
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }
  [[nodiscard]] bool escape() noexcept {
    if (at_ == end_) return false;
    const char c = *at_++;
    if (c != 'u') return std::string_view{"\"\\/bfnrt"}.find(c) != std::string_view::npos;
    unsigned unit = 0;
    if (!hex(unit) || (unit >= 0xDC00 && unit < 0xE000)) return false;
    if (unit < 0xD800 || unit >= 0xE000) return true;
    return skip('\\') && skip('u') && hex(unit) && unit >= 0xDC00 && unit < 0xE000;
  }
  [[nodiscard]] bool hex(unsigned& unit) noexcept {
    unit = 0;
    for (int i = 0; i < 4; ++i) {
      if (at_ == end_) return false;
      const char c = *at_++;
      unsigned digit = 16;
      if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
      if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a') + 10;
      if (c >= 'A' && c <= 'F') digit = static_cast<unsigned>(c - 'A') + 10;
      if (digit == 16) return false;
      unit = unit * 16 + digit;
    }
    return true;
  }

  const char* at_;
  const char* const end_;
  const std::size_t max_depth_;
  std::size_t depth_ = 0;
  std::uint64_t inner_ = 0;
  std::vector<bool> deep_;
  bool first_ = false;  // nothing has come yet in the innermost object or array
};

/// Whether `text` is one JSON value (RFC 8259) in well-formed UTF-8, with objects and arrays at most `max_depth` deep.
/// Linear; any thread.
[[nodiscard]] inline bool is_json(std::string_view text, std::size_t max_depth = 64) {
  return is_valid_utf8(text) && json_reader{text, max_depth}.is_value();
}

/// The same, and it is an object.
[[nodiscard]] inline bool is_json_object(std::string_view text, std::size_t max_depth = 64) {
  if (text == "{}") return max_depth > 0;
  return is_valid_utf8(text) && json_reader{text, max_depth}.is_object();
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
