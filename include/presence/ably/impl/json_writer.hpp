#ifndef PRESENCE_ABLY_IMPL_JSON_WRITER_HPP
#define PRESENCE_ABLY_IMPL_JSON_WRITER_HPP

#include <presence/detail/util/utf8.hpp>
#include <presence/version.hpp>

#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace presence::inline PRESENCE_ABI::ably::detail {

/// The text with U+FFFD for each byte that is not ASCII, where it is not UTF-8: a receiver refuses a frame with anything
/// else in it, and there is nobody left to refuse the text to.
[[nodiscard]] inline std::string replace_ill_formed(std::string_view text) {
  std::string mended;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) {
      mended += c;
    } else {
      mended += "\xEF\xBF\xBD";
    }
  }
  return mended;
}

/// Writes JSON. Commas need no memory: one belongs wherever the text does not end in the beginning of something.
class json_writer {
 public:
  void begin_object(std::size_t = 0) {
    comma();
    text_ += '{';
  }
  void end_object() { text_ += '}'; }
  void begin_array(std::size_t = 0) {
    comma();
    text_ += '[';
  }
  void end_array() { text_ += ']'; }
  void key(std::string_view name) {
    string(name);
    text_ += ':';
  }

  void string(std::string_view content) {
    if (!presence::detail::is_valid_utf8(content)) return string(replace_ill_formed(content));
    comma();
    text_ += '"';
    std::size_t plain = 0;
    for (std::size_t at = 0; at < content.size(); ++at) {
      const auto byte = static_cast<unsigned char>(content[at]);
      if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
      text_ += content.substr(plain, at - plain);
      plain = at + 1;
      escape(byte);
    }
    text_ += content.substr(plain);
    text_ += '"';
  }
  template <class Number>
  requires std::integral<Number> || std::floating_point<Number>
  void number(Number value) {
    comma();
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    text_.append(digits, end);
  }
  void boolean(bool value) { json(value ? "true" : "false"); }
  void null() { json("null"); }
  /// JSON as it is.
  void json(std::string_view text) {
    comma();
    text_ += text;
  }

  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }
  void reserve(std::size_t size) { text_.reserve(size); }
  [[nodiscard]] std::string take() { return std::exchange(text_, {}); }

 private:
  void comma() {
    if (text_.empty()) return;
    const char last = text_.back();
    if (last != '{' && last != '[' && last != ':') text_ += ',';
  }
  void escape(unsigned char byte) {
    static constexpr std::string_view hex = "0123456789abcdef";
    text_ += '\\';
    switch (byte) {
      case '"':
      case '\\': text_ += static_cast<char>(byte); break;
      case '\n': text_ += 'n'; break;
      case '\r': text_ += 'r'; break;
      case '\t': text_ += 't'; break;
      default:
        text_ += "u00";
        text_ += hex[byte >> 4U];
        text_ += hex[byte & 15U];
    }
  }

  std::string text_;
};

}  // namespace presence::inline PRESENCE_ABI::ably::detail

#endif
