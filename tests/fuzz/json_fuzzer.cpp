// JSON data and extras from strangers: refused, or read, and then written and read again as the same.
#include "fuzz/input.hpp"
#include <presence/codec/json.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

enum class mood { happy, busy };
BOOST_DESCRIBE_ENUM(mood, happy, busy)

struct place {
  std::int32_t x = 0;
  std::uint8_t y = 0;
};
BOOST_DESCRIBE_STRUCT(place, (), (x, y))

struct status {
  std::string text;
  mood feels = mood::happy;
  std::optional<bool> typing;
  std::vector<place> seen;
  std::map<std::string, std::int64_t> counts;
};
BOOST_DESCRIBE_STRUCT(status, (), (text, feels, typing, seen, counts))

void check_data(std::string_view text) {
  using presence::fuzz::require;
  const presence::json_codec<status> codec{{4096, 8}};
  const auto read = codec.decode(presence::payload::json(std::string{text}));
  if (!read) {
    require(read.error() == presence::errc::invalid_data, "another error for data");
    return;
  }
  const auto written = codec.encode(*read);
  require(written.has_value(), "data that was read cannot be written");
  const auto again = codec.decode(*written);
  require(again && boost::json::value_from(*again) == boost::json::value_from(*read), "data is not read as written");
}

void check_extras(std::string_view text) {
  using presence::fuzz::require;
  const presence::json_limits limits{4096, 8};
  const auto read = presence::parse_extras(presence::extras::from_json(std::string{text}), limits);
  if (!read) {
    require(read.error() == presence::errc::invalid_data, "another error for extras");
    return;
  }
  // Numbers and escapes may take more room when they are written.
  const auto written = presence::make_extras(*read, {std::size_t{64} * 1024, 8});
  const auto again = presence::parse_extras(written, {std::size_t{64} * 1024, 8});
  require(again && again->size() == read->size(), "extras are not read as written");
  for (const auto& field : *read) require(again->contains(field.key()), "a key of the extras is lost");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check_data(text);
  check_extras(text);
  return 0;
}
