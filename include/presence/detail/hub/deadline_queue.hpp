#ifndef PRESENCE_DETAIL_HUB_DEADLINE_QUEUE_HPP
#define PRESENCE_DETAIL_HUB_DEADLINE_QUEUE_HPP

#include <presence/version.hpp>

#include <chrono>
#include <list>
#include <map>
#include <optional>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// Deadlines that are all "now plus some duration", on the hub's elapsed time. Items of one duration fall due in the
/// order they came, so each duration is a plain list, its lane; the lanes stand in the order of their first items.
/// Arming, cancelling and taking what is due are O(log n) in the number of durations in use, and O(1) in the number of
/// items. Precondition: the `now` of successive calls never goes back.
template <class T>
class deadline_queue {
 public:
  using milliseconds = std::chrono::milliseconds;

 private:
  using order = std::multimap<milliseconds, milliseconds>;  // when a lane's first item is due, and the lane's duration
  struct entry {
    milliseconds due;
    T item;
  };
  struct lane {
    std::list<entry> items;
    order::iterator place;
  };
  using lanes = std::map<milliseconds, lane>;

 public:
  class handle {
    friend class deadline_queue;

   public:
    /// Precondition: armed, and neither cancelled nor popped since.
    [[nodiscard]] milliseconds due() const noexcept { return entry_->due; }

   private:
    typename lanes::iterator lane_;
    typename std::list<entry>::iterator entry_;
  };

  /// What is due at this time is never due: a deadline past the end of time stays at its end.
  static constexpr milliseconds never = milliseconds::max();

  /// If it throws, nothing has changed.
  [[nodiscard]] handle arm(milliseconds now, milliseconds after, T item) {
    std::list<entry> fresh;
    const bool endless = now > milliseconds{0} && after > never - now;
    fresh.push_back(entry{endless ? never : now + after, std::move(item)});
    handle armed;
    armed.entry_ = fresh.begin();
    armed.lane_ = lanes_.find(after);
    if (armed.lane_ == lanes_.end()) {  // all that can fail comes before the first change that stays
      order placed;
      const auto place = placed.emplace(armed.entry_->due, after);
      armed.lane_ = lanes_.try_emplace(after).first;
      armed.lane_->second.place = order_.insert(placed.extract(place));
    }
    lane& in = armed.lane_->second;
    in.items.splice(in.items.end(), fresh);
    return armed;
  }

  /// Precondition: armed, and neither cancelled nor popped since.
  void cancel(handle armed) noexcept { remove(armed.lane_, armed.entry_); }

  [[nodiscard]] std::optional<milliseconds> next() const {
    if (order_.empty()) return std::nullopt;
    return order_.begin()->first;
  }

  /// Takes the item that is due first, if it is due at or before `now`.
  [[nodiscard]] std::optional<T> pop_due(milliseconds now) {
    if (order_.empty() || order_.begin()->first > now) return std::nullopt;
    const auto first = lanes_.find(order_.begin()->second);
    T item = std::move(first->second.items.front().item);
    remove(first, first->second.items.begin());
    return item;
  }

 private:
  void remove(typename lanes::iterator from, typename std::list<entry>::iterator which) noexcept {
    lane& in = from->second;
    const bool first = which == in.items.begin();
    in.items.erase(which);
    if (in.items.empty()) {
      order_.erase(in.place);
      lanes_.erase(from);
    } else if (first) {
      auto place = order_.extract(in.place);  // moved without an allocation
      place.key() = in.items.front().due;
      in.place = order_.insert(std::move(place));
    }
  }

  lanes lanes_;  // by duration; none is empty
  order order_;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
