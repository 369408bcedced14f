#ifndef PRESENCE_DETAIL_PARTICIPANT_EFFECTS_HPP
#define PRESENCE_DETAIL_PARTICIPANT_EFFECTS_HPP

#include <presence/detail/participant/operation.hpp>
#include <presence/detail/util/fifo.hpp>
#include <presence/detail/util/one_of.hpp>
#include <presence/room_state.hpp>

#include <cassert>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

// What a participant's state wants done, in this order, outside its lock.

struct no_effect {};
struct notify_state {
  room_event event;
};
struct deliver_events {};  ///< what the collector has
struct complete_calls {    ///< of attach and detach
  fifo<completion> handlers;
  std::error_code outcome;
  std::string_view operation;
};
template <class Wire>
struct refuse_operations {
  fifo<operation<Wire>> refused;
  std::error_code why;
};
struct answer_gets {  ///< those that wait: with this error, or with what they asked for
  std::error_code why;
};
struct report_unheard {};  ///< subscriptions will hear nothing
struct ask_attach {};
struct ask_detach {};
struct send_reentries {};
struct send_waiting {};   ///< operations that waited for the attach
struct complete_held {};  ///< operations whose own event had to come first

template <class Wire>
using effect = one_of<no_effect, notify_state, deliver_events, complete_calls, refuse_operations<Wire>, answer_gets,
                      report_unheard, ask_attach, ask_detach, send_reentries, send_waiting, complete_held>;

/// The effects of one happening. None brings more than fit, and what can be many travels as one, so adding one needs no
/// memory and cannot fail: a state that has changed is always followed by what belongs to it.
template <class Wire>
class effect_list {
 public:
  static constexpr std::size_t most = 12;

  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  template <class Effect>
  void add(Effect one) noexcept {
    assert(size_ < most);
    waiting_[size_++] = std::move(one);
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// By its place: what an effect leads to may add others behind it.
  [[nodiscard]] effect<Wire>& operator[](std::size_t at) noexcept { return waiting_[at]; }
  void clear() noexcept {
    while (size_ > 0) waiting_[--size_] = no_effect{};
  }

 private:
  effect<Wire> waiting_[most];
  std::size_t size_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
