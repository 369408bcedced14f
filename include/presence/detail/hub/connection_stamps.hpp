// How the messages of one connection in one room are stamped.
#ifndef PRESENCE_DETAIL_HUB_CONNECTION_STAMPS_HPP
#define PRESENCE_DETAIL_HUB_CONNECTION_STAMPS_HPP

#include <presence/clock.hpp>
#include <presence/detail/hub/recent_leaves.hpp>

#include <algorithm>
#include <chrono>
#include <string_view>

namespace presence::inline PRESENCE_ABI::detail {

/// Stamps are the hub's time of day, with one exception. A leave that the hub makes up is judged by its stamp alone
/// (RTP2b1), and an equal stamp lets whichever comes last win (RTP2b1a): a page of a sync that is still on its way
/// could bring the member back. So such a leave is stamped a millisecond later than what its member was last stamped,
/// and what the connection sends afterwards for the same client id not earlier than the leave, or receivers would take
/// it for old.
///
/// A member that is made to leave and comes back again and again, more than once in a millisecond, would so get ahead
/// of the time of day without bound; `too_far_ahead` says when the connection has to wait. Others are not concerned.
class connection_stamps {
 public:
  using milliseconds = std::chrono::milliseconds;

  /// How far leaves may run ahead because there are more of them than milliseconds.
  static constexpr milliseconds most_ahead{1'000};

  /// By how much leaves were stamped later than their turn, and when that was reckoned: each millisecond pays one.
  struct lead {
    milliseconds owed{0};
    time_point as_of{};

    [[nodiscard]] milliseconds at(time_point now) const noexcept {
      return now <= as_of ? owed : owed - std::min(owed, now - as_of);
    }
  };

  /// The stamp of a message that is sent at `now`.
  [[nodiscard]] time_point of_message(std::string_view client_id, time_point now) noexcept {
    const time_point stamp = std::max(now, left_.earliest(client_id));
    sent_ = std::max(sent_, stamp);
    read_ = std::max(read_, now);
    return stamp;
  }

  /// The stamp of a leave that the hub makes at `now` for a member whose last message was stamped `member`. If the
  /// clock was set back, an earlier message of the same member may have been later: then it is later than all that was
  /// sent.
  [[nodiscard]] time_point of_leave(std::string_view client_id, time_point now, time_point member) {
    constexpr milliseconds step{1};
    const time_point sent = read_ > now ? std::max(sent_, member) : member;
    const time_point stamp = std::max({now, left_.earliest(client_id), sent + step});
    const time_point expected = std::max(now + step, left_.latest());
    left_.note(client_id, stamp, now);
    if (stamp > expected) lead_ = {lead_.at(now) + (stamp - expected), now};
    return stamp;
  }

  /// Whether the leaves have come to be more than `most_ahead` before time. A clock that was set back does not count.
  [[nodiscard]] bool too_far_ahead(time_point now) const noexcept { return lead_.at(now) > most_ahead; }
  /// Whether that may be so, for who would have to read the clock first.
  [[nodiscard]] bool may_be_ahead() const noexcept { return lead_.owed > most_ahead; }

  /// Goes on from where an earlier attachment of the connection to the same room has come.
  void go_on_from(time_point left, const lead& by) noexcept {
    left_.note_for_all(left);
    lead_ = by;
  }
  /// The stamp of the last leave that was in the future.
  [[nodiscard]] time_point left() const noexcept { return left_.latest(); }
  [[nodiscard]] const lead& ahead() const noexcept { return lead_; }

 private:
  recent_leaves left_;
  time_point sent_ = time_point::min();  // the latest stamp of a message
  time_point read_ = time_point::min();  // the latest time at which one was sent
  lead lead_;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
