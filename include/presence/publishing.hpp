// The ways to say enter, update and leave.
#ifndef PRESENCE_PUBLISHING_HPP
#define PRESENCE_PUBLISHING_HPP

#include <presence/action.hpp>
#include <presence/detail/util/check_data.hpp>
#include <presence/detail/util/completion.hpp>
#include <presence/extras.hpp>
#include <presence/shared_data.hpp>

#include <cstddef>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace presence::inline PRESENCE_ABI {

namespace detail {

template <class F>
inline constexpr bool is_called_with_outcome =
    std::is_invocable_v<std::decay_t<F>&, std::error_code> || std::is_null_pointer_v<std::decay_t<F>>;

/// Something to be called with an outcome, or nothing, which is not a `Not` as well.
template <class F, class Not>
concept handler_and_not = is_called_with_outcome<F> && !std::is_same_v<std::decay_t<F>, std::remove_cv_t<Not>>;

}  // namespace detail

/// What participants and attachments have in common: each operation with or without data, and then extras and a handler.
/// Whatever `Data` is, also where it can only be moved, all of these are written alike:
///
///     p.enter();                  p.enter({"online"});              p.enter({.text = "online"});
///     p.update(handler);          p.update({"busy"}, handler);      p.update({"busy"}, {{"device", "phone"}}, handler);
///     p.leave();                  p.enter_client("bob", {"here"});  p.enter({});
///
/// A handler is anything that can be called with a `std::error_code`. It is called exactly once. `{}` is data,
/// `Data{}`; leave it out for no data.
///
/// enter and update are one operation to the hub, which decides which of the two others see (RTP9b); a leave when absent
/// succeeds and tells nobody (RTP10d), and one without data carries the member's last data (RTP10a). Those for a client act
/// for any client id, if the connection may (RTP14, RTP15); else they fail with `invalid_client_id` and change nothing, and
/// they never disturb the connection's own member.
///
/// Each completes by its handler, or without one: over a participant a failure goes to `subscribe_errors`, over an attachment
/// it is told to nobody. Errors: of a participant those that `basic_presence` lists; of an attachment those of
/// `basic_attachment::publish`; in a `batch` nothing is done yet, and each handler is told the outcome of the whole.
/// Concurrency: as the class that has them.
template <class Derived, class Data>
class publishing {
  static_assert(detail::check_data<Data>::done);

 public:
  ///@{
  /// Is present from now on, as the connection's own client id, with this data and extras, or without (P1, P3, P4).
  /// Whoever is present already is updated.
  template <detail::handler_and_not<Data>... Handler>
  requires(sizeof...(Handler) < 2) void enter(Handler&&... handler) {
    say(action::enter, nullptr, std::forward<Handler>(handler)...);
  }
  void enter(Data data, extras extra = {}, detail::completion handler = {}) {
    say(action::enter, nullptr, data, extra, std::move(handler));
  }
  template <detail::handler_and_not<extras> Handler>
  void enter(Data data, Handler&& handler) {
    extras none;
    say(action::enter, nullptr, data, none, std::forward<Handler>(handler));
  }
  ///@}
  ///@{
  /// Changes the data and extras of the connection's own member; without data it has none afterwards (P3, P4).
  /// Whoever is absent enters.
  template <detail::handler_and_not<Data>... Handler>
  requires(sizeof...(Handler) < 2) void update(Handler&&... handler) {
    say(action::update, nullptr, std::forward<Handler>(handler)...);
  }
  void update(Data data, extras extra = {}, detail::completion handler = {}) {
    say(action::update, nullptr, data, extra, std::move(handler));
  }
  template <detail::handler_and_not<extras> Handler>
  void update(Data data, Handler&& handler) {
    extras none;
    say(action::update, nullptr, data, none, std::forward<Handler>(handler));
  }
  ///@}
  ///@{
  /// The connection's own member leaves (P5, P6). Data and extras are those of the leave; without data it carries
  /// what the member had.
  template <detail::handler_and_not<Data>... Handler>
  requires(sizeof...(Handler) < 2) void leave(Handler&&... handler) {
    say(action::leave, nullptr, std::forward<Handler>(handler)...);
  }
  void leave(Data data, extras extra = {}, detail::completion handler = {}) {
    say(action::leave, nullptr, data, extra, std::move(handler));
  }
  template <detail::handler_and_not<extras> Handler>
  void leave(Data data, Handler&& handler) {
    extras none;
    say(action::leave, nullptr, data, none, std::forward<Handler>(handler));
  }
  ///@}

  ///@{
  /// As `enter`, for another client id (P7, P8).
  template <detail::handler_and_not<Data>... Handler>
  requires(sizeof...(Handler) < 2) void enter_client(std::string client_id, Handler&&... handler) {
    say(action::enter, &client_id, std::forward<Handler>(handler)...);
  }
  void enter_client(std::string client_id, Data data, extras extra = {}, detail::completion handler = {}) {
    say(action::enter, &client_id, data, extra, std::move(handler));
  }
  template <detail::handler_and_not<extras> Handler>
  void enter_client(std::string client_id, Data data, Handler&& handler) {
    extras none;
    say(action::enter, &client_id, data, none, std::forward<Handler>(handler));
  }
  ///@}
  ///@{
  /// As `update`, for another client id (P7, P8).
  template <detail::handler_and_not<Data>... Handler>
  requires(sizeof...(Handler) < 2) void update_client(std::string client_id, Handler&&... handler) {
    say(action::update, &client_id, std::forward<Handler>(handler)...);
  }
  void update_client(std::string client_id, Data data, extras extra = {}, detail::completion handler = {}) {
    say(action::update, &client_id, data, extra, std::move(handler));
  }
  template <detail::handler_and_not<extras> Handler>
  void update_client(std::string client_id, Data data, Handler&& handler) {
    extras none;
    say(action::update, &client_id, data, none, std::forward<Handler>(handler));
  }
  ///@}
  ///@{
  /// As `leave`, for another client id (P7, P8).
  template <detail::handler_and_not<Data>... Handler>
  requires(sizeof...(Handler) < 2) void leave_client(std::string client_id, Handler&&... handler) {
    say(action::leave, &client_id, std::forward<Handler>(handler)...);
  }
  void leave_client(std::string client_id, Data data, extras extra = {}, detail::completion handler = {}) {
    say(action::leave, &client_id, data, extra, std::move(handler));
  }
  template <detail::handler_and_not<extras> Handler>
  void leave_client(std::string client_id, Data data, Handler&& handler) {
    extras none;
    say(action::leave, &client_id, data, none, std::forward<Handler>(handler));
  }
  ///@}

 protected:
  publishing() = default;
  publishing(publishing&&) noexcept = default;
  publishing& operator=(publishing&&) noexcept = default;
  ~publishing() = default;

 private:
  /// `client_id` is null for the connection's own.
  void say(action what, std::string* client_id, detail::completion handler = {}) {
    static_cast<Derived&>(*this).operate(what, client_id, {}, {}, std::move(handler));
  }
  void say(action what, std::string* client_id, Data& data, extras& extra, detail::completion handler) {
    constexpr bool movable = std::is_move_constructible_v<Data>;
    static_assert(movable, "presence: Data cannot be moved; keep what stays where it is behind a std::unique_ptr");
    if constexpr (movable) {
      static_cast<Derived&>(*this).operate(what, client_id, shared_data<Data>::make(std::move(data)), std::move(extra),
                                           std::move(handler));
    }
  }
};

}  // namespace presence::inline PRESENCE_ABI

#endif
