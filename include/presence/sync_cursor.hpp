#ifndef PRESENCE_SYNC_CURSOR_HPP
#define PRESENCE_SYNC_CURSOR_HPP

#include <presence/result.hpp>

#include <string>
#include <string_view>

namespace presence::inline PRESENCE_ABI {

/// Where a page stands in a sync: text `sequence:position`. An empty position ends the sync (RTP18b); no text at all is
/// a whole sync in one message (RTP18c).
struct sync_cursor {
  std::string sequence;  ///< pages of one sync share it; another one starts the sync anew (RTP18a)
  bool last = true;      ///< whether this page ends the sync

  /// Member by member.
  friend bool operator==(const sync_cursor&, const sync_cursor&) = default;
};

/// Reads `sequence:position`. Errors: `bad_request` for a text without a colon or with an empty sequence.
[[nodiscard]] inline result<sync_cursor> parse_sync_cursor(std::string_view text) {
  if (text.empty()) return sync_cursor{};
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return errc::bad_request;
  return sync_cursor{std::string{text.substr(0, colon)}, colon + 1 == text.size()};
}

/// The text of a cursor: `sequence:position`, without a position on the last page, and nothing for a whole sync in one page.
/// `position` may be anything that is not empty. Precondition: the sequence has no colon, and a cursor without one is `last`.
[[nodiscard]] inline std::string to_string(const sync_cursor& cursor, std::string_view position = "1") {
  std::string text = cursor.sequence;
  if (text.empty()) return text;
  text += ':';
  if (!cursor.last) text += position;
  return text;
}

}  // namespace presence::inline PRESENCE_ABI

#endif
