// What a basic_hub is made of: sessions, rooms, time. See docs/design.md, "The hub".
#ifndef PRESENCE_DETAIL_HUB_HUB_CORE_HPP
#define PRESENCE_DETAIL_HUB_HUB_CORE_HPP

#include <presence/backplane.hpp>
#include <presence/clock.hpp>
#include <presence/detail/hub/deadline_queue.hpp>
#include <presence/detail/hub/hub_room.hpp>
#include <presence/detail/util/entropy.hpp>
#include <presence/detail/util/hash.hpp>
#include <presence/detail/util/secret.hpp>
#include <presence/detail/util/utf8.hpp>
#include <presence/identity.hpp>
#include <presence/options.hpp>
#include <presence/result.hpp>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_map.hpp>

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

enum class session_state : std::uint8_t { connected, dropped, ended };

/// Sessions, rooms and time. Locks are taken in the order session, hub or registry, room; nothing is called with one
/// held.
template <class Data, class Clock, class Backplane>
class hub_core : public std::enable_shared_from_this<hub_core<Data, Clock, Backplane>> {
 public:
  using mutex_type = typename Backplane::mutex_type;
  using lock_type = std::unique_lock<mutex_type>;

  static constexpr bool stateless = std::is_empty_v<Backplane> && std::copy_constructible<Backplane>;

  /// Hands a room's changes to the backplane; one that has no state is no burden to a room.
  struct tap {
    [[no_unique_address]] std::conditional_t<stateless, Backplane, std::shared_ptr<Backplane>> to;
    void operator()(std::string_view room, const message_batch<Data>& changes) {
      if constexpr (stateless) {
        to.publish(room, changes);
      } else {
        to->publish(room, changes);
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
  using deadlines = deadline_queue<session_ptr>;

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
  using places = boost::unordered_map<std::string_view, place, seeded_hash, std::equal_to<>>;

  struct session {
    identity who;
    std::string connection_id;
    std::string resume_key;
    std::shared_ptr<hub_core> hub;

    mutex_type mutex;
    session_state state = session_state::connected;
    std::uint32_t owner = 0;  // which handle: a resume makes a new one, and the old one means nothing any more
    bool expired = false;     // ended by the grace period
    places rooms;             // by the name in the room; most have few, and a flat map keeps 15 places at least
    std::optional<typename deadlines::handle> deadline;  // under the hub's lock
    time_point due{};
    std::atomic<std::uint64_t> rate{0};  // a second, 32 bits, and how many messages were sent in it
    std::atomic<std::uint64_t> next_serial{0};
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
        }()) {}

  // --- sessions (impl/hub/sessions.hpp)
  // ----------------------------------------------------------------------------------
  [[nodiscard]] result<session_ptr> connect(identity who);
  [[nodiscard]] result<std::pair<session_ptr, std::uint32_t>> resume(std::string_view key);
  void drop(const session_ptr& s, std::uint32_t owner);
  void end(const session_ptr& s, std::optional<std::uint32_t> owner, leave_reason why);
  void shut_down() noexcept;
  std::size_t run_due();
  [[nodiscard]] std::optional<time_point> next_deadline() const;

  // --- attachments (impl/hub/attachments.hpp)
  // ------------------------------------------------------------------------------
  [[nodiscard]] result<attachment> attach(session& s, std::optional<std::uint32_t> owner, std::string_view name,
                                          mode_set wanted, sink_ptr to);
  void detach(session& s, const attachment& from);
  bool detach(session& s, std::string_view name);
  void settle(const attachment& at);
  void forget(session& s, const attachment& from, std::optional<std::uint32_t> owner, bool may_return) noexcept;
  void resync(const attachment& at);
  void publish(session& s, const attachment& at, std::vector<message<Data>> messages, publish_completion handler);
  std::size_t evict(std::string_view name, std::string_view client_id);

  [[nodiscard]] room_ptr find_room(std::string_view name) const {
    const std::lock_guard lock{registry_->mutex};
    const auto found = registry_->rooms.find(name);
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

  /// The hub's time: the clock's, but never going back, so that stamps and deadlines keep their order.
  [[nodiscard]] time_point now() {
    const std::int64_t read = detail::now(clock_).time_since_epoch().count();
    std::int64_t last = latest_.load(std::memory_order_relaxed);
    while (read > last && !latest_.compare_exchange_weak(last, read, std::memory_order_relaxed)) {
    }
    return time_point{std::chrono::milliseconds{read > last ? read : last}};
  }

  const hub_options options;

 private:
  [[nodiscard]] std::uint64_t random() const { return options.random ? options.random() : system_random(); }
  [[nodiscard]] bool valid_client_id(std::string_view id) const {
    return !id.empty() && id.size() <= options.limits.client_id && is_valid_utf8(id);
  }
  [[nodiscard]] room_ptr hold_room(std::string_view name);
  void forget_session(session& s);
  // what becomes of a session's attachments; under its lock, and told by `drain_all` without it
  bool part(session& s, const attachment& from, std::error_code told, leave_reason members_leave) noexcept;
  void part_all(const places& rooms, std::error_code told, std::optional<leave_reason> members_leave) noexcept;
  static void pause_all(session& s) noexcept;
  void rejoin_all(session& s) noexcept;
  [[nodiscard]] static std::vector<room_ptr> rooms_of(const session& s);
  static void drain_all(const places& rooms) noexcept;
  static void drain_all(const std::vector<room_ptr>& rooms) noexcept;
  // what is taken (impl/hub/admission.hpp)
  [[nodiscard]] bool within_rate(session& s, std::size_t messages);
  [[nodiscard]] std::error_code check(const session& s, const record& from, std::vector<message<Data>>& messages) const;
  [[nodiscard]] std::error_code admit(session& s, room& in, record& from, std::vector<message<Data>>& messages,
                                      lock_type& lock);
  // what is taken changes the room (impl/hub/applying.hpp)
  struct applied;
  void apply(session& s, room& in, record& from, std::vector<message<Data>>& messages, applied& done);
  static void undo(room& in, room_session<Data>& of, applied& done) noexcept;
  [[nodiscard]] static std::size_t weight(const std::vector<message<Data>>& messages);

  [[no_unique_address]] const Clock clock_;
  const tap tap_;
  const std::shared_ptr<registry> registry_ = std::make_shared<registry>();
  std::atomic<std::int64_t> latest_{std::numeric_limits<std::int64_t>::min()};

  mutable mutex_type mutex_;
  boost::unordered_flat_map<std::string_view, session_ptr> sessions_;  // by the connection id in the session
  deadlines deadlines_;
  bool closed_ = false;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#include <presence/impl/hub/admission.hpp>
#include <presence/impl/hub/applying.hpp>
#include <presence/impl/hub/attachments.hpp>
#include <presence/impl/hub/sessions.hpp>

#endif
