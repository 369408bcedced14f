// The presence set of one room: pure state, no clock, no lock, no callback kept beyond a call.
#ifndef PRESENCE_MEMBER_SET_HPP
#define PRESENCE_MEMBER_SET_HPP

#include <presence/detail/set/member_table.hpp>
#include <presence/member.hpp>
#include <presence/message.hpp>
#include <presence/sync_cursor.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI {

/// Who is in a room, by the rules of docs/semantics.md, "The set".
///
/// Both levels are kept at once: *members*, a client on a connection, and *users*, a client id with at least one member.
/// Every operation is O(1) in the number of members, also when many connections share one client id, unless it says
/// otherwise. Each change of the visible set is told to the caller's `emit` before the call returns, so that what was
/// emitted is the exact difference between the set before and after.
///
/// Concurrency: none; the actors lock around it. Exception safety: if an allocation fails, the set is as it was before
/// the message, and no event was emitted for it.
template <class Data>
class basic_member_set {
 public:
  using message_type = message<Data>;   ///< what it is changed by
  using member_type = member<Data>;     ///< a member to keep
  using view_type = member_view<Data>;  ///< a member in place

  basic_member_set() = default;  ///< empty, and in sync
  ///@{
  /// Takes everything, also the sync in progress. `other` is as good as new afterwards. O(1).
  basic_member_set(basic_member_set&& other) noexcept { swap(other); }
  basic_member_set& operator=(basic_member_set&& other) noexcept {
    basic_member_set{std::move(other)}.swap(*this);
    return *this;
  }
  ///@}
  /// Exchanges everything with the other. O(1).
  void swap(basic_member_set& other) noexcept;

  // --- changes ------------------------------------------------------------------------------------------------------

  /// Applies a live message. A message that is not newer than the member stored under its key is dropped whole (RTP2a),
  /// and so is one whose action is `absent` or unknown (S18), even if it names a member that a sync has not confirmed
  /// yet. Calls `emit(const message_type&, user_change)` once if the visible set changed, and returns whether it did.
  /// An `emit` that takes a third parameter, `shared_data<Data>&`, gets the data that was replaced or removed, and may
  /// move it away (S22). Precondition: neither id is longer than `max_id_length`.
  template <class Emit>
  bool apply(const message_type& incoming, Emit&& emit) {
    return apply(incoming, table_.look_up(incoming.client_id), emit);
  }

  /// The same for each message of a batch in turn for which `accept(const message_type&)`, which has to refuse ids that
  /// are too long; `ignored(const message_type&)` is told those that were accepted and changed nothing. A big set takes a
  /// batch several times faster than its messages one by one, as the misses of the cache overlap.
  /// If an allocation or a callback throws, what was applied before stands.
  template <class Emit, class Accept, class Ignored>
  void apply(const std::vector<message_type>& batch, Emit&& emit, Accept&& accept, Ignored&& ignored);
  /// The same, where every message is acceptable and those that change nothing do not matter.
  template <class Emit>
  void apply(const std::vector<message_type>& batch, Emit&& emit) {
    apply(
        batch, emit, [](const message_type&) { return true; }, [](const message_type&) {});
  }

  /// For an authority, which decides by what is stored: looks the member up once, lets
  /// `complete(const std::optional<view_type>&)` finish the message, and applies it unless that returns false. Returns
  /// whether it changed the visible set. The key must be complete before. O(1).
  /// If an allocation or `complete` throws, nothing has changed.
  template <class Complete>
  bool apply_completed(const message_type& incoming, Complete&& complete);

  /// A sync begins (an attach said that there are members): what is not confirmed from now on leaves when it ends. The
  /// next page decides its sequence. A sync in progress is discarded. O(1), but linear once in 65,535 calls.
  void start_sync();

  /// Applies one page of a sync (RTP18). `emit` is told the changes that the page makes, as in `apply`; if the page ends
  /// the sync, `emit_leave(message_type&&, user_change)` is told each member that nothing confirmed (RTP19), as a leave
  /// stamped `now`. Returns whether the sync ended. Complexity: linear in the page; where the sync ends with
  /// members missing, also linear in the set.
  /// If an allocation fails, the changes and events so far stand, the sync is in progress, and the page may come again.
  template <class Emit, class EmitLeave>
  bool apply_sync(const std::vector<message_type>& page, const sync_cursor& cursor, time_point now, Emit&& emit,
                  EmitLeave&& emit_leave);

  /// The sync in progress ends, as with its last page. Linear in the set where members are missing, else O(1).
  template <class EmitLeave>
  void end_sync(time_point now, EmitLeave&& emit_leave) {
    finish_sync(now, emit_leave);
  }
  /// The sync in progress ends without making anybody leave: it cannot be believed (R15). Linear in the absent markers.
  void give_up_sync() noexcept;
  /// How many members would leave if the sync in progress ended now. O(1).
  [[nodiscard]] std::size_t unconfirmed() const noexcept { return syncing_ ? table_.size() - confirmed_ : 0; }

  /// Everybody leaves, one leave each as at the end of a sync (RTP19a). Afterwards the set is empty and in sync. Linear.
  template <class EmitLeave>
  void leave_all(time_point now, EmitLeave&& emit_leave);

  /// Forgets everything and tells nobody (RTP5a). Linear.
  void clear() noexcept;

  // --- the end of data ----------------------------------------------------------------------------------------------

