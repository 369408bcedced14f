// What a basic_hub is made of: sessions, rooms, time. See docs/design.md, "The hub".
#ifndef PRESENCE_DETAIL_HUB_HUB_CORE_HPP
#define PRESENCE_DETAIL_HUB_HUB_CORE_HPP

#include <presence/backplane.hpp>
#include <presence/clock.hpp>
#include <presence/detail/hub/deadline_queue.hpp>
#include <presence/detail/hub/hub_clock.hpp>
#include <presence/detail/hub/hub_room.hpp>
#include <presence/detail/util/attempt.hpp>
#include <presence/detail/util/entropy.hpp>
#include <presence/detail/util/hash.hpp>
#include <presence/detail/util/json_text.hpp>
#include <presence/detail/util/secret.hpp>
#include <presence/detail/util/single_threaded.hpp>
#include <presence/detail/util/utf8.hpp>
#include <presence/identity.hpp>
#include <presence/observer.hpp>
#include <presence/options.hpp>
#include <presence/overview.hpp>
#include <presence/result.hpp>

#include <boost/container/flat_map.hpp>
#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

enum class session_state : std::uint8_t {
  connected,
  dropped,    ///< the connection is lost; a resume brings it back
  lingering,  ///< closed, and its members stay a little longer
  ended,
};

/// Sessions, rooms and time. Locks are taken in the order session, hub or room, registry; nothing is called with one
/// held.
template <class Data, class Clock, class Backplane>
class hub_core : public std::enable_shared_from_this<hub_core<Data, Clock, Backplane>> {
 public:
  using mutex_type = typename Backplane::mutex_type;
  using lock_type = std::unique_lock<mutex_type>;

  static constexpr bool stateless = std::is_empty_v<Backplane> && std::copy_constructible<Backplane>;
  using observer = typename observer_of<Backplane>::type;

  /// Hands a room's changes to the backplane, and what there is to see to the observer that this brings; one that has no
  /// state is no burden to a room.
  struct tap {
    using observer = typename hub_core::observer;
    [[no_unique_address]] std::conditional_t<stateless, Backplane, std::shared_ptr<Backplane>> to;
    void operator()(std::string_view room, const message_batch<Data>& changes) {
      if constexpr (stateless) {
        to.publish(room, changes);
      } else {
        to->publish(room, changes);
      }
    }
    /// Calls `tell(observer&)`. Without a lock.
    template <class F>
    void observe(F&& tell) const noexcept {
      before_callback<mutex_type>();
      if constexpr (stateless) {
        auto seen_by = to;
        attempt([&] { tell(seen_by.observer()); }, [](auto) {});
      } else {
        attempt([&] { tell(to->observer()); }, [](auto) {});
      }
    }
  };

  using room = hub_room<Data, mutex_type, tap>;
  using room_ptr = std::shared_ptr<room>;
  using record = attachment_record<Data>;
  using record_ptr = std::shared_ptr<record>;
  using registry = room_registry<room, mutex_type>;
  using sink_ptr = std::shared_ptr<sink_base<Data>>;

  struct session;
  using session_ptr = std::shared_ptr<session>;
  using milliseconds = std::chrono::milliseconds;

  /// What is to end: a session, or with a room what a session left behind there when it detached.
  struct deadline_item {
    session_ptr of;
    room_ptr only;
  };
  using deadlines = deadline_queue<deadline_item>;

  /// What an attachment object, or a transport, has: one of a session's attachments to a room.
  struct attachment {
    room_ptr where;
    record_ptr record;
  };
  /// What a session has in a room.
  struct place {
    room_ptr where;
    std::shared_ptr<room_session<Data>> of;
  };
  /// By name, and in this order. Nearly every session is in one room, which needs no memory here: a hash table begins with
  /// fifteen places (docs/performance.md, "Boost.Container"). Entering and leaving a room is linear in the session's rooms,
  /// in practice some moves of 48 bytes.
  using places = boost::container::small_flat_map<std::string_view, place, 1>;

  /// What the observer knows of a session. Under its lock.
  struct observed_session {
    std::optional<session_state> told;
    std::error_code ended_with;
    bool telling = false;  // somebody does, and goes on until all is told
  };

  struct session {
    identity who;
    std::string connection_id;
    std::string resume_key;
    std::shared_ptr<hub_core> hub;

