#ifndef PRESENCE_PAYLOAD_HPP
#define PRESENCE_PAYLOAD_HPP

#include <presence/version.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace presence::inline PRESENCE_ABI {

/// What kind of data a payload holds.
enum class payload_kind : std::uint8_t {
  none,   ///< no data
  text,   ///< UTF-8 text
  bytes,  ///< binary
  json,   ///< the text of a JSON value
};

/// Data as it travels: what a codec makes of `Data`, and reads back.
class payload {
 public:
  /// No data: of kind `none`.
  payload() noexcept = default;

  ///@{
  /// A payload of this kind. The content is taken at its word here; a hub refuses text that is not UTF-8, and JSON
  /// that is none, with `invalid_data`.
  [[nodiscard]] static payload text(std::string content) { return {payload_kind::text, std::move(content)}; }
  [[nodiscard]] static payload bytes(std::string content) { return {payload_kind::bytes, std::move(content)}; }
  [[nodiscard]] static payload json(std::string content) { return {payload_kind::json, std::move(content)}; }
  ///@}

  /// What the content is.
  [[nodiscard]] payload_kind kind() const noexcept { return kind_; }
  /// The bytes; valid as long as the payload is neither changed nor destroyed.
  [[nodiscard]] std::string_view content() const noexcept { return content_; }
  /// How many bytes the content has.
  [[nodiscard]] std::size_t size() const noexcept { return content_.size(); }

  /// Whether kind and content are the same, byte for byte.
  friend bool operator==(const payload&, const payload&) = default;

 private:
  payload(payload_kind kind, std::string content) : content_(std::move(content)), kind_(kind) {}

  std::string content_;
  payload_kind kind_ = payload_kind::none;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
