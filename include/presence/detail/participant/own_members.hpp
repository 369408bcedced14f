#ifndef PRESENCE_DETAIL_PARTICIPANT_OWN_MEMBERS_HPP
#define PRESENCE_DETAIL_PARTICIPANT_OWN_MEMBERS_HPP

#include <presence/detail/participant/answers.hpp>
#include <presence/detail/participant/operation.hpp>
#include <presence/detail/participant/own_member.hpp>
#include <presence/detail/util/hash.hpp>
#include <presence/error.hpp>
#include <presence/message.hpp>
#include <presence/room_state.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// The members that were entered over this participant's connection, what their user wishes, and `self()`. The rules are
/// the clauses W1 to W10 of docs/semantics.md: what is entered again is the last wish whose outcome is known, it never
/// overtakes or undoes one whose outcome is not, and what the hub ended stays ended.
///
/// A state machine: it is told what happened, and says what to send. No lock, no call out. Data that it lets go of is
/// handed to the `spent` of its owner, as a destructor of the user's must not run under the owner's lock.
template <class Wire>
class own_members {
 public:
  using record = own_member<Wire>;
  using operation_type = operation<Wire>;

  explicit own_members(std::string_view client_id) : client_id_(client_id) {}

  [[nodiscard]] const self_status& self() const noexcept { return self_; }
  [[nodiscard]] const std::string& client_id() const noexcept { return client_id_; }
  [[nodiscard]] const std::string& connection_id() const noexcept { return connection_id_; }
  [[nodiscard]] const std::string& name_of(const operation_type& op) const noexcept {
    return op.client_id.empty() ? client_id_ : op.client_id;
  }
  [[nodiscard]] std::uint32_t attachment() const noexcept { return attachment_; }
  [[nodiscard]] bool anybody_put_off() const noexcept { return put_off_ > 0; }

  // --- what the user asks -----------------------------------------------------------------------------------------------

  /// For a batch: what is said next of its operations, by `called`, `waits` or `sending`, will not throw. If this throws, nothing
  /// has changed.
  void remember(const operation_type& op) {
    struct forgetting {
      own_members* all;
      const operation_type& op;
      ~forgetting() {
        if (all != nullptr) each_part(op, [&](const operation_type& one) { all->forget_if_unneeded(one); });
      }
    } unless_done{this, op};
    each_part(op, [&](const operation_type& one) { (void)at(one); });
    unless_done.all = nullptr;
  }
  /// An operation of the user's was accepted here: it is sent or waits. May throw, and then nothing has changed.
  void called(const operation_type& op) {
    record& mine = at(op);
    const bool leaves = op.what == action::leave;
    mine.wants_to_leave = leaves;
    if (leaves || !is_self(op)) return;
    ++entering_;
    if (self_.state != self_state::present) self_ = {self_state::entering, {}, {}};
  }
  /// A leave was refused here, by the room's state or a full queue: the user wants to go all the same (W5).
  void could_not_leave(const operation_type& op) noexcept {
    if (record* const mine = find(op)) mine->wants_to_leave = true;
  }
  /// It waits as number `number`. May throw, and then nothing has changed.
  void waits(const operation_type& op, std::uint64_t number) {
    record& mine = at(op);
    ++mine.waiting;
    mine.newest = number;
  }
  /// The number of the newest that waits for the same member, if any does. O(1).
  [[nodiscard]] std::optional<std::uint64_t> newest_waiting(const operation_type& op) noexcept {
    const record* const mine = find(op);
    return mine != nullptr && mine->waiting > 0 ? std::optional{mine->newest} : std::nullopt;
  }
  /// An operation that waited will not be sent: another one has its place, …
  void superseded(const operation_type& op) noexcept {
    if (op.what != action::leave && is_self(op)) one_entering_less();
  }
  /// … or none has.
  void dropped(const operation_type& op) noexcept {
    superseded(op);
    record* const mine = find(op);
    if (mine == nullptr) return;
    if (mine->waiting > 0) --mine->waiting;
    forget_unneeded(op, *mine);
  }

  // --- what is sent and answered ----------------------------------------------------------------------------------------

  /// `waited`: it has been queued. May throw, and then nothing has changed.
  void sending(operation_type& op, bool waited) {
    record& mine = at(op);
    op.attachment = attachment_;
    op.connection = connection_;
    op.sync = syncs_;
    if (!op.reentry) {
      ++mine.on_the_way;
      if (waited && mine.waiting > 0) --mine.waiting;
      return;
    }
    mine.reentering = true;
    mine.owed = false;
    if (is_self(op)) self_ = {self_state::entering, {}, {}};
  }

  /// The hub's answer, or that there was none. `there`: whether the set has the member on this connection, where the set
  /// is complete. Returns whether it was a re-entry that the hub has refused for good.
  [[nodiscard]] bool answered(const operation_type& op, std::error_code outcome, bool in_room,
                              std::optional<bool> there) noexcept;

  // --- what comes in ----------------------------------------------------------------------------------------------------

  /// A live message of this connection has changed the set (RTP17b), or a page of a sync has.
  template <class Spent>
  void echoed(const message<Wire>& echo, bool live, Spent&& spent);
  /// A leave of this connection that changed nothing visible still counts where the set does not show the own member.
  template <class Spent>
  void echoed_unseen(const message<Wire>& leave, Spent&& spent);

