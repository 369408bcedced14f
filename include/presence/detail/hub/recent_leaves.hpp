#ifndef PRESENCE_DETAIL_HUB_RECENT_LEAVES_HPP
#define PRESENCE_DETAIL_HUB_RECENT_LEAVES_HPP

#include <presence/clock.hpp>
#include <presence/detail/util/hash.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <string_view>

namespace presence::inline PRESENCE_ABI::detail {

/// Stamps of leaves that lie in the future, by a name. Nearly always there are none and this is two words: they lie a
/// millisecond ahead, and all are forgotten once that has gone by. Names share a few hundred places, so that memory is
/// bounded; a name that shares one with another is only stamped later than it need be.
class recent_leaves {
 public:
  /// The earliest stamp that is not before a leave of `name`; `time_point::min()` where there was none.
  [[nodiscard]] time_point earliest(std::string_view name) const noexcept {
    return places_ == nullptr ? floor_ : std::max(floor_, (*places_)[place(name)]);
  }

  /// A leave of `name`, made at `now`, has this stamp. Where memory is short it counts for every name.
  void note(std::string_view name, time_point stamp, time_point now) noexcept {
    if (latest_ <= now) places_.reset();
    if (stamp <= now) return;
    latest_ = std::max(latest_, stamp);
    if (places_ == nullptr) {
      places_.reset(new (std::nothrow) stamps);
      if (places_ == nullptr) return note_for_all(stamp);
      places_->fill(time_point::min());
    }
    time_point& at = (*places_)[place(name)];
    at = std::max(at, stamp);
  }

  /// Every name has left at this time.
  void note_for_all(time_point stamp) noexcept {
    floor_ = std::max(floor_, stamp);
    latest_ = std::max(latest_, stamp);
  }

  /// The stamp of the latest leave that was in the future.
  [[nodiscard]] time_point latest() const noexcept { return latest_; }

 private:
  using stamps = std::array<time_point, 256>;

  [[nodiscard]] static std::size_t place(std::string_view name) noexcept { return seeded_hash{}(name) % 256; }

  std::unique_ptr<stamps> places_;
  time_point floor_ = time_point::min();
  time_point latest_ = time_point::min();
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
