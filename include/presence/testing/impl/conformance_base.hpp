// transport_conformance: the harness that an author supplies, and what the tests share.
#ifndef PRESENCE_TESTING_IMPL_CONFORMANCE_BASE_HPP
#define PRESENCE_TESTING_IMPL_CONFORMANCE_BASE_HPP

#include <presence/error.hpp>
#include <presence/message.hpp>
#include <presence/mode.hpp>
#include <presence/mutex.hpp>
#include <presence/payload.hpp>
#include <presence/testing/recording_receiver.hpp>
#include <presence/transport.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// What the author of a transport supplies: a room, and ways into it.
///
///     struct my_harness {
///       using transport_type = my_transport;
///       my_transport connect(std::string_view client_id);  // a connection of its own, to the one room of this harness
///       void settle();                                     // lets everything arrive that is under way
///       static payload payload_of(int n);                  // data: equal for equal n, different for different n
///       // Optional; what a harness does not offer is skipped, and said to be:
///       static payload payload_of_size(std::size_t bytes);  // data of so many bytes; 0: empty, which is not none
///       void drop(std::size_t nth);       // the nth connection (from 0) is lost …
///       void restore(std::size_t nth);    // … and is back, and may resume; or
///       void reconnect(std::size_t nth);  // … and a new connection takes its place; or
///       void expire(std::size_t nth);     // … and the hub has given it up
///       static constexpr bool tells_reasons = false;  // what is behind cannot tell why somebody left
///     };
///     namespace presence::testing {
///     INSTANTIATE_TYPED_TEST_SUITE_P(my_transport, transport_conformance, ::testing::Types<my_harness>);
///     }
///
/// Each test makes a harness of its own. Client ids are `alice`, `bob`, … , the empty one, and `*`, for which it makes a
/// connection that may act for anyone (`identity::wildcard()`); the hub behind should permit every one of them everything,
/// and have no smaller limits than `hub_limits`: the longest ids have 256 bytes, data 65,536, extras 16,384, and there are up
/// to 1,100 members.
template <class H>
concept transport_harness = std::default_initializable<H> && transport<typename H::transport_type> &&
    std::equality_comparable<typename H::transport_type::codec_type::payload_type> &&
    requires(H& h, std::string_view client_id) {
  { h.connect(client_id) } -> std::same_as<typename H::transport_type>;
  h.settle();
  { H::payload_of(1) } -> std::convertible_to<typename H::transport_type::codec_type::payload_type>;
};

/// A harness that can break a connection and bring it back.
template <class H>
concept transport_harness_that_drops = transport_harness<H> && requires(H& h, std::size_t nth) {
  h.drop(nth);
  h.restore(nth);
};

/// A harness that can also put a new connection in the place of a lost one.
template <class H>
concept transport_harness_that_reconnects = transport_harness_that_drops<H> && requires(H& h, std::size_t nth) {
  h.reconnect(nth);
};

/// A harness that can also let the hub give a lost connection up.
template <class H>
concept transport_harness_that_expires = transport_harness_that_drops<H> && requires(H& h, std::size_t nth) {
  h.expire(nth);
};

/// A harness that makes data of a given size; text payloads need no help of it.
template <class H>
concept transport_harness_with_sizes = std::same_as<typename H::transport_type::codec_type::payload_type, payload> ||
    std::same_as<typename H::transport_type::codec_type::payload_type, std::string> || requires(std::size_t bytes) {
  { H::payload_of_size(bytes) } -> std::convertible_to<typename H::transport_type::codec_type::payload_type>;
};

/// The suite: a typed GoogleTest suite of what docs/transport.md promises, which the author of a transport instantiates with a
/// `transport_harness`. See docs/testing.md.
template <class Harness>
class transport_conformance : public ::testing::Test {
  static_assert(transport_harness<Harness>, "Harness does not model presence::testing::transport_harness");

 protected:
  using transport_type = typename Harness::transport_type;
  using payload_type = typename transport_type::codec_type::payload_type;
  using message_type = message<payload_type>;
  using receiver = recording_receiver<payload_type>;
  static constexpr bool locking = is_locking<typename transport_type::mutex_type>;
  static constexpr bool tells_reasons = [] {
    if constexpr (requires { bool{Harness::tells_reasons}; }) {
      return bool{Harness::tells_reasons};
    } else {
      return true;
    }
  }();

  /// A connection and what it was told.
  struct client {
    explicit client(transport_type made) : transport(std::move(made)) { transport->bind(&heard); }
    receiver heard;  // outlives the transport
    std::optional<transport_type> transport;
    publish_token last_token = 0;
  };

  ~transport_conformance() override {
    for (const auto& c : clients_) {
      for (const std::string& complaint : c->heard.complaints()) ADD_FAILURE() << complaint;
    }
  }

