// What one batch meant for a list on a screen.
#ifndef PRESENCE_CHANGES_HPP
#define PRESENCE_CHANGES_HPP

#include <presence/message.hpp>

#include <cstddef>
#include <vector>

namespace presence::inline PRESENCE_ABI {

/// The difference that one batch, or one page of a sync, made to the set of members, for whoever shows a list and wants to
/// draw it once: what a listener of `basic_presence::subscribe_changes` receives. A member stands in one of the three at
/// most, with the last message about it; one that came and went in the same batch in none. Ids are copied, data is shared.
template <class Data>
struct changes {
  std::vector<event<Data>> added;    ///< was not there before
  std::vector<event<Data>> updated;  ///< was there, and is again: also one that left and came back in the same batch
  std::vector<event<Data>> removed;  ///< was there

  /// Whether nothing has changed; never so in what a listener is told.
  [[nodiscard]] bool empty() const noexcept { return added.empty() && updated.empty() && removed.empty(); }
  /// How many members have changed.
  [[nodiscard]] std::size_t size() const noexcept { return added.size() + updated.size() + removed.size(); }
};

}  // namespace presence::inline PRESENCE_ABI

#endif
