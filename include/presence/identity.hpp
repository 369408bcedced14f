#ifndef PRESENCE_IDENTITY_HPP
#define PRESENCE_IDENTITY_HPP

#include <presence/mode.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace presence::inline PRESENCE_ABI {

/// Who a session belongs to, and what it may do. A hub believes it: whoever calls `connect` has checked it.
struct identity {
  identity() = default;
  identity(std::string id) : client_id(std::move(id)) {}
  identity(std::string_view id) : client_id(id) {}
  identity(const char* id) : client_id(id) {}

  /// One client id; empty: anonymous, may only watch; `*`: may act for any client id.
  std::string client_id;
  /// What its attachments may do at most.
  mode_set capabilities = mode_set::all();
  /// How long its members stay after a lost connection, instead of the hub's grace period.
  std::optional<std::chrono::milliseconds> grace;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
