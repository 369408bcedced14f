#ifndef PRESENCE_EXTRAS_HPP
#define PRESENCE_EXTRAS_HPP

#include <presence/shared_data.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace presence::inline PRESENCE_ABI {

/// Metadata beside the data of an operation: a JSON object, kept as its text, immutable and shared.
///
/// A hub checks that it is one, and nothing else in the core looks into it; every transport hands it through unchanged.
/// It costs one word where there is none.
/// `presence/codec/json.hpp` turns it into a `boost::json::object` and back.
class extras {
 public:
  /// None.
  extras() noexcept = default;

  /// Flat string pairs: `{{"device", "phone"}, {"lang", "de"}}`. Keys and values are escaped.
  extras(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
    std::string text = "{";
    for (const auto& [key, value] : pairs) {
      if (text.size() > 1) text += ',';
      quote(text, key);
      text += ':';
      quote(text, value);
    }
    text += '}';
    text_ = shared_data<std::string>::make(std::move(text));
  }

  /// The text of any JSON object. It is taken at its word here; a hub refuses what is no JSON object with
  /// `invalid_data`.
  [[nodiscard]] static extras from_json(std::string text) {
    extras made;
    made.text_ = shared_data<std::string>::make(std::move(text));
    return made;
  }

  /// Whether there are none at all. An empty object, `{}`, is not none.
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  /// Whether there are some: the opposite of `empty`.
  [[nodiscard]] explicit operator bool() const noexcept { return !empty(); }
  /// The JSON text, or an empty view; valid as long as a copy of these extras is.
  [[nodiscard]] std::string_view json() const noexcept { return text_ ? std::string_view{*text_} : std::string_view{}; }
  /// Bytes of the JSON text.
  [[nodiscard]] std::size_t size() const noexcept { return json().size(); }

  /// Whether both have the same text, byte for byte, or none. Two spellings of the same object differ. Linear.
  friend bool operator==(const extras& a, const extras& b) noexcept {
    return a.empty() == b.empty() && a.json() == b.json();
  }

 private:
  static void quote(std::string& out, std::string_view text) {
    static constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (byte < 0x20) {
        out += "\\u00";
        out += hex[byte >> 4U];
        out += hex[byte & 15U];
      } else {
        out += c;
      }
    }
    out += '"';
  }

  shared_data<std::string> text_;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
