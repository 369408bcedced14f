// JSON text: what is accepted is UTF-8 and stays accepted inside an array, an object and white space; what is cut off is not.
#include "fuzz/input.hpp"
#include <presence/detail/util/json_text.hpp>

#include <string>

namespace presence::fuzz {
namespace {

void check(std::string_view text, std::size_t depth) {
  using detail::is_json;
  using detail::is_json_object;
  const bool accepted = is_json(text, depth);
  require(!is_json_object(text, depth) || accepted, "an object, and no JSON");
  require(accepted == is_json(std::string{" "}.append(text).append("\n"), depth), "white space makes a difference");
  require(accepted == is_json(std::string{"["}.append(text).append("]"), depth + 1) ||
              text.find_first_not_of(" \t\r\n") == std::string_view::npos || text.find(',') != std::string_view::npos,
          "an array of it makes a difference");
  require(!accepted || is_json_object(std::string{"{\"a\":"}.append(text).append("}"), depth + 1),
          "refused as the value of a member");
  if (!accepted) return;
  require(detail::is_valid_utf8(text), "accepted, and not UTF-8");
  require(is_json(text, depth + 1), "accepted, and refused where more is allowed");
  require(!is_json(std::string{text}.append("]"), depth), "accepted with something behind it");
  const auto last = text.find_last_not_of(" \t\r\n");
  if (text[last] == '}' || text[last] == ']' || text[last] == '"') {
    require(!is_json(text.substr(0, last), depth), "accepted although it is cut off");
  }
}

}  // namespace
}  // namespace presence::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  presence::fuzz::input bytes{data, size};
  const auto depth = bytes.below(128);
  presence::fuzz::check(bytes.rest(), depth);
  return 0;
}
