// What a hub tells whoever runs it, as it happens: metrics, logs and webhooks are built on this.
#ifndef PRESENCE_OBSERVER_HPP
#define PRESENCE_OBSERVER_HPP

#include <presence/backplane.hpp>
#include <presence/detail/util/behind.hpp>
#include <presence/fwd.hpp>
#include <presence/overview.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace presence::inline PRESENCE_ABI {

/// What became of a session.
enum class session_change : std::uint8_t {
  opened,     ///< the first that is told of a session
  lost,       ///< its connection is, and its grace period has begun
  resumed,    ///< after it was lost
  lingering,  ///< closed, and its members stay a little longer
  ended,      ///< the last that is told of it
};

/// The name of the enumerator; `unknown` for any other value. Constant time.
[[nodiscard]] constexpr std::string_view to_string(session_change what) noexcept {
  switch (what) {
    case session_change::opened: return "opened";
    case session_change::lost: return "lost";
    case session_change::resumed: return "resumed";
    case session_change::lingering: return "lingering";
    case session_change::ended: return "ended";
  }
  return "unknown";
}

/// What an observer is told of a session. The texts are there while the call lasts, as in all of these events.
struct session_event {
  session_change what = session_change::opened;  ///< what became of it
  std::string_view connection_id;                ///< which session
  std::string_view client_id;                    ///< whose; empty: anonymous
  std::error_code why;                           ///< ended: as its sinks were told
};

/// How many are in a room has changed.
struct occupancy_event {
  std::string_view room;  ///< in the hub's spelling
  occupancy before;       ///< as was told last
  occupancy now;          ///< as it is

  /// The first has come.
  [[nodiscard]] bool occupied() const noexcept { return before.empty() && !now.empty(); }
  /// The last has gone.
  [[nodiscard]] bool vacated() const noexcept { return !before.empty() && now.empty(); }
};

/// The hub has not done what somebody asked: a connect, an attach or a publish, as a limit was hit, the permission is
/// lacking, or it makes no sense. What fails only because something has ended or is away is none, nor is a resume.
struct refusal {
  std::string_view connection_id;  ///< empty: of a connect
  std::string_view client_id;      ///< of the session, also where it acts for somebody else
  std::string_view room;           ///< as the hub or whoever asked spells it; empty: of a connect
  std::error_code why;             ///< what whoever asked was told
};

/// A sink could not keep up, or threw, and is told nothing more until it is synced anew.
struct slow_sink {
  std::string_view connection_id;  ///< of which session
  std::string_view client_id;      ///< whose; empty: anonymous
  std::string_view room;           ///< in the hub's spelling
};

namespace detail {

/// Keeps an observer; one without state takes no place.
template <class Held, bool = std::is_empty_v<Held> && !std::is_final_v<Held>>
class observer_holder {
 public:
  observer_holder() = default;
  explicit observer_holder(Held held) noexcept(std::is_nothrow_move_constructible_v<Held>) : held_(std::move(held)) {}
  [[nodiscard]] Held& held() noexcept { return held_; }

 private:
  Held held_{};
};
template <class Held>
class observer_holder<Held, true> : private Held {
 public:
  observer_holder() = default;
  explicit observer_holder(Held held) : Held(std::move(held)) {}
  [[nodiscard]] Held& held() noexcept { return *this; }
};

template <class O>
concept observes_sessions = requires(O& o, const session_event& e) {
  o.on_session(e);
};
template <class O>
concept observes_occupancy = requires(O& o, const occupancy_event& e) {
  o.on_occupancy(e);
};
template <class O>
concept observes_refusals = requires(O& o, const refusal& e) {
  o.on_refusal(e);
};
template <class O>
concept observes_slow_sinks = requires(O& o, const slow_sink& e) {
  o.on_slow_sink(e);
};

/// The observer that a backplane brings; without one, something that nothing is told to.
struct nobody {};
template <class Backplane>
struct observer_of {
  using type = nobody;
};
template <class Backplane>
requires requires(Backplane& b) { b.observer(); }
struct observer_of<Backplane> {
  using type = std::remove_cvref_t<decltype(std::declval<Backplane&>().observer())>;
};

}  // namespace detail

/// Something that a hub may be observed by: a class with some of these functions.
///
///     void on_session(const session_event&);      // of one session serially; told opened first and ended last
///     void on_occupancy(const occupancy_event&);  // of one room serially
///     void on_slow_sink(const slow_sink&);        // likewise
///     void on_refusal(const refusal&);
///
/// The hub calls them outside of any lock, in the thread that did what they tell of or that tells the room's news, so that
/// different sessions and rooms call at the same time. They tell how things stand: of several changes that come before the
/// observer was told of the first, it is told only to what they have led. It may call the hub. What it throws is dropped.
/// What it does not have costs nothing, and one without any of them, which has to be an empty class, nothing at all.
template <class O>
concept hub_observer = std::movable<O> &&
    (std::is_empty_v<O> || detail::observes_sessions<O> || detail::observes_occupancy<O> ||
     detail::observes_refusals<O> || detail::observes_slow_sinks<O>);

/// The Backplane policy of a hub that is observed: `basic_hub<Data, Clock, observed<my_metrics>>`. An observer that is
/// given by value or as a smart pointer lives as long as the hub and all that was made by it; one that is given as a
/// `std::reference_wrapper` has to outlive these. Clause H43 of docs/semantics.md says what is told when.
template <class Observer, class Backplane = no_backplane>
class observed : public Backplane, private detail::observer_holder<Observer> {
  using holder = detail::observer_holder<Observer>;

 public:
  observed() = default;  ///< with a default-constructed observer
  /// With this observer, and the backplane that the hub has besides.
  explicit observed(Observer observer, Backplane backplane = {})
      : Backplane(std::move(backplane)),
        holder(std::move(observer)) {}

  /// The observer; behind the pointer or reference where it was given as one. May be called from any thread as far as
  /// the observer itself may.
  [[nodiscard]] auto& observer() noexcept {
    auto& seen = detail::behind(holder::held());
    static_assert(
        hub_observer<std::remove_cvref_t<decltype(seen)>> || !std::movable<std::remove_cvref_t<decltype(seen)>>,
        "presence: an observer with state has on_session, on_occupancy, on_refusal or on_slow_sink");
    return seen;
  }
};

}  // namespace presence::inline PRESENCE_ABI

#endif
