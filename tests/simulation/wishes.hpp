// What the users of a participant have wished, worked out from their calls and the outcomes that they were told.
#ifndef PRESENCE_TESTS_SIMULATION_WISHES_HPP
#define PRESENCE_TESTS_SIMULATION_WISHES_HPP

#include <presence/action.hpp>
#include <presence/error.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// For each client id that somebody acted for over one connection: the last wish whose outcome is known, and later ones
/// whose outcome nobody knows. What the hub has in the end must be one of them. Knows nothing of re-entries.
class wishes {
 public:
  /// Nobody, or present with this data.
  using wish = std::optional<std::uint64_t>;

  /// A call; returns its number.
  std::uint64_t called(const std::string& client_id) {
    (void)of_[client_id];
    return ++calls_;
  }
  /// Its outcome.
  void answered(const std::string& client_id, std::uint64_t number, action what, std::uint64_t data,
                std::error_code outcome) {
    record& r = of_[client_id];
    const wish asked = what == action::leave ? wish{} : wish{data};
    if (!outcome) {
      if (number > r.known_at) r = {asked, number, std::move(r.possible)};
      std::erase_if(r.possible, [&](const auto& p) { return p.first <= number; });
    } else if (outcome == errc::disconnected || outcome == errc::connection_closed ||
               outcome == errc::connection_expired || outcome == errc::operation_aborted) {
      if (number > r.known_at) r.possible.emplace_back(number, asked);  // perhaps it was done
    } else if (what == action::leave && number > r.known_at) {
      r.possible.emplace_back(number, asked);  // refused, and yet the user has gone (W5)
    }
  }
  /// The hub ended the member: whether the participant could know of it is not said here.
  void ended(const std::string& client_id) {
    if (const auto found = of_.find(client_id); found != of_.end()) {
      found->second.possible.emplace_back(++calls_, wish{});
    }
  }
  /// The user asked to leave the room; when exactly that happens is not known yet.
  void detaching() {
    detached_at_ = ++calls_;
    for (auto& [client_id, r] : of_) r.possible.emplace_back(calls_, wish{});
  }
  /// The room was left: what had been wished before is over, and what was asked since the detach is not.
  void left(bool asked) {
    const std::uint64_t until = asked ? detached_at_ : calls_;
    for (auto& [client_id, r] : of_) {
      if (r.known_at <= until) r = {std::nullopt, until, std::move(r.possible)};
      std::erase_if(r.possible, [&](const auto& p) { return p.first <= until; });
    }
  }

  /// What is wrong about this being there in the end; empty if nothing is.
  [[nodiscard]] std::string problem(const std::string& client_id, const wish& there) const {
    const auto found = of_.find(client_id);
    if (found == of_.end()) return there ? client_id + " is there, and nobody asked for it" : std::string{};
    const record& r = found->second;
    if (r.known == there) return {};
    for (const auto& [number, possible] : r.possible) {
      if (possible == there) return {};
    }
    return client_id + " is " + text(there) + ", but wished was " + text(r.known);
  }
  [[nodiscard]] std::vector<std::string> client_ids() const {
    std::vector<std::string> all;
    for (const auto& [client_id, r] : of_) all.push_back(client_id);
    return all;
  }
  /// How many members have one wish that is known and nothing else that is possible.
  [[nodiscard]] std::uint64_t certain() const {
    return static_cast<std::uint64_t>(
        std::count_if(of_.begin(), of_.end(), [](const auto& one) { return one.second.possible.empty(); }));
  }

 private:
  struct record {
    wish known;
    std::uint64_t known_at = 0;
    std::vector<std::pair<std::uint64_t, wish>> possible;
  };
  [[nodiscard]] static std::string text(const wish& w) { return w ? "there with " + std::to_string(*w) : "not there"; }

  std::map<std::string, record> of_;
  std::uint64_t calls_ = 0;
  std::uint64_t detached_at_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
