// presence_core: subscriptions and queries.
#ifndef PRESENCE_IMPL_PARTICIPANT_QUERIES_HPP
#define PRESENCE_IMPL_PARTICIPANT_QUERIES_HPP

#include <presence/detail/participant/presence_core.hpp>

namespace presence::inline PRESENCE_ABI::detail {

/// Incoming messages come from strangers and may not decode. Where serialization is nothing, this is not called.
template <class Data, class Clock, class Transport>
auto presence_core<Data, Clock, Transport>::decode(const std::vector<message<wire>>& messages) const
    -> std::shared_ptr<std::vector<message<Data>>> {
  auto decoded = std::make_shared<std::vector<message<Data>>>();
  decoded->reserve(messages.size());
  for (const message<wire>& raw : messages) {
    shared_data<Data> data;
    if constexpr (decodes) {  // else an explicit instantiation would compile what nobody calls
      if (raw.data) {
        result<Data> value = codec_.decode(*raw.data);
        data = value ? shared_data<Data>::make(std::move(*value))
                     : shared_data<Data>::undecodable(value.error(), raw.data);
      }
    }
    message<Data> m;
    m.action = raw.action;
    m.reason = raw.reason;
    m.connected = raw.connected;
    m.client_id = raw.client_id;
    m.connection_id = raw.connection_id;
    m.data = std::move(data);
    m.extras = raw.extras;
    m.timestamp = raw.timestamp;
    m.id = raw.id;
    m.entered_at = raw.entered_at;
    decoded->push_back(std::move(m));
  }
  return decoded;
}

// --- listeners --------------------------------------------------------------------------------------------------------------

template <class Data, class Clock, class Transport>
template <class Add>
subscription presence_core<Data, Clock, Transport>::subscribe_with(const char* where, Add&& add) {
  if (!state_.options.enable_events) throw_error(make_error_code(errc::events_disabled), where);
  refuse_visitor();
  lock_type lock{mutex_};
  subscription made = add();
  const std::error_code deaf = state_.subscribed();
  if (deaf) report(deaf, "subscribe", {}, nullptr, true);
  if (deaf || !state_.effects.empty()) {
    work(lock, [&](lock_type& held) { perform(held); });
  }
  let_go(lock);
  return made;
}

template <class Data, class Clock, class Transport>
subscription presence_core<Data, Clock, Transport>::subscribe(action_set actions, listener_to<event<Data>> listener) {
  return subscribe_with("presence::subscribe",
                        [&] { return listeners_.add(actions, std::move(listener), state_.set.version()); });
}

template <class Data, class Clock, class Transport>
subscription presence_core<Data, Clock, Transport>::subscribe_users(listener_to<user_event> listener) {
  return subscribe_with("presence::subscribe_users",
                        [&] { return listeners_.add(std::move(listener), state_.set.version()); });
}

template <class Data, class Clock, class Transport>
subscription presence_core<Data, Clock, Transport>::subscribe_changes(listener_to<changes<Data>> listener) {
  return subscribe_with("presence::subscribe_changes",
                        [&] { return listeners_.add(std::move(listener), state_.set.version()); });
}

template <class Data, class Clock, class Transport>
subscription presence_core<Data, Clock, Transport>::subscribe_state(listener_to<room_event> listener) {
  refuse_visitor();
  const std::lock_guard lock{mutex_};
  return listeners_.add(std::move(listener));
}

template <class Data, class Clock, class Transport>
subscription presence_core<Data, Clock, Transport>::subscribe_errors(listener_to<failure> listener) {
  refuse_visitor();
  const std::lock_guard lock{mutex_};
  return listeners_.add(std::move(listener));
}

template <class Data, class Clock, class Transport>
void presence_core<Data, Clock, Transport>::unsubscribe_all() noexcept {
  refuse_visitor();
  decltype(listeners_.take_all()) all;
  {
    const std::lock_guard lock{mutex_};
    all = listeners_.take_all();
  }
  for (const auto& known : all) {
    if (const auto listener = known.listener.lock()) listener->close();
  }
}

// --- queries ----------------------------------------------------------------------------------------------------------------

template <class Data, class Clock, class Transport>
auto presence_core<Data, Clock, Transport>::get(const query& which) const -> result<member_list> {
  return reading([&](const state_type& state) -> result<member_list> {
    if (const auto why = state.unreadable()) return why;
    return state.matching(which);
  });
}

/// An empty client id is nobody's. A member of our own connection comes first.
template <class Data, class Clock, class Transport>
auto presence_core<Data, Clock, Transport>::get_of(std::string_view client_id) const -> result<member_list> {
  return reading([&](const state_type& state) -> result<member_list> {
    if (const auto why = state.unreadable()) return why;
    member_list found;
    state.set.for_each_of(client_id, [&](const member_view<Data>& m) {
      found.emplace_back(m);
      if (m.connection_id == state.own.connection_id()) std::swap(found.front(), found.back());
    });
    return found;
  });
}

template <class Data, class Clock, class Transport>
auto presence_core<Data, Clock, Transport>::users() const -> result<std::vector<user>> {
  return reading([&](const state_type& state) -> result<std::vector<user>> {
    if (const auto why = state.unreadable()) return why;
    std::vector<user> all;
    all.reserve(state.set.user_count());
    state.set.for_each_user([&](std::string_view client_id, std::size_t connections) {
      all.push_back({std::string{client_id}, connections});
    });
    return all;
  });
}

template <class Data, class Clock, class Transport>
template <class Visit>
void presence_core<Data, Clock, Transport>::for_each(Visit&& visit) const {
  refuse_visitor();
  const std::lock_guard lock{mutex_};
  struct mark {
    std::atomic<std::thread::id>& visitor;
    explicit mark(std::atomic<std::thread::id>& v) : visitor(v) { visitor = std::this_thread::get_id(); }
    ~mark() { visitor = std::thread::id{}; }
  } visiting_now{visitor_};
  state_.set.for_each([&](const member_view<Data>& m) { visit(m); });
}

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
