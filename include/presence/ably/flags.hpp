#ifndef PRESENCE_ABLY_FLAGS_HPP
#define PRESENCE_ABLY_FLAGS_HPP

#include <presence/mode.hpp>

#include <cstdint>
#include <optional>

namespace presence::inline PRESENCE_ABI::ably {

/// The bits of `protocol_message::flags`: what holds of an attachment, and what it may do.
namespace flag {

inline constexpr std::uint64_t has_presence = 1U << 0U;   ///< members are there, and a sync follows
inline constexpr std::uint64_t has_backlog = 1U << 1U;    ///< messages from before follow
inline constexpr std::uint64_t resumed = 1U << 2U;        ///< nothing was missed since the last attachment
inline constexpr std::uint64_t transient = 1U << 4U;      ///< of no use here
inline constexpr std::uint64_t attach_resume = 1U << 5U;  ///< from old clients; to be ignored
inline constexpr std::uint64_t has_objects = 1U << 7U;    ///< objects are there

inline constexpr std::uint64_t presence = 1U << 16U;              ///< may enter, update and leave
inline constexpr std::uint64_t publish = 1U << 17U;               ///< may send channel messages
inline constexpr std::uint64_t subscribe = 1U << 18U;             ///< receives channel messages
inline constexpr std::uint64_t presence_subscribe = 1U << 19U;    ///< receives the presence of others
inline constexpr std::uint64_t annotation_publish = 1U << 21U;    ///< may annotate messages
inline constexpr std::uint64_t annotation_subscribe = 1U << 22U;  ///< receives annotations
inline constexpr std::uint64_t object_subscribe = 1U << 24U;      ///< receives changes of objects
inline constexpr std::uint64_t object_publish = 1U << 25U;        ///< may change objects

/// All bits that ask for a mode, also those that nobody has given a meaning yet.
inline constexpr std::uint64_t all_modes = ~std::uint64_t{0xFFFF};
/// What an attachment that asks for nothing gets, as far as it is permitted.
inline constexpr std::uint64_t base_modes = presence | publish | subscribe | presence_subscribe;

}  // namespace flag

/// The modes that an ATTACH asks for, as bits. With none it asks for `flag::base_modes`; a bit below them is no mode.
/// Constant time.
[[nodiscard]] constexpr std::uint64_t asked_modes(std::uint64_t flags) noexcept {
  const std::uint64_t asked = flags & flag::all_modes;
  return asked != 0 ? asked : flag::base_modes;
}

/// The part of it that is presence. Constant time.
[[nodiscard]] constexpr mode_set presence_modes(std::uint64_t flags) noexcept {
  mode_set modes;
  if ((flags & flag::presence) != 0) modes = modes | mode::presence;
  if ((flags & flag::presence_subscribe) != 0) modes = modes | mode::subscribe;
  return modes;
}

/// The bits of presence modes. `presence_modes` reads them back. Constant time.
[[nodiscard]] constexpr std::uint64_t to_flags(mode_set modes) noexcept {
  return (modes.contains(mode::presence) ? flag::presence : 0U) |
         (modes.contains(mode::subscribe) ? flag::presence_subscribe : 0U);
}

}  // namespace presence::inline PRESENCE_ABI::ably

#endif
