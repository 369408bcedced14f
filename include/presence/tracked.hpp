// Listeners that end with their owner.
#ifndef PRESENCE_TRACKED_HPP
#define PRESENCE_TRACKED_HPP

#include <presence/version.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace presence::inline PRESENCE_ABI {

/// A listener that belongs to an object: it is called while that lives, which it does during the call, and ends with it.
template <class Owner, class Function>
class tracked_listener {
 public:
  /// As `tracked` makes it.
  tracked_listener(const std::shared_ptr<Owner>& owner, Function function)
      : owner_(owner),
        object_(owner.get()),
        function_(std::move(function)) {}

  /// Calls the function with the owner and the event. Precondition: the owner is alive, which who calls sees to.
  template <class Event>
  requires std::is_invocable_v<Function&, Owner&, const Event&>
  void operator()(const Event& event) { std::invoke(function_, *object_, event); }

  /// Whom it belongs to.
  [[nodiscard]] std::weak_ptr<const void> owner() const noexcept { return owner_; }

 private:
  std::weak_ptr<Owner> owner_;
  Owner* object_;
  Function function_;
};

/// For every kind of subscription: `p.subscribe(presence::tracked(widget, &widget_type::on_event)).release();`. `function` is a
/// member function of the owner, or takes the owner and then the event. The owner is not kept alive by it. Precondition:
/// `owner` is not null.
template <class Owner, class Function>
[[nodiscard]] tracked_listener<Owner, std::decay_t<Function>> tracked(const std::shared_ptr<Owner>& owner,
                                                                      Function&& function) {
  return {owner, std::forward<Function>(function)};
}

namespace detail {

/// Whom a listener belongs to: nobody, or what `tracked` says.
struct listener_owner {
  std::weak_ptr<const void> of;
  bool is_tracked = false;
};
template <class Listener>
[[nodiscard]] listener_owner owner_of([[maybe_unused]] const Listener& listener) noexcept {
  if constexpr (requires { listener.owner().lock(); }) {
    return {listener.owner(), true};
  } else {
    return {};
  }
}

}  // namespace detail
}  // namespace presence::inline PRESENCE_ABI

#endif
