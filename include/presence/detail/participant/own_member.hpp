#ifndef PRESENCE_DETAIL_PARTICIPANT_OWN_MEMBER_HPP
#define PRESENCE_DETAIL_PARTICIPANT_OWN_MEMBER_HPP

#include <presence/extras.hpp>
#include <presence/message_id.hpp>
#include <presence/shared_data.hpp>

#include <cstdint>
#include <string>

namespace presence::inline PRESENCE_ABI::detail {

/// One client id for which a participant is, was or wants to be present: what the hub has accepted last, what the user
/// wished since, and what is on its way. `own_members` has the rules.
template <class Wire>
struct own_member {
  // accepted last, as far as is known
  shared_data<Wire> data;
  presence::extras extras;
  message_id id;              // as of the last echo; none if it was not seen
  std::string connection_id;  // where it was accepted; empty if that is not known
  bool accepted = false;

  bool wants_to_leave = false;   // the user's last call was a leave that the hub has not refused
  bool left = false;             // the hub has said that it left, during a sync whose pages may still show it
  bool echoed = false;           // a live echo came since the last answer
  bool reentering = false;       // a re-entry is on its way
  bool lacking = false;          // … and a sync of the same connection does not have the member
  bool owed = false;             // is to be entered again as soon as nothing is on its way
  bool put_off = false;          // … but not now: the hub refused it for a passing reason, or nobody answered
  std::uint32_t unechoed = 0;    // accepted by an answer after this sync had begun, and not seen since; 0: no
  std::uint32_t doubtful = 0;    // unechoed, and this sync, counted, did not show it: the next one decides; 0: no
  std::uint32_t on_the_way = 0;  // operations of the user that were sent and are not answered
  std::uint32_t waiting = 0;     // … and that wait to be sent
  std::uint64_t newest = 0;      // the number of the last of these, as the participant's state counts them

  [[nodiscard]] bool is_needed() const noexcept {
    return accepted || reentering || left || on_the_way > 0 || waiting > 0;
  }
  [[nodiscard]] bool may_reenter() const noexcept {
    return owed && !put_off && accepted && !wants_to_leave && !reentering && on_the_way == 0;
  }
  void forget_accepted() noexcept {
    accepted = owed = put_off = lacking = false;
    unechoed = doubtful = 0;
    data = {};
    extras = {};
    id = {};
    connection_id.clear();
  }
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
