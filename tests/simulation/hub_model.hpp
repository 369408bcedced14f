// What a hub must hold after what it acknowledged.
#ifndef PRESENCE_TESTS_SIMULATION_HUB_MODEL_HPP
#define PRESENCE_TESTS_SIMULATION_HUB_MODEL_HPP

#include <presence/action.hpp>
#include <presence/message.hpp>
#include <presence/testing/link_counters.hpp>
#include <presence/testing/manual_clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace presence::inline PRESENCE_ABI::testing {

/// What the hub must hold, worked out from what it acknowledged and from nothing else.
class hub_model final : public link_observer<std::uint64_t> {
 public:
  using key = std::pair<std::string, std::string>;  // connection, client
  using content = std::map<key, std::uint64_t>;

  hub_model(const manual_clock& clock, std::chrono::milliseconds grace) : clock_(clock), grace_(grace) {}

  void on_applied(const std::string& connection_id, const message<std::uint64_t>& m) override {
    const key member{connection_id, m.client_id};
    const auto known = members.find(member);
    if (m.action == action::leave) {
      if (known != members.end()) members.erase(known);
    } else if (m.id.origin != id_origin::connection ||
               known == members.end()) {  // a re-entry under its old id is no news
      members[member] = m.data ? *m.data : 0;
    }
  }
  /// The hub has removed everybody of this name. Returns how many there were.
  std::size_t evict(const std::string& client_id) {
    return std::erase_if(members, [&](const auto& m) { return m.first.second == client_id; });
  }
  void on_left(const std::string& connection_id) override {
    std::erase_if(members, [&](const auto& m) { return m.first.first == connection_id; });
    due_.erase(connection_id);
  }
  void on_dropped(const std::string& connection_id) override { due_[connection_id] = clock_.now() + grace_; }
  void on_resumed(const std::string& connection_id) override { due_.erase(connection_id); }

  /// Time has passed.
  std::uint64_t expire() {
    std::uint64_t expired = 0;
    for (auto at = due_.begin(); at != due_.end();) {
      if (at->second > clock_.now()) {
        ++at;
        continue;
      }
      expired += std::erase_if(members, [&](const auto& m) { return m.first.first == at->first; });
      at = due_.erase(at);
    }
    return expired;
  }
  void forget() {
    members.clear();
    due_.clear();
  }

  content members;

 private:
  manual_clock clock_;
  const std::chrono::milliseconds grace_;
  std::map<std::string, decltype(manual_clock{}.now())> due_;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
