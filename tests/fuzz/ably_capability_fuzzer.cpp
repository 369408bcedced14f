// A line with a resource, one with a channel, and a capability: matched like a model that takes the names apart first.
#include "fuzz/input.hpp"
#include <presence/ably/capability.hpp>
#include <presence/ably/channel_name.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace presence::fuzz {
namespace {

std::vector<std::string_view> segments(std::string_view name) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto colon = name.find(':');
    parts.push_back(name.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    name.remove_prefix(colon + 1);
  }
}

bool model(std::string_view resource, std::string_view channel) {
  const bool all_kinds = resource.starts_with("[*]");
  if (!all_kinds && (resource.starts_with("[") || channel.starts_with("["))) return false;
  const auto wanted = segments(all_kinds ? resource.substr(3) : resource);
  const auto given = segments(channel);
  if (wanted.size() > given.size()) return false;
  if (wanted.size() < given.size() && wanted.back() != "*") return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] != "*" && wanted[i] != given[i]) return false;
  }
  return true;
}

std::string_view line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto first = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  return first;
}

void check(std::string_view rest) {
  const auto resource = line(rest);
  const auto channel = line(rest);
  require(ably::resource_matches(resource, channel) == model(resource, channel), "matched otherwise than the model");
  const bool name = !ably::check_channel_name(channel);
  require(!name || ably::resource_matches("*", channel), "a channel that a star does not mean");
  require(!name || ably::resource_matches(channel, channel), "a channel that does not mean itself");

  const auto read = ably::capability::parse(rest, {4096, 16});
  if (!read) {
    require(read.error() == errc::invalid_data || read.error() == errc::message_too_large, "another error");
    return;
  }
  require((read->operations(channel) & ~ably::operation::all) == 0, "an operation that there is not");
}

}  // namespace
}  // namespace presence::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  presence::fuzz::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
