#ifndef PRESENCE_ABLY_CAPABILITY_HPP
#define PRESENCE_ABLY_CAPABILITY_HPP

#include <presence/ably/flags.hpp>
#include <presence/codec/json.hpp>
#include <presence/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::ably {

/// What a credential may do with a channel; the sum of the bits is a set.
namespace operation {

inline constexpr std::uint32_t publish = 1U << 0U;               ///< channel messages
inline constexpr std::uint32_t subscribe = 1U << 1U;             ///< messages and presence of others
inline constexpr std::uint32_t presence = 1U << 2U;              ///< enter, update, leave
inline constexpr std::uint32_t history = 1U << 3U;               ///< of messages and presence
inline constexpr std::uint32_t annotation_publish = 1U << 4U;    ///< annotations of messages
inline constexpr std::uint32_t annotation_subscribe = 1U << 5U;  ///< annotations of others
inline constexpr std::uint32_t object_publish = 1U << 6U;        ///< changes of objects
inline constexpr std::uint32_t object_subscribe = 1U << 7U;      ///< changes of objects by others
inline constexpr std::uint32_t all = 0xFFU;                      ///< what `*` permits

}  // namespace operation

/// The mode bits that operations permit on an attachment: `subscribe` permits messages and presence. Constant time.
[[nodiscard]] constexpr std::uint64_t permitted_modes(std::uint32_t operations) noexcept {
  std::uint64_t modes = 0;
  if ((operations & operation::publish) != 0) modes |= flag::publish;
  if ((operations & operation::subscribe) != 0) modes |= flag::subscribe | flag::presence_subscribe;
  if ((operations & operation::presence) != 0) modes |= flag::presence;
  if ((operations & operation::annotation_publish) != 0) modes |= flag::annotation_publish;
  if ((operations & operation::annotation_subscribe) != 0) modes |= flag::annotation_subscribe;
  if ((operations & operation::object_publish) != 0) modes |= flag::object_publish;
  if ((operations & operation::object_subscribe) != 0) modes |= flag::object_subscribe;
  return modes;
}

/// What a capability may hold; more is refused.
struct capability_limits {
  std::size_t max_size = std::size_t{64} * 1024;  ///< bytes of JSON text
  std::size_t max_resources = 1024;               ///< keys of the object
};

namespace detail {

/// The operation with this name, all for `*`, none for one that this library has no use for.
[[nodiscard]] constexpr std::uint32_t operation_from(std::string_view name) noexcept {
  if (name == "*") return operation::all;
  if (name == "publish") return operation::publish;
  if (name == "subscribe") return operation::subscribe;
  if (name == "presence") return operation::presence;
  if (name == "history") return operation::history;
  if (name == "annotation-publish") return operation::annotation_publish;
  if (name == "annotation-subscribe") return operation::annotation_subscribe;
  if (name == "object-publish") return operation::object_publish;
  if (name == "object-subscribe") return operation::object_subscribe;
  return 0;
}

}  // namespace detail

/// Whether a resource of a capability means that channel. Both are segments with colons between them. The segment `*`
/// stands for any one segment, the last one of the resource for one or more; a star beside other characters is only a
/// star. `[*]*` means everything. A resource that begins with a bracket otherwise means queues and metachannels, which are
/// no channels, and so does no other resource. Linear; any thread.
[[nodiscard]] constexpr bool resource_matches(std::string_view resource, std::string_view channel) noexcept {
  if (resource.starts_with("[*]")) {
    resource.remove_prefix(3);
  } else if (resource.starts_with('[') || channel.starts_with('[')) {
    return false;
  }
  for (;;) {
    if (resource == "*") return true;
    const auto resource_end = resource.find(':');
    const auto channel_end = channel.find(':');
    const auto segment = resource.substr(0, resource_end);
    if (segment != "*" && segment != channel.substr(0, channel_end)) return false;
    const bool resource_ends = resource_end == std::string_view::npos;
    const bool channel_ends = channel_end == std::string_view::npos;
    if (resource_ends || channel_ends) return resource_ends && channel_ends;
    resource.remove_prefix(resource_end + 1);
    channel.remove_prefix(channel_end + 1);
  }
}

/// Which channels a credential may use, and how. A default-constructed one permits nothing.
class capability {
 public:
  /// Permits nothing.
  capability() noexcept = default;

  /// What a key without restrictions has.
  [[nodiscard]] static capability everything() {
    capability made;
    made.resources_.emplace_back("*", operation::all);
    return made;
  }

  /// Reads `{"resource":["operation",…],…}`. An operation that is not known permits nothing.
  /// Errors: `invalid_data` for anything else; `message_too_large` beyond the limits; `std::errc::not_enough_memory`.
  /// Linear; any thread; nothing throws.
  [[nodiscard]] static result<capability> parse(std::string_view text, const capability_limits& limits = {}) noexcept {
    if (text.size() > limits.max_size) return errc::message_too_large;
    return presence::detail::catching_json_errors<capability>([&]() -> result<capability> {
      const auto json = presence::detail::read_json(text, {limits.max_size, 2});
      if (!json || !json->is_object()) return errc::invalid_data;
      if (json->get_object().size() > limits.max_resources) return errc::message_too_large;
      capability made;
      for (const auto& member : json->get_object()) {
        const auto* names = member.value().if_array();
        if (names == nullptr) return errc::invalid_data;
        std::uint32_t operations = 0;
        for (const auto& name : *names) {
          const auto* one = name.if_string();
          if (one == nullptr) return errc::invalid_data;
          operations |= detail::operation_from({one->data(), one->size()});
        }
        made.resources_.emplace_back(std::string{member.key().data(), member.key().size()}, operations);
      }
      return made;
    });
  }

  /// What is permitted with the channel: the operations of all resources that mean it. A token's and its key's are both
  /// needed: `token.operations(c) & key.operations(c)`. Linear in the resources; any thread.
  [[nodiscard]] std::uint32_t operations(std::string_view channel) const noexcept {
    std::uint32_t permitted = 0;
    for (const auto& [resource, operations] : resources_) {
      if (resource_matches(resource, channel)) permitted |= operations;
    }
    return permitted;
  }

 private:
  std::vector<std::pair<std::string, std::uint32_t>> resources_;
};

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
