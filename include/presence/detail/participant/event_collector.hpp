#ifndef PRESENCE_DETAIL_PARTICIPANT_EVENT_COLLECTOR_HPP
#define PRESENCE_DETAIL_PARTICIPANT_EVENT_COLLECTOR_HPP

#include <presence/action.hpp>
#include <presence/member.hpp>
#include <presence/message.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// The events of one change of the set, for those who listen now. Events of a batch are not copied: neighbours are one
/// run over the batch itself. Room is made before the set changes, so that collecting cannot fail (S17): what has changed
/// is told.
template <class Data>
class event_collector {
 public:
  using event_type = event<Data>;
  using run = std::span<const event_type>;
  /// How an event changed its user. The event is one of the runs or of the leaves.
  struct user_note {
    const event_type* about;
    std::size_t leave;  // its place among the leaves, where `about` is null
    user_change change;
  };

  /// What an event did to the set. It is one of the runs or of the leaves.
  enum class effect : std::uint8_t { added, updated, removed };
  struct change_note {
    const event_type* about;
    std::size_t leave;  // its place among the leaves, where `about` is null
    effect what;
  };

  /// Who listens. Nothing is collected for listeners that are not there. `members`: how many there are now.
  void begin(bool events, bool users, bool changes, std::size_t members) noexcept {
    events_ = events;
    users_ = users;
    changes_ = changes;
    anything_ = events || users || changes;
    members_ = members;
  }
  void begin_for_nobody() noexcept { anything_ = events_ = users_ = changes_ = false; }
  [[nodiscard]] bool anything() const noexcept { return anything_; }

  /// The next `messages` events will find room. May throw.
  void expect(std::size_t messages) {
    if (events_) grow(runs_, messages);
    if (users_) grow(notes_, messages);
    if (changes_) grow(change_notes_, messages);
  }
  /// The same for leaves that the set makes up at the end of a sync.
  void expect_leaves(std::size_t leaves) {
    if (!anything() || leaves == 0) return;
    grow(leaves_, leaves);
    grow(runs_, 1);
    if (users_) grow(notes_, leaves);
    if (changes_) grow(change_notes_, leaves);
  }

  /// `members`: how many there are after it.
  void add(const event_type& e, user_change change, std::size_t members) noexcept {
    if (events_) {
      seen_ = seen_ | e.action;
      if (&e == after_run_) {
        runs_.back() = {runs_.back().data(), runs_.back().size() + 1};
      } else {
        runs_.emplace_back(&e, std::size_t{1});
      }
      after_run_ = &e + 1;
    }
    if (users_ && change != user_change::none) notes_.push_back({&e, 0, change});
    if (changes_) {
      const effect what = members > members_ ? effect::added : members < members_ ? effect::removed : effect::updated;
      change_notes_.push_back({&e, 0, what});
      members_ = members;
    }
  }
  void add_leave(event_type&& e, user_change change) noexcept {
    if (users_ && change != user_change::none) notes_.push_back({nullptr, leaves_.size(), change});
    if (changes_) change_notes_.push_back({nullptr, leaves_.size(), effect::removed});
    if (anything()) leaves_.push_back(std::move(e));
  }

  [[nodiscard]] bool empty() const noexcept {
    return !anything_ || (runs_.empty() && leaves_.empty() && notes_.empty() && change_notes_.empty());
  }

  /// What there is to tell, the made-up leaves last.
  [[nodiscard]] const std::vector<run>& runs() noexcept {
    if (events_ && !leaves_.empty() && !leaves_added_) {
      leaves_added_ = true;
      runs_.emplace_back(leaves_);
      seen_ = seen_ | action::leave;
    }
    return runs_;
  }
  [[nodiscard]] action_set actions() const noexcept { return seen_; }
  [[nodiscard]] const std::vector<user_note>& notes() const noexcept { return notes_; }
  [[nodiscard]] const std::vector<change_note>& change_notes() const noexcept { return change_notes_; }
  template <class Note>
  [[nodiscard]] const event_type& event_of(const Note& note) const noexcept {
    return note.about != nullptr ? *note.about : leaves_[note.leave];
  }

  /// Forgets it all. Buffers that grew beyond the ordinary are given back. Destroys data: not under a lock.
  void clear() noexcept {
    shrink(runs_);
    shrink(leaves_);
    shrink(notes_);
    shrink(change_notes_);
    after_run_ = nullptr;
    leaves_added_ = false;
    seen_ = {};
  }

 private:
  static constexpr std::size_t kept = 4096;  // of one sync page or batch and more

  template <class T>
  static void grow(std::vector<T>& v, std::size_t by) {
    const std::size_t wanted = v.size() + by;
    if (v.capacity() < wanted) v.reserve(wanted > 2 * v.capacity() ? wanted : 2 * v.capacity());
  }
  template <class T>
  static void shrink(std::vector<T>& v) noexcept {
    v.clear();
    if (v.capacity() * sizeof(T) > kept * sizeof(run)) std::vector<T>{}.swap(v);
  }

  std::vector<run> runs_;
  std::vector<event_type> leaves_;
  std::vector<user_note> notes_;
  std::vector<change_note> change_notes_;
  std::size_t members_ = 0;                // after the last change, where changes are noted
  const event_type* after_run_ = nullptr;  // the event that would make the last run longer
  action_set seen_;
  bool anything_ = false;
  bool events_ = false;
  bool users_ = false;
  bool changes_ = false;
  bool leaves_added_ = false;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