  using released_type = std::vector<shared_data<Data>>;  ///< data to be destroyed

  /// From now on `apply`, `apply_sync` and `leave_all` destroy no data: the last reference to a value that was replaced
  /// or removed is kept for `take_released`. For an owner that changes the set under a lock, where no destructor of the
  /// user's may run (S23). Where `Data` is trivially destructible nothing is kept. Emitted messages are their
  /// receiver's.
  void keep_released() noexcept { keeps_released_ = true; }
  [[nodiscard]] bool has_released() const noexcept { return !released_.empty(); }  ///< whether some data was kept
  /// Hands out what was kept since the last call, to be destroyed without a lock. `spare`, which must be empty, lends
  /// its memory to what is kept next. O(1).
  [[nodiscard]] released_type take_released(released_type spare = {}) noexcept {
    return std::exchange(released_, std::move(spare));
  }
  /// As `clear`, but hands out what was in the set, to be destroyed without a lock. O(1).
  [[nodiscard]] basic_member_set take_all() noexcept;

  // --- queries ------------------------------------------------------------------------------------------------------

  /// The member under this key. The view is valid until the set changes.
  [[nodiscard]] std::optional<view_type> find(std::string_view client_id, std::string_view connection_id) const;
  /// Whether there is a member under this key.
  [[nodiscard]] bool contains(std::string_view client_id, std::string_view connection_id) const {
    return table_.find(client_id, connection_id) != detail::no_slot;
  }

  /// Whether the member is there and, during a sync, something has confirmed it since the sync began.
  [[nodiscard]] bool confirmed(std::string_view client_id, std::string_view connection_id) const {
    const std::uint32_t slot = table_.find(client_id, connection_id);
    return slot != detail::no_slot && (!syncing_ || table_[slot].epoch == epoch_);
  }

  /// Whether the client id has at least one member.
  [[nodiscard]] bool contains_user(std::string_view client_id) const {
    return table_.head(client_id) != detail::no_slot;
  }
  /// How many members the client id has.
  [[nodiscard]] std::size_t connections(std::string_view client_id) const;

  /// Calls `visit(const view_type&)` for every member, in no particular order. Linear.
  template <class Visit>
  void for_each(Visit&& visit) const;
  /// Calls `visit(const view_type&)` for each member of one user. Linear in that user's members.
  template <class Visit>
  void for_each_of(std::string_view client_id, Visit&& visit) const;
  /// Calls `visit(std::string_view client_id, std::size_t connections)` once for each user. Linear.
  template <class Visit>
  void for_each_user(Visit&& visit) const;

  /// How many members there are.
  [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }
  /// Whether there is nobody.
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// How many users there are.
  [[nodiscard]] std::size_t user_count() const noexcept { return table_.user_count(); }
  /// Whether a sync is in progress.
  [[nodiscard]] bool syncing() const noexcept { return syncing_; }

  /// How many absent markers are kept: of members that left since the sync in progress began, which is none outside of
  /// a sync. Only the end of the sync, another attach or `clear` bounds them; an owner that sees too many asks for a
  /// new sync.
  [[nodiscard]] std::size_t absent_count() const noexcept { return absent_.size(); }

  /// Goes up by one with each change of the visible set, so with each event; never down.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }

  /// What the set holds, in bytes: records, indexes, long ids, markers. Data and extras are shared with others and do
  /// not count. Linear.
  [[nodiscard]] std::size_t bytes() const noexcept;

  /// Longest client id and connection id that can be stored, in bytes: 65,535.
  static constexpr std::size_t max_id_length = detail::member_key::max_length;

 private:
  using table = detail::member_table<Data>;
  using record = typename table::record;

  static constexpr std::uint32_t epoch_mask = 0xffffU;  // as wide as `member_record::epoch`

  [[nodiscard]] static bool newer(const message_type& incoming, const record& stored) noexcept;
  [[nodiscard]] view_type view(const record& r) const noexcept;
  [[nodiscard]] message_type leave_of(record& r, time_point now) const;

  template <class Emit>
  bool apply(const message_type& incoming, typename table::hint at, Emit&& emit);
  template <class Emit>
  bool put(const message_type& incoming, record& stored, user_change change, Emit&& emit);
  template <class Emit>
  bool take(const message_type& incoming, std::uint32_t slot, Emit&& emit);
  record& add(const message_type& incoming, typename table::hint at);
  void replace(shared_data<Data>& stored, const shared_data<Data>& by);
  template <class EmitLeave>
  void finish_sync(time_point now, EmitLeave&& emit_leave);
  void confirm(record& r) noexcept;
  void mark_absent(const message_type& leave);
  void make_room_for_released();
  void release(shared_data<Data>& value) noexcept;

  table table_;
  table absent_;  // keeps an older sync message from reviving a member that left during the sync (RTP2h2)
  std::optional<std::string> sync_sequence_;  // unset until the first page names it
  released_type released_;
  std::uint64_t version_ = 0;
  time_point entered_from_{};    // what the records' times of entering count from: that of the first member
  std::uint32_t epoch_ = 0;      // number of the sync in progress, or of the last one
  std::uint32_t confirmed_ = 0;  // members whose epoch is the current one, while syncing
  bool syncing_ = false;
  bool keeps_released_ = false;
};

}  // namespace presence::inline PRESENCE_ABI

#include <presence/impl/set/member_set.hpp>

#endif
