// Message ids: a text is refused, or names its connection, or is synthesized; what was read is written and read the same.
#include "fuzz/input.hpp"
#include <presence/message_id.hpp>

#include <algorithm>
#include <string>

namespace presence::fuzz {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void check(std::string_view connection_id, std::string_view text) {
  const auto read = parse_message_id(text, connection_id);
  const bool own = !text.empty() && !connection_id.empty() && text.starts_with(connection_id);
  if (!own) {
    require(read.has_value(), "refused although it does not begin with the connection id");
    require(read->origin == (text.empty() ? id_origin::none : id_origin::synthesized), "wrong origin");
    return;
  }
  const auto last = text.rfind(':');
  const auto before = last == std::string_view::npos || last == 0 ? last : text.rfind(':', last - 1);
  const bool formed = last != std::string_view::npos && last != 0 && before != std::string_view::npos &&
                      before >= connection_id.size() && is_number(text.substr(before + 1, last - before - 1)) &&
                      is_number(text.substr(last + 1));
  if (!read) {
    require(read.error() == errc::bad_request, "another error");
    require(!formed || text.size() - connection_id.size() > 10, "refused although it is well formed and small");
    return;
  }
  require(formed, "read although it is not well formed");
  require(read->origin == id_origin::connection, "wrong origin");
  const auto again = parse_message_id(to_string(*read, connection_id), connection_id);
  require(again && *again == *read, "not read as it was written");
}

}  // namespace
}  // namespace presence::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  presence::fuzz::input bytes{data, size};
  const auto connection_id = bytes.text(bytes.below(16));
  const auto text = bytes.rest();
  presence::fuzz::check(connection_id, text);
  presence::fuzz::check(connection_id, std::string{connection_id}.append(text));
  return 0;
}
