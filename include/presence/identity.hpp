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
  /// Anonymous.
  identity() = default;
  ///@{
  /// Of a client id. An empty one is anonymous; a hub checks the others when it is connected to.
  identity(std::string id) : client_id(std::move(id)) {}
  identity(std::string_view id) : client_id(id) {}
  identity(const char* id) : client_id(id) {}
  ///@}

  /// One that may act for any client id, as a gateway or a server's bot does. Without a name it cannot be present
  /// itself; with one it is an ordinary client as well. No name grants this: a stranger who calls himself `*` has no
  /// power.
  [[nodiscard]] static identity wildcard(std::string name = {}) {
    identity made{std::move(name)};
    made.acts_for_others = true;
    return made;
  }

  /// Whom it enters and updates when it names nobody; empty: anonymous, may only watch and, with `acts_for_others`, act
  /// for others.
  std::string client_id;
  /// What its attachments may do at most.
  mode_set capabilities = mode_set::all();
  /// How long its members stay after a lost connection, instead of the hub's grace period.
  std::optional<std::chrono::milliseconds> grace{};
  /// How long its members stay after a goodbye, instead of `hub_options::linger`.
  std::optional<std::chrono::milliseconds> linger{};
  /// May enter, update and leave for any client id.
  bool acts_for_others = false;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
