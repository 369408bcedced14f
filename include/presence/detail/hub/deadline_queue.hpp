#ifndef PRESENCE_DETAIL_HUB_DEADLINE_QUEUE_HPP
#define PRESENCE_DETAIL_HUB_DEADLINE_QUEUE_HPP

#include <presence/clock.hpp>

#include <chrono>
#include <list>
#include <map>
#include <optional>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// Deadlines that are all "now plus one of a few durations". Items of one duration fall due in the order they came, so
/// each duration is a plain list, and arming and cancelling are O(1) in the number of items (O(log n) in durations).
/// Precondition: the `now` of successive calls never goes back.
template <class T>
class deadline_queue {
  struct entry {
    time_point due;
    T item;
  };
  using lane = std::list<entry>;
  using lanes = std::map<std::chrono::milliseconds, lane>;

 public:
  class handle {
    friend class deadline_queue;

   public:
    /// Precondition: armed, and neither cancelled nor popped since.
    [[nodiscard]] time_point due() const noexcept { return entry_->due; }

   private:
    typename lanes::iterator lane_;
    typename lane::iterator entry_;
  };

  /// A deadline past the end of time stays at its end.
  [[nodiscard]] handle arm(time_point now, std::chrono::milliseconds after, T item) {
    lane fresh;  // allocated first: no lane may be left empty
    const bool endless = now > time_point{} && after > time_point::max() - now;
    fresh.push_back(entry{endless ? time_point::max() : now + after, std::move(item)});
    handle armed;
    armed.entry_ = fresh.begin();
    armed.lane_ = lanes_.try_emplace(after).first;
    armed.lane_->second.splice(armed.lane_->second.end(), fresh);
    return armed;
  }

  /// Precondition: armed, and neither cancelled nor popped since.
  void cancel(handle armed) noexcept { remove(armed.lane_, armed.entry_); }

  [[nodiscard]] std::optional<time_point> next() const {
    std::optional<time_point> earliest;
    for (const auto& [after, items] : lanes_) {
      if (!earliest || items.front().due < *earliest) earliest = items.front().due;
    }
    return earliest;
  }

  /// Takes the item that is due first, if it is due at or before `now`.
  [[nodiscard]] std::optional<T> pop_due(time_point now) {
    auto first = lanes_.end();
    for (auto at = lanes_.begin(); at != lanes_.end(); ++at) {
      if (first == lanes_.end() || at->second.front().due < first->second.front().due) first = at;
    }
    if (first == lanes_.end() || first->second.front().due > now) return std::nullopt;
    T item = std::move(first->second.front().item);
    remove(first, first->second.begin());
    return item;
  }

 private:
  void remove(typename lanes::iterator from, typename lane::iterator which) noexcept {
    from->second.erase(which);
    if (from->second.empty()) lanes_.erase(from);
  }

  lanes lanes_;  // none is empty
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