    mutex_type mutex;
    session_state state = session_state::connected;
    std::uint32_t owner = 0;        // which handle: a resume makes a new one, and the old one means nothing any more
    bool expired = false;           // ended by the grace period
    bool extended = false;          // had its grace period once more, as the host had not run
    recent_leaves left_rooms;       // when its members left the rooms that it has detached from
    connection_stamps::lead ahead;  // of them
    places rooms;                   // by the name in the room
    std::optional<typename deadlines::handle> deadline;  // under the hub's lock
    milliseconds due{};                                  // in elapsed time
    std::atomic<std::uint64_t> rate{0};  // a second of elapsed time, 32 bits, and how many messages were sent in it
    std::atomic<std::uint64_t> next_serial{0};
    [[no_unique_address]] std::conditional_t<observes_sessions<observer>, observed_session, nobody> seen;
  };

  hub_core(hub_options o, Clock clock, Backplane backplane)
      : options(std::move(o)),
        clock_(std::move(clock)),
        tap_([&] {
          if constexpr (stateless) {
            return tap{std::move(backplane)};
          } else {
            return tap{std::make_shared<Backplane>(std::move(backplane))};
          }
        }()) {
    begin_quiet_start(elapsed());
  }

  // --- sessions (impl/hub/sessions.hpp)
  // ----------------------------------------------------------------------------------
  [[nodiscard]] result<session_ptr> connect(identity who) {
    const std::string client_id = observes_refusals<observer> ? who.client_id : std::string{};
    auto made = open(std::move(who));
    if (made) {
      show(**made);
    } else {
      show_refusal(nullptr, client_id, {}, made.error());
    }
    return made;
  }
  /// A session that was taken up, the number of its new owner, and the attachments that were made for the sinks.
  struct resumed {
    session_ptr of;
    std::uint32_t owner = 0;
    std::vector<attachment> rooms;
  };
  /// What takes the place of a session's attachments in a room.
  struct successor {
    std::string room;
    sink_ptr sink;
  };
  [[nodiscard]] result<session_ptr> find_resumable(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> attached_rooms(session& s) const;
  [[nodiscard]] result<resumed> resume(std::string_view key, std::vector<successor> sinks = {});
  void drop(const session_ptr& s, std::uint32_t owner);
  void close(const session_ptr& s, std::uint32_t owner) noexcept;
  void shut_down() noexcept;
  std::size_t run_due();
  [[nodiscard]] std::optional<time_point> next_deadline() const;
  [[nodiscard]] std::optional<milliseconds> due_in() const;

  // --- attachments (impl/hub/attachments.hpp)
  // ------------------------------------------------------------------------------
  [[nodiscard]] result<attachment> attach(session& s, std::optional<std::uint32_t> owner, std::string_view name,
                                          mode_set wanted, sink_ptr to) {
    auto made = let_in(s, owner, name, wanted, std::move(to));
    if (!made) show_refusal(&s, s.who.client_id, name, made.error());
    return made;
  }
  void detach(session& s, const attachment& from);
  bool detach(session& s, std::string_view name);
  void settle(const attachment& at);
  void forget(session& s, const attachment& from, std::optional<std::uint32_t> owner, bool may_return) noexcept;
  void resync(const attachment& at);
  void publish(session& s, const attachment& at, std::vector<message<Data>> messages, publish_completion handler);

  // --- moderation (impl/hub/moderation.hpp) --------------------------------------------------------------------------
  std::size_t evict(std::string_view name, std::string_view client_id);
  std::size_t kick(std::string_view client_id, std::error_code why);
  bool evict_connection(std::string_view connection_id, std::error_code why);
  std::size_t ban(std::string_view client_id, milliseconds how_long, std::error_code why);
  bool unban(std::string_view client_id);
  [[nodiscard]] bool is_banned(std::string_view client_id) const;
  std::size_t close_room(std::string_view name, std::error_code why);
  std::size_t reauthorize();

  // --- overview (impl/hub/overview.hpp) ------------------------------------------------------------------------------
  [[nodiscard]] std::vector<room_info> rooms() const;
  [[nodiscard]] std::vector<std::string> rooms_of(std::string_view client_id) const;
  [[nodiscard]] std::vector<session_info> sessions_of(std::string_view client_id) const;

  // --- the observer (impl/hub/observing.hpp) --------------------------------------------------------------------------
  void show(session& s) noexcept;
  void show_refusal(const session* s, std::string_view client_id, std::string_view in,
                    std::error_code why) const noexcept;

  /// Names in the hub's own spelling, kept in `made` if they have to be made; nothing for one that is refused.
  [[nodiscard]] std::optional<std::string_view> room_name(std::string_view name, std::string& made) const {
    return normalised(options.normalise_room, name, made);
  }
  [[nodiscard]] std::optional<std::string_view> client_name(std::string_view id, std::string& made) const {
    return normalised(options.normalise_client_id, id, made);
  }

  /// By a name in any spelling.
  [[nodiscard]] room_ptr find_room(std::string_view name) const {
    std::string made;
    const auto spelled = room_name(name, made);
    if (!spelled) return nullptr;
    const std::lock_guard lock{registry_->mutex};
    const auto found = registry_->rooms.find(*spelled);
    return found != registry_->rooms.end() ? found->second : nullptr;
  }
  [[nodiscard]] session_ptr find_session(std::string_view connection_id) const {
    const std::lock_guard lock{mutex_};
    const auto found = sessions_.find(connection_id);
    return found != sessions_.end() ? found->second : nullptr;
  }
  [[nodiscard]] std::size_t room_count() const {
    const std::lock_guard lock{registry_->mutex};
    return registry_->rooms.size();
  }
  [[nodiscard]] std::size_t session_count() const {
    const std::lock_guard lock{mutex_};
    return sessions_.size();
  }
  [[nodiscard]] std::size_t bytes() const;

  /// The time of day, for stamps. Everything that lasts is measured by `elapsed()`.
  [[nodiscard]] time_point now() { return clock_.now(); }
  [[nodiscard]] milliseconds elapsed() const { return clock_.elapsed(); }
  [[nodiscard]] const Clock& clock() const noexcept { return clock_.source(); }

  const hub_options options;

 private:
  [[nodiscard]] std::uint64_t random() const { return options.random ? options.random() : system_random(); }
  [[nodiscard]] bool valid_client_id(std::string_view id) const {
    return !id.empty() && id.size() <= options.limits.client_id && is_valid_utf8(id);
  }
  [[nodiscard]] result<session_ptr> open(identity who);
  [[nodiscard]] result<attachment> let_in(session& s, std::optional<std::uint32_t> owner, std::string_view name,
                                          mode_set wanted, sink_ptr to);
  [[nodiscard]] room_ptr hold_room(std::string_view name);
  [[nodiscard]] mode_set granted(const identity& who, std::string_view name) const noexcept;
  [[nodiscard]] std::vector<room_ptr> all_rooms() const;
  template <class Of>
  [[nodiscard]] std::vector<session_ptr> sessions_where(Of&& of) const;
  [[nodiscard]] session_info info_of(session& s) const;
  bool kick(const session_ptr& s, std::error_code why);
  std::size_t end_sessions_of(std::string_view client_id, std::error_code why);
  std::size_t evict_from(const room_ptr& in, std::string_view client_id);
  std::size_t leave_room(session& s, const room& in, std::error_code why) noexcept;
  std::size_t grant_anew(session& s, const place& at, mode_set allowed) noexcept;
  [[nodiscard]] bool any_is_banned(const std::vector<message<Data>>& messages) const;
  [[nodiscard]] static std::error_code reason_for(std::error_code why, errc otherwise) noexcept;
  void forget_session(session& s);
  // deadlines and lingering (impl/hub/deadlines.hpp)
  void begin_quiet_start(milliseconds at) noexcept;
  void end_quiet_start(milliseconds at, std::vector<room_ptr>& drains);
  [[nodiscard]] std::optional<milliseconds> next_due() const;
  [[nodiscard]] bool expire(deadline_item& item, milliseconds at, places& drains);
  void expire_left_behind(deadline_item& item, milliseconds until);
  [[nodiscard]] bool host_slept(const session& s, milliseconds at) const noexcept;
  void arm(const session_ptr& s, milliseconds after);
  [[nodiscard]] typename deadlines::handle arm_here(milliseconds after, deadline_item item);
  void tell_timer() noexcept;
  void disarm(session& s) noexcept;
  void end(session& s, leave_reason why, std::error_code told, places& drains);
  [[nodiscard]] bool members_would_stay(const session& s) const;
  void linger_everywhere(session& s, std::error_code told) noexcept;
  [[nodiscard]] bool linger_in_room(session& s, const place& at) noexcept;
  void let_go(place& at) noexcept;
  void remember_stamps(session& s, const place& left) noexcept;
  [[nodiscard]] milliseconds linger_of(const session& s) const noexcept {
    return s.who.linger.value_or(options.linger);
  }
  // what becomes of a session's attachments; under its lock, and told by `drain_all` without it
  bool part(session& s, const attachment& from, std::error_code told, leave_reason members_leave) noexcept;
  void part_place(const place& at, std::error_code told, std::optional<leave_reason> members_leave) noexcept;
  void part_all(const places& rooms, std::error_code told, std::optional<leave_reason> members_leave) noexcept;
  void pause_all(session& s) noexcept;
  void show_connection(session& s, const place& at, bool connected) noexcept;
  void rejoin_all(session& s) noexcept;
  [[nodiscard]] std::vector<attachment> make_successors(session& s, const std::vector<successor>& sinks);
  void succeed(session& s, const attachment& by) noexcept;
  [[nodiscard]] static std::vector<room_ptr> rooms_of(const session& s);
  static void drain_all(const places& rooms) noexcept;
  static void drain_all(const std::vector<room_ptr>& rooms) noexcept;
  // --- what is taken (impl/hub/admission.hpp) ----------------------------------------------------------------------------
  using spelling = std::function<std::string(std::string_view)>;
  [[nodiscard]] static std::optional<std::string_view> normalised(const spelling& by, std::string_view name,
                                                                  std::string& made);
  [[nodiscard]] std::error_code check(const session& s, const record& from, std::vector<message<Data>>& messages) const;
  [[nodiscard]] std::error_code admit(session& s, room& in, record& from, const std::vector<message<Data>>& messages,
                                      lock_type& lock);
  [[nodiscard]] std::error_code within_rate(session& s, const room& in, const room_session<Data>& of,
                                            const std::vector<message<Data>>& messages);
  [[nodiscard]] std::error_code within_room(session& s, room& in, const record& from,
                                            const std::vector<message<Data>>& messages, lock_type& lock);
  [[nodiscard]] static bool says_nothing_new(const room_session<Data>& of, const message<Data>& m,
                                             const std::optional<member_view<Data>>& stored) noexcept;
  [[nodiscard]] static bool was_evicted(const room& in, const room_session<Data>& of,
                                        const std::vector<message<Data>>& messages) noexcept;
  struct seat {
    std::string client_id;
    std::shared_ptr<room_session<Data>> of;
  };
  [[nodiscard]] std::vector<seat> seats_of(const room& in, std::vector<std::pair<std::string, std::string>>&& members);

  // what is taken changes the room (impl/hub/applying.hpp)
  struct applied;
  void apply(session& s, room& in, record& from, std::vector<message<Data>>& messages, applied& done);
  static void undo(room& in, room_session<Data>& of, std::vector<message<Data>>& messages, applied& done) noexcept;
  [[nodiscard]] static std::size_t weight(const std::vector<message<Data>>& messages);

  mutable hub_clock<Clock> clock_;
  const tap tap_;
  const std::shared_ptr<registry> registry_ = std::make_shared<registry>();
  std::optional<milliseconds> quiet_until_;  // under the registry's lock: when the hub's quiet start is over
  bool quiet_extended_ = false;              // likewise: it had its time once more, as the host had not run

  mutable mutex_type mutex_;
  // by the connection id in the session
  boost::unordered_flat_map<std::string_view, session_ptr, seeded_hash, std::equal_to<>> sessions_;
  deadlines deadlines_;
  bool closed_ = false;
  mutable mutex_type bans_mutex_;                                                            // taken last
  boost::unordered_flat_map<std::string, milliseconds, seeded_hash, std::equal_to<>> bans_;  // and until when
  std::size_t look_at_bans_ = 16;  // how many there may be before those that are over are looked for
  std::atomic<bool> any_bans_{false};
  std::atomic<std::uint64_t> policy_{0};     // goes up with each `reauthorize`
  std::atomic<bool> became_earlier_{false};  // the first deadline, and the timer is to be told
};

}  // namespace presence::inline PRESENCE_ABI::detail

#include <presence/impl/hub/admission.hpp>
#include <presence/impl/hub/applying.hpp>
#include <presence/impl/hub/attachments.hpp>
#include <presence/impl/hub/deadlines.hpp>
#include <presence/impl/hub/lost.hpp>
#include <presence/impl/hub/moderation.hpp>
#include <presence/impl/hub/observing.hpp>
#include <presence/impl/hub/overview.hpp>
#include <presence/impl/hub/sessions.hpp>

#endif
