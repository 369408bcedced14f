// Sync cursors, and UTF-8 against the definition written out.
#include "fuzz/input.hpp"
#include <presence/detail/util/utf8.hpp>
#include <presence/sync_cursor.hpp>

#include <string>

namespace presence::fuzz {
namespace {

void check_cursor(std::string_view text) {
  const auto read = parse_sync_cursor(text);
  const auto colon = text.find(':');
  require(read.has_value() == (text.empty() || (colon != std::string_view::npos && colon > 0)), "refused or not");
  if (!read) {
    require(read.error() == errc::bad_request, "another error");
    return;
  }
  require(read->sequence == text.substr(0, text.empty() ? 0 : colon), "another sequence");
  require(read->last == (text.empty() || colon + 1 == text.size()), "another end");
}

/// Decodes by arithmetic, and compares what each sequence gives with what it may be.
bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80          ? 1U
                               : (lead >> 5U) == 6  ? 2U
                               : (lead >> 4U) == 14 ? 3U
                               : (lead >> 3U) == 30 ? 4U
                                                    : 0U;
    if (length == 0 || length > text.size()) return false;
    std::uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t at = 1; at < length; ++at) {
      const auto next = static_cast<unsigned char>(text[at]);
      if ((next & 0xC0U) != 0x80) return false;
      code = code << 6U | (next & 0x3FU);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace
}  // namespace presence::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  presence::fuzz::input bytes{data, size};
  const auto text = bytes.rest();
  presence::fuzz::check_cursor(text);
  presence::fuzz::require(presence::detail::is_valid_utf8(text) == presence::fuzz::is_utf8(text), "UTF-8 or not");
  return 0;
}
