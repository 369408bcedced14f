#ifndef PRESENCE_DETAIL_PARTICIPANT_OPERATION_HPP
#define PRESENCE_DETAIL_PARTICIPANT_OPERATION_HPP

#include <presence/action.hpp>
#include <presence/detail/util/completion.hpp>
#include <presence/extras.hpp>
#include <presence/message_id.hpp>
#include <presence/shared_data.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// An enter, update or leave of a participant: waiting for the attach, or sent and not answered. Of a batch it is the first,
/// and has the others with it: they wait, are sent and are answered together.
template <class Wire>
struct operation {
  action what = action::absent;
  bool own = true;               ///< for the connection's own client id
  bool reentry = false;          ///< made by the participant after an attach (RTP17i), not by its user
  std::uint32_t attachment = 0;  ///< sent: since which attach; one of before a detach concerns nobody any more
  std::uint32_t connection = 0;  ///< sent: over which connection, counted
  std::uint32_t sync = 0;        ///< sent: after how many attaches that were not resumed
  std::string client_id;         ///< empty: the connection's own, which the hub fills in (RTP8c)
  shared_data<Wire> data;        ///< kept until the answer, as is what follows
  presence::extras extras;
  message_id id;                          ///< of a re-entry on the same connection (RTP17g1)
  std::optional<std::error_code> answer;  ///< one that there was no memory to queue
  completion handler;
  std::vector<operation> others;

  [[nodiscard]] bool alone() const noexcept { return others.empty(); }
};

/// Calls `with(operation&)` for each of a batch, or for the one.
template <class Operation, class With>
void each_part(Operation& op, With&& with) {
  with(op);
  for (auto& other : op.others) with(other);
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
