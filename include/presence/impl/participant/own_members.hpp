// own_members: what happens to them.
#ifndef PRESENCE_IMPL_PARTICIPANT_OWN_MEMBERS_HPP
#define PRESENCE_IMPL_PARTICIPANT_OWN_MEMBERS_HPP

#include <presence/detail/participant/own_members.hpp>

namespace presence::inline PRESENCE_ABI::detail {

template <class Wire>
bool own_members<Wire>::answered(const operation_type& op, std::error_code outcome, bool in_room,
                                 std::optional<bool> there) noexcept {
  if (op.attachment != attachment_) return false;  // of before a detach (W9)
  record* const found = find(op);
  if (found == nullptr) return false;
  record& mine = *found;
  const bool leaves = op.what == action::leave;
  bool refused = false;
  if (op.reentry) {
    mine.reentering = false;
  } else if (mine.on_the_way > 0) {
    --mine.on_the_way;
  }
  if (is_self(op) && !leaves && !op.reentry && entering_ > 0) --entering_;

  if (!outcome && leaves) {
    // One that was sent over an earlier connection says nothing of a member that is on this one.
    const bool elsewhere = op.connection != connection_ && mine.accepted && mine.connection_id == connection_id_;
    if (!elsewhere) {
      mine.accepted = mine.owed = false;
      mine.left = !there.has_value();
      if (is_self(op)) self_ = entering_ > 0 ? self_status{self_state::entering, {}, {}} : self_status{};
    }
    if (mine.on_the_way == 0) mine.wants_to_leave = false;
    mine.echoed = false;
  } else if (!outcome && !mine.echoed && op.connection == connection_ && op.sync != syncs_ && there == false) {
    // Either it was done before the sync, and the hub has ended the member since, or after it, and the echo was lost: then
    // another sync follows, or a new connection where it is entered again (W7).
    accept(mine, op);
    mine.doubtful = syncs_;
    if (is_self(op)) self_ = {self_state::lost, leave_reason::resync, {}};
  } else if (!outcome) {
    accept(mine, op);
    if (is_self(op) && in_room && !mine.owed) self_ = {self_state::present, {}, {}};
  } else if (op.reentry) {
    if (mine.lacking && !is_refusal(outcome)) {  // nobody answered, but the sync did
      mine.forget_accepted();
      if (is_self(op)) self_ = {self_state::lost, leave_reason::resync, {}};
    } else if (is_temporary(outcome) || !is_refusal(outcome)) {
      // W8. Where there was an attach since, its time has come already.
      if (op.sync == syncs_) {
        put_off(mine);
      } else {
        mine.owed = true;
      }
    } else {
      refused = true;
      mine.accepted = mine.owed = false;
      if (is_self(op)) {
        self_ = outcome == errc::evicted ? self_status{self_state::lost, leave_reason::evicted, {}}
                                         : self_status{self_state::lost, leave_reason::none, outcome};
      }
    }
  } else if (leaves) {
    if (is_refusal(outcome)) {
      mine.wants_to_leave = false;  // the member is still there, and its user knows
    } else if (mine.wants_to_leave) {
      mine.accepted = mine.owed = false;  // W5
      if (mine.on_the_way == 0) mine.wants_to_leave = false;
      if (is_self(op) && self_.state == self_state::present && mine.connection_id != connection_id_) self_ = {};
    }
  }
  if (outcome && mine.lacking && mine.on_the_way == 0 && !mine.reentering) {
    // Nobody did what was asked, and a sync has said what there is.
    if (is_self(op) && mine.accepted && !leaves) self_ = {self_state::lost, leave_reason::resync, {}};
    if (certainly_over(mine)) mine.forget_accepted();
  }
  if (!outcome || op.reentry) mine.lacking = false;
  if (is_self(op)) settle_self();
  forget_unneeded(op, mine);
  return refused;
}

/// The echo came before the answer and has said all there is to say; where it was lost, the answer says it (W3).
template <class Wire>
void own_members<Wire>::accept(record& mine, const operation_type& op) noexcept {
  const bool here = op.connection == connection_;
  if (op.reentry) {
    mine.echoed = false;  // that was its own echo, and not that of an operation sent after it
    if (here && mine.connection_id != connection_id_) {
      mine.connection_id = connection_id_;
      mine.id = {};
      mine.unechoed = syncs_;
    }
  } else if (!std::exchange(mine.echoed, false)) {
    mine.unechoed = syncs_;
    mine.data = op.data;
    mine.extras = op.extras;
    if (!here || mine.connection_id != connection_id_ || !mine.accepted) mine.id = {};
    mine.connection_id = here ? connection_id_ : std::string{};
  }
  mine.accepted = true;
  mine.owed = !here;
  mine.put_off = false;
  mine.doubtful = 0;
}

template <class Wire>
template <class Spent>
void own_members<Wire>::echoed(const message<Wire>& echo, bool live, Spent&& spent) {
  const bool is_own_id = echo.client_id == client_id_;
  if (echo.action != action::leave) {
    record& mine = is_own_id ? self_record_ : others_.try_emplace(echo.client_id).first->second;
    if (!live && (mine.left || mine.unechoed == syncs_)) return;  // the page may be older than the answer (W7)
    mine.left = false;
    std::string connection =
        echo.connection_id == mine.connection_id ? std::move(mine.connection_id) : echo.connection_id;
    spent(std::exchange(mine.data, echo.data));
    mine.extras = echo.extras;
    mine.id = echo.id;
    mine.connection_id = std::move(connection);
    mine.accepted = true;
    mine.lacking = false;
    mine.unechoed = mine.doubtful = 0;
    mine.echoed = mine.echoed || live;
    mine.owed = mine.owed && mine.connection_id != connection_id_;
    if (is_own_id) self_ = {self_state::present, {}, {}};
    return;
  }
  record* const mine = find(echo.client_id);
  const bool asked = echo.reason == leave_reason::left || (echo.reason == leave_reason::none && !echo.id.synthesized());
  if (mine != nullptr && (!echo.id.synthesized() || echo.reason == leave_reason::evicted)) {
    spent(std::exchange(mine->data, {}));
    mine->forget_accepted();
    mine->echoed = false;
    if (!is_own_id && !mine->is_needed()) erase(echo.client_id);
  }
  if (!is_own_id) return;
  if (!asked) {
    self_ = {self_state::lost, echo.reason, {}};
  } else {
    self_ = entering_ > 0 ? self_status{self_state::entering, {}, {}} : self_status{};
  }
}

template <class Wire>
template <class Spent>
void own_members<Wire>::echoed_unseen(const message<Wire>& leave, Spent&& spent) {
  const record* const mine = find(leave.client_id);
  if (mine == nullptr || !mine->accepted) return;
  const bool older = !leave.id.synthesized() && !mine->id.synthesized() && mine->connection_id == leave.connection_id &&
                     std::pair{leave.id.msg_serial, leave.id.index} < std::pair{mine->id.msg_serial, mine->id.index};
  if (!older) echoed(leave, true, spent);
}

template <class Wire>
void own_members<Wire>::attached(bool resumed, std::string connection_id, bool set_will_tell) {
  const bool same = connection_id == connection_id_;
  if (!same) {
    ++connection_;
    connection_id_ = std::move(connection_id);
  }
  if (resumed) {
    if (self_.state == self_state::lost && self_record_.accepted && !self_record_.doubtful)
      self_ = {self_state::present, {}, {}};
    begin_reentry(true);  // of those that nobody answered
    return;
  }
  ++syncs_;
  const auto owe = [&](record& mine) {
    mine.echoed = mine.left = mine.lacking = false;
    if (!mine.accepted) return;
    if (mine.wants_to_leave && mine.on_the_way == 0) {  // W5. Here it is still there, or the sync says that it is not
      if (!same) mine.forget_accepted();
      return;
    }
    // Here the hub has it, or has ended it; without an id it could not tell a re-entry from a new wish. The sync says.
    if (same && (mine.unechoed != 0 || mine.id == message_id{}) && set_will_tell) return;
    mine.doubtful = 0;
    mine.owed = true;
  };
  owe(self_record_);
  if (!same) forget_unfounded_self();
  if (!same && self_record_.wants_to_leave && !self_record_.accepted && entering_ == 0) self_ = {};
  for (auto& [client_id, mine] : others_) owe(mine);
  begin_reentry(true);
}

/// Nothing speaks for our being present any more: a leave that nobody answered was the last that was heard of it.
template <class Wire>
void own_members<Wire>::forget_unfounded_self() noexcept {
  const bool thinks_so = self_.state == self_state::present || self_.state == self_state::entering;
  if (!thinks_so || self_record_.accepted || self_record_.on_the_way > 0) return;
  self_ = entering_ > 0 ? self_status{self_state::entering, {}, {}} : self_status{};
}

/// A sync did not show the member. What no message has shown may have been accepted after the sync was made: then another
/// one follows (W7).
template <class Wire>
bool own_members<Wire>::certainly_over(record& mine) noexcept {
  if (mine.unechoed == 0 || (mine.doubtful != 0 && mine.doubtful != syncs_)) return true;
  mine.doubtful = syncs_;
  return false;
}

template <class Wire>
template <class IsThere>
void own_members<Wire>::sync_ended(IsThere&& is_there) noexcept {
  const auto ended_by_hub = [&](const std::string& client_id, record& mine) {
    const bool undecided = mine.reentering || mine.owed || mine.on_the_way > 0;
    if (undecided && mine.connection_id == connection_id_) mine.lacking = !is_there(client_id);
    return mine.accepted && mine.connection_id == connection_id_ && mine.on_the_way == 0 && !mine.reentering &&
           !mine.owed && !is_there(client_id);
  };
  if (ended_by_hub(client_id_, self_record_)) {
    if (certainly_over(self_record_)) self_record_.accepted = self_record_.owed = false;
    if (self_.state == self_state::present || self_.state == self_state::entering) {
      self_ = entering_ > 0 ? self_status{self_state::entering, {}, {}}
                            : self_status{self_state::lost, leave_reason::resync, {}};
    }
  }
  if (self_record_.accepted && is_there(client_id_)) self_ = {self_state::present, {}, {}};
  forget_unfounded_self();
  self_record_.left = false;
  for (auto at = others_.begin(); at != others_.end();) {
    at->second.left = false;
    if (at->second.is_needed() && (!ended_by_hub(at->first, at->second) || !certainly_over(at->second))) {
      ++at;
      continue;
    }
    const auto over = at++;
    if (walking_ && at_ == over) at_ = at;
    others_.erase(over);
  }
}

template <class Wire>
template <class Spent>
void own_members<Wire>::ended(bool asked, std::error_code why, Spent&& spent) noexcept {
  if (asked) {
    self_ = {};
  } else {
    lose_self(why);
  }
  spent(std::exchange(self_record_.data, {}));
  self_record_ = {};
  for (auto& [client_id, mine] : others_) spent(std::exchange(mine.data, {}));
  others_ = {};
  ++attachment_;
  entering_ = put_off_ = 0;
  walking_ = false;
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