  client& adopt(transport_type made) { return *clients_.emplace_back(std::make_unique<client>(std::move(made))); }
  client& connect(std::string_view client_id) { return adopt(harness.connect(client_id)); }
  void attach(client& who, mode_set modes = mode_set::all()) {
    who.transport->attach(modes);
    harness.settle();
  }
  client& attached(std::string_view client_id, mode_set modes = mode_set::all()) {
    client& made = connect(client_id);
    attach(made, modes);
    return made;
  }

  /// Does something inside the call that next reports `attached`.
  static void at_attached(client& who, std::function<void()> act) {
    who.heard.inside_next(receiver_call::state, [&who, act = std::move(act)] {
      if (who.heard.state()->state == room_state::attached) return act();
      at_attached(who, act);
    });
  }

  [[nodiscard]] static message_type says(action what, std::optional<int> data = std::nullopt,
                                         std::string_view client_id = {}) {
    message_type m;
    m.action = what;
    m.client_id = client_id;
    if (data) m.data = shared_data<payload_type>::make(Harness::payload_of(*data));
    return m;
  }
  /// Data of so many bytes. Precondition: the harness, or its type of payload, has sizes.
  [[nodiscard]] static payload_type sized(std::size_t bytes) {
    if constexpr (requires { Harness::payload_of_size(bytes); }) {
      return Harness::payload_of_size(bytes);
    } else {
      std::string content(bytes, 'x');
      for (std::size_t i = 0; i < bytes; ++i) content[i] = static_cast<char>('a' + i % 26);
      if constexpr (std::same_as<payload_type, payload>) {
        return payload::text(std::move(content));
      } else {
        return content;
      }
    }
  }
  [[nodiscard]] static message_type says_data(action what, payload_type data, std::string_view client_id = {}) {
    message_type m = says(what, std::nullopt, client_id);
    m.data = shared_data<payload_type>::make(std::move(data));
    return m;
  }
  /// Whether both say the same of a member, word for word.
  [[nodiscard]] static ::testing::AssertionResult same_content(const message_type& a, const message_type& b) {
    const auto differs = [](const char* what) { return ::testing::AssertionFailure() << what << " differs"; };
    if (a.client_id != b.client_id) return differs("the client id");
    if (a.connection_id != b.connection_id) return differs("the connection id");
    if (a.data.empty() != b.data.empty()) return differs("whether there is data");
    if (a.data.has_value() != b.data.has_value() || (a.data && !(*a.data == *b.data))) return differs("the data");
    if (a.extras != b.extras) return differs("the extras");
    if (a.id != b.id) return differs("the id");
    if (a.timestamp != b.timestamp) return differs("the time stamp");
    return ::testing::AssertionSuccess();
  }
  /// Publishes and does not wait.
  publish_token send(client& from, std::vector<message_type> messages) {
    from.transport->publish(std::move(messages), ++from.last_token);
    return from.last_token;
  }
  publish_token send(client& from, message_type m) {
    std::vector<message_type> one;
    one.push_back(std::move(m));
    return send(from, std::move(one));
  }
  /// The outcome, once everything has arrived.
  [[nodiscard]] std::error_code publish(client& from, message_type m) {
    const publish_token token = send(from, std::move(m));
    harness.settle();
    return outcome(from, token);
  }
  [[nodiscard]] static std::error_code outcome(const client& from, publish_token token) {
    const auto all = from.heard.outcomes(token);
    EXPECT_EQ(all.size(), 1U) << "outcomes of one publish";
    return all.size() == 1 ? all.front() : make_error_code(errc::operation_aborted);
  }

  /// What a client was told live since it last forgot, as numbers of data.
  [[nodiscard]] static std::vector<int> live_data(const client& of, int up_to) {
    std::vector<int> found;
    for (const message_type& m : of.heard.messages(receiver_call::presence)) {
      for (int n = 0; n <= up_to; ++n) {
        if (m.data && *m.data == payload_type(Harness::payload_of(n))) found.push_back(n);
      }
    }
    return found;
  }
  [[nodiscard]] static std::vector<int> numbers(int from, int to) {
    std::vector<int> all;
    for (int n = from; n <= to; ++n) all.push_back(n);
    return all;
  }
  /// Whether a client knows what somebody who comes now is told.
  [[nodiscard]] ::testing::AssertionResult knows_the_room(const client& who) {
    client& newcomer = attached("newcomer");
    if (newcomer.heard.syncing()) return ::testing::AssertionFailure() << "the sync of a newcomer does not end";
    if (who.heard.syncing()) return ::testing::AssertionFailure() << "a sync does not end";
    if (who.heard.members() == newcomer.heard.members()) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << "knows " << ::testing::PrintToString(who.heard.members()) << ", a newcomer "
                                         << ::testing::PrintToString(newcomer.heard.members());
  }

  Harness harness;

 private:
  std::vector<std::unique_ptr<client>> clients_;
};

TYPED_TEST_SUITE_P(transport_conformance);

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
