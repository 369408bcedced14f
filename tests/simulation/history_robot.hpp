// A client of the hub's own process that says several things at once, and believes what it is told.
#ifndef PRESENCE_TESTS_SIMULATION_HISTORY_ROBOT_HPP
#define PRESENCE_TESTS_SIMULATION_HISTORY_ROBOT_HPP

#include "simulation/hub_model.hpp"
#include <presence/testing/faulty_link.hpp>
#include <presence/testing/simulation.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// A session that acts for anybody, attached to the room without a wire in between: its batches are whole, and as
/// nothing can be lost on the way its view must be the hub's at any time.
class history_robot {
 public:
  using hub_type = simulated_hub<std::uint64_t>;

  history_robot(hub_type& hub, const std::string& room, hub_model& model)
      : model_(model),
        session_(hub.connect(identity::wildcard())),
        attachment_(session_.attach(room, mode_set::all(), std::ref(*this)).value()) {}
  history_robot(const history_robot&) = delete;
  history_robot& operator=(const history_robot&) = delete;
  ~history_robot() {
    attachment_ = {};
    model_.on_left(std::string{session_.connection_id()});
  }

  /// Publishes `size` messages together, for a few clients of its own. Later ones of a client build on earlier ones.
  /// Returns what was wrong, if anything.
  [[nodiscard]] std::string publish(std::size_t size, std::uint64_t dice) {
    seeded_random random{dice};
    std::vector<message<std::uint64_t>> sent(size);
    for (auto& m : sent) {
      const auto kind = random.below(4);
      m.action = kind == 0 ? action::leave : kind == 1 ? action::enter : action::update;
      m.client_id = "robot-" + std::to_string(random.below(4));
      if (m.action != action::leave || random.chance(50))
        m.data = shared_data<std::uint64_t>::make(random.below(1'000));
    }
    const bool refused = random.chance(10);  // one that makes no sense spoils all of them
    if (refused) sent[static_cast<std::size_t>(random.below(size))].action = action::absent;
    int told = 0;
    std::error_code outcome;
    const auto batches = batches_;
    attachment_.publish(sent, [&](std::error_code how) {
      ++told;
      outcome = how;
    });
    if (told != 1) return "a batch was answered " + std::to_string(told) + " times";
    if (refused && !outcome) return "a batch that makes no sense was accepted";
    if (batches_ - batches > 1) return "a batch was told in parts";
    if (outcome && batches_ != batches) return "a batch that was refused was told";
    if (outcome) return {};
    for (const auto& m : sent) model_.on_applied(std::string{session_.connection_id()}, m);
    return {};
  }

  /// The room as the robot was told.
  [[nodiscard]] const hub_model::content& seen() const noexcept { return seen_; }

  // --- the sink ------------------------------------------------------------------------------------------------------
  void on_attached(const attachment_info&) { seen_.clear(); }
  void on_sync(const message_batch<std::uint64_t>& page, const sync_cursor&) { take(*page); }
  [[nodiscard]] bool on_presence(const message_batch<std::uint64_t>& messages) {
    ++batches_;
    take(*messages);
    return true;
  }
  void on_detached(std::error_code) { seen_.clear(); }

 private:
  void take(const std::vector<message<std::uint64_t>>& messages) {
    for (const auto& m : messages) {
      const hub_model::key member{m.connection_id, m.client_id};
      if (m.action == action::leave) {
        seen_.erase(member);
      } else {
        seen_[member] = m.data ? *m.data : 0;
      }
    }
  }

  hub_model& model_;
  hub_model::content seen_;
  std::size_t batches_ = 0;
  hub_type::session_type session_;
  hub_type::session_type::attachment_type attachment_;  // last: it calls this until it is gone
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
