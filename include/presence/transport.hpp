#ifndef PRESENCE_TRANSPORT_HPP
#define PRESENCE_TRANSPORT_HPP

#include <presence/codec.hpp>
#include <presence/message.hpp>
#include <presence/mode.hpp>
#include <presence/mutex.hpp>
#include <presence/room_state.hpp>
#include <presence/sync_cursor.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace presence::inline PRESENCE_ABI {

/// Names one publish, so that its outcome can be told.
using publish_token = std::uint64_t;

/// What a transport calls: the participant bound to it.
///
/// A transport calls serially, never two at once, and never after `bind(nullptr)` has returned. It may call from within
/// its own `attach`, `detach`, `publish` and `resync`, and from any thread where its mutex locks. The transport itself
/// may be destroyed by what happens in a call, so it touches nothing of its own after one that it did not keep alive.
template <class Payload>
class transport_receiver {
 public:
  /// The room's state has changed, asked for or not: what `attach`, `detach` and `resync` were answered, and losses.
  /// See docs/transport.md.
  virtual void on_state(const state_change& change) = 0;
  /// Live messages, in the hub's order. Between an attach and the next none is lost and none comes twice.
  virtual void on_presence(const message_batch<Payload>& messages) = 0;
  /// A page of the sync that an attach has announced. Pages come in their order; live messages may come between them.
  virtual void on_sync(const message_batch<Payload>& page, const sync_cursor& cursor) = 0;
  /// The outcome of a publish, once for each token, after the messages' own echo.
  virtual void on_published(publish_token token, std::error_code outcome) = 0;

 protected:
  ~transport_receiver() = default;
};

/// The Transport policy: a handle to one room over one connection. docs/transport.md has the contract, and
/// `testing/transport_conformance.hpp` checks it.
template <class T>
concept transport = std::movable<T> && codec<typename T::codec_type> && mutex<typename T::mutex_type> &&
    requires(T& t, const T& ct, transport_receiver<typename T::codec_type::payload_type>* receiver,
             std::vector<message<typename T::codec_type::payload_type>> messages, mode_set modes, publish_token token) {
  { ct.client_id() } -> std::convertible_to<std::string_view>;  // empty: anonymous; "*": may act for anyone
  { ct.connection_id() } -> std::convertible_to<std::string>;   // as of the last attach; asked outside any lock
  t.bind(receiver);                       // null: no call is running or follows, unless this is inside one
  t.attach(modes);                        // reported by on_state
  t.detach();                             // reported by on_state
  t.publish(std::move(messages), token);  // reported by on_published
  t.resync();                             // reported as an attach that is not resumed, and a sync
};

/// A transport whose codec carries state hands it over with `codec()`; otherwise a default-constructed one is used.
template <class T>
concept transport_with_codec = transport<T> && requires(const T& t) {
  { t.codec() } -> std::convertible_to<typename T::codec_type>;
};

}  // namespace presence::inline PRESENCE_ABI

#endif