  /// The room is attached. Not resumed, every own member is to be entered again (RTP17i); `next_reentry` says which.
  /// Whether the set will tell who is there: `sync_ended` follows.
  void attached(bool resumed, std::string connection_id, bool set_will_tell);
  /// A sync has ended. `is_there(client_id)` says whether the set has the member on this connection: what the hub does
  /// not have it has ended (W7).
  template <class IsThere>
  void sync_ended(IsThere&& is_there) noexcept;
  /// The connection has been away for long.
  void suspended(std::error_code why) noexcept { lose_self(why); }
  /// The room is left or lost: nobody is present any more (RTP5a).
  template <class Spent>
  void ended(bool asked, std::error_code why, Spent&& spent) noexcept;

  // --- what is to be sent -----------------------------------------------------------------------------------------------

  /// From here on `next_reentry` goes through all of them again. Those that were put off get another try if `all`.
  void begin_reentry(bool all) noexcept {
    self_is_next_ = walking_ = true;
    at_ = others_.begin();
    if (!all || put_off_ == 0) return;
    put_off_ = 0;
    self_record_.put_off = false;
    for (auto& [id, mine] : others_) mine.put_off = false;
  }
  /// The next member that is to be entered again, as an operation to be sent; nothing when there is none. May throw, and
  /// then says the same one the next time.
  [[nodiscard]] std::optional<operation_type> next_reentry() {
    if (self_is_next_ && self_record_.may_reenter()) return reentry_of(client_id_, self_record_);
    self_is_next_ = false;
    for (; walking_ && at_ != others_.end(); ++at_) {
      if (at_->second.may_reenter()) return reentry_of(at_->first, at_->second);
    }
    walking_ = false;
    return std::nullopt;
  }
  /// The same for the one member of an operation that was just answered: there nothing else can have become due.
  [[nodiscard]] std::optional<operation_type> reentry_after(const operation_type& op) {
    record* const mine = op.attachment == attachment_ ? find(op) : nullptr;
    if (mine == nullptr || !mine->may_reenter()) return std::nullopt;
    return reentry_of(name_of(op), *mine);
  }

 private:
  [[nodiscard]] static bool is_self(const operation_type& op) noexcept { return op.own; }

  [[nodiscard]] record* find(std::string_view client_id) noexcept {
    if (client_id == client_id_) return &self_record_;
    const auto found = others_.find(client_id);
    return found != others_.end() ? &found->second : nullptr;
  }
  [[nodiscard]] record* find(const operation_type& op) noexcept {
    return is_self(op) ? &self_record_ : find(op.client_id);
  }
  [[nodiscard]] record& at(const operation_type& op) {
    if (is_self(op)) return self_record_;
    return others_.try_emplace(op.client_id).first->second;
  }
  void forget_if_unneeded(const operation_type& op) noexcept {
    if (const record* const mine = find(op)) forget_unneeded(op, *mine);
  }
  void forget_unneeded(const operation_type& op, const record& mine) noexcept {
    if (!is_self(op) && !mine.is_needed()) erase(op.client_id);
  }
  /// The walk of `next_reentry` goes on behind the one that is erased.
  void erase(std::string_view client_id) noexcept {
    const auto found = others_.find(client_id);
    if (found == others_.end()) return;
    if (walking_ && at_ == found) ++at_;
    others_.erase(found);
  }

  [[nodiscard]] operation_type reentry_of(const std::string& client_id, const record& mine) {
    operation_type op;
    op.what = action::enter;
    op.own = &mine == &self_record_;
    op.reentry = true;
    op.client_id = client_id;
    op.data = mine.data;
    op.extras = mine.extras;
    if (mine.connection_id == connection_id_) op.id = mine.id;  // RTP17g1
    return op;
  }

  void accept(record& mine, const operation_type& op) noexcept;
  [[nodiscard]] bool certainly_over(record& mine) noexcept;
  void forget_unfounded_self() noexcept;
  void put_off(record& mine) noexcept {
    mine.owed = mine.put_off = true;
    ++put_off_;
  }
  void one_entering_less() noexcept {
    if (entering_ > 0) --entering_;
    settle_self();
  }
  /// `entering` ends where nothing is on its way any more that would make us present.
  void settle_self() noexcept {
    if (self_.state != self_state::entering || entering_ > 0 || self_record_.reentering || self_record_.owed) return;
    if (!self_record_.accepted || self_record_.wants_to_leave) {
      self_ = {};
    } else if (self_record_.doubtful != 0) {
      self_ = {self_state::lost, leave_reason::resync, {}};
    } else {
      self_ = {self_state::present, {}, {}};
    }
  }
  void lose_self(std::error_code why) noexcept {
    if (self_.state == self_state::absent) return;
    const bool was_present = self_.state != self_state::entering || self_record_.accepted;
    self_ = was_present ? self_status{self_state::lost, leave_reason::none, why} : self_status{};
  }

  using map = boost::unordered_flat_map<std::string, record, seeded_hash, std::equal_to<>>;

  const std::string client_id_;
  record self_record_;  // of the connection's own client id: for nearly everybody the only one
  map others_;
  std::string connection_id_;
  self_status self_;
  std::uint32_t attachment_ = 0;  // goes up when the room is left
  std::uint32_t connection_ = 0;  // goes up with each new connection
  std::uint32_t syncs_ = 1;       // goes up with each attach that is not a resumed one
  std::uint32_t entering_ = 0;    // enters and updates of the own client id that wait or are on their way
  std::uint32_t put_off_ = 0;     // how many may be put off: an upper bound
  typename map::iterator at_;     // of the walk of `next_reentry`, while there is one
  bool walking_ = false;
  bool self_is_next_ = false;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#include <presence/impl/participant/own_members.hpp>

#endif
