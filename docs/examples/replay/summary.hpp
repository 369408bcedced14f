#ifndef REPLAY_SUMMARY_HPP
#define REPLAY_SUMMARY_HPP

#include "replay.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>

namespace replay {

/// What the observer saw. Nothing here is counted from the input but the lines themselves.
class summary {
 public:
  /// Counts from now on. The presence must outlive this.
  explicit summary(participant& observer);

  std::uint64_t lines = 0;
  std::uint64_t ignored = 0;

  /// One line of JSON.
  void write_json(std::ostream& out) const;
  /// For people.
  void write_text(std::ostream& out) const;

 private:
  [[nodiscard]] std::uint64_t events(presence::action a) const { return events_[static_cast<std::size_t>(a)]; }
  [[nodiscard]] std::uint64_t left(presence::leave_reason r) const { return reasons_[static_cast<std::size_t>(r)]; }

  const participant& observer_;
  std::array<std::uint64_t, 5> events_{};   // by action
  std::array<std::uint64_t, 6> reasons_{};  // of leaves, by leave_reason
  std::uint64_t online_ = 0;
  std::uint64_t offline_ = 0;
  std::size_t peak_members_ = 0;
  std::size_t peak_users_ = 0;
  presence::subscription on_event_;
  presence::subscription on_user_;
};

}  // namespace replay

#endif
