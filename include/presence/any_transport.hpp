// One type for every transport: which one it is, is decided while the program runs.
#ifndef PRESENCE_ANY_TRANSPORT_HPP
#define PRESENCE_ANY_TRANSPORT_HPP

#include <presence/basic_presence.hpp>
#include <presence/clock.hpp>
#include <presence/codec.hpp>
#include <presence/error.hpp>
#include <presence/message.hpp>
#include <presence/mode.hpp>
#include <presence/mutex.hpp>
#include <presence/room_state.hpp>
#include <presence/transport.hpp>

#include <chrono>
#include <concepts>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI {

namespace detail {

/// Cheap, and no question about moving: it is also asked of what is no transport, by participants that are moved
/// themselves.
template <class T, class Codec, class Mutex>
concept held_in_any_transport =
    std::same_as<typename T::codec_type, Codec> && std::same_as<typename T::mutex_type, Mutex>;

}  // namespace detail

/// A transport (docs/transport.md) that holds another one of any type with the same codec and mutex. Participants over
/// it are of one type, compiled once however many kinds of transport a program has, and it need not name those where it
/// uses them:
///
///     using any = any_transport<status>;
///     any_presence<status> p{local ? any{session.room("lobby")} : any{channel("lobby")}};
///
/// It costs an allocation when it is made and a virtual call for each operation; what the room tells comes straight
/// from the transport inside. A moved-from one holds none: it says `connection_closed` to everything.
template <class Data, class Codec = identity_codec<Data>, class Mutex = std::mutex>
class any_transport {
  static_assert(codec<Codec>, "Codec does not model presence::codec");
  static_assert(mutex<Mutex>, "Mutex does not model presence::mutex");
  static_assert(std::same_as<Data, typename Codec::value_type>, "Data must be the value_type of the codec");

  using payload_type = typename Codec::payload_type;
  using receiver = transport_receiver<payload_type>;

 public:
  using codec_type = Codec;  ///< that of the transport inside
  using mutex_type = Mutex;  ///< likewise

  /// Holds `inside`. Allocates once; throws what that or the move throws.
  template <detail::held_in_any_transport<Codec, Mutex> Inside>
  any_transport(Inside inside)  // not explicit: a participant of an unnamed transport is made from any
      : codec_(codec_of(inside)),
        held_(std::make_unique<holder<Inside>>(std::move(inside))) {
    static_assert(transport<Inside>, "Inside does not model presence::transport");
  }

  ///@{
  /// Takes the transport inside over, in constant time; the one that was held here ends.
  any_transport(any_transport&&) noexcept = default;
  any_transport& operator=(any_transport&&) noexcept = default;
  ///@}
  ~any_transport() = default;

  ///@{
  /// As the transport inside says; empty where there is none. A copy, as what that says may end with the call.
  [[nodiscard]] std::string client_id() const { return held_ != nullptr ? held_->client_id() : std::string{}; }
  [[nodiscard]] std::string connection_id() const { return held_ != nullptr ? held_->connection_id() : std::string{}; }
  ///@}
  /// The codec of the transport inside.
  [[nodiscard]] const Codec& codec() const noexcept { return codec_; }

  ///@{
  /// For the participant: handed on to the transport inside. Without one `attach` and `detach` are told `detached`,
  /// and a publish fails with `connection_closed`.
  void bind(receiver* to) {
    to_ = to;
    if (held_ != nullptr) held_->bind(to);
  }
  void attach(mode_set modes) {
    if (held_ != nullptr) return held_->attach(modes);
    to_->on_state({room_state::detached, false, false, {}, errc::connection_closed});
  }
  void detach() {
    if (held_ != nullptr) return held_->detach();
    to_->on_state({room_state::detached, false, false, {}, {}});
  }
  void publish(std::vector<message<payload_type>> messages, publish_token token) {
    if (held_ != nullptr) return held_->publish(std::move(messages), token);
    to_->on_published(token, errc::connection_closed);
  }
  void resync() {
    if (held_ != nullptr) held_->resync();
  }
  ///@}

 private:
  struct held_transport {
    virtual ~held_transport() = default;
    [[nodiscard]] virtual std::string client_id() const = 0;
    [[nodiscard]] virtual std::string connection_id() const = 0;
    virtual void bind(receiver* to) = 0;
    virtual void attach(mode_set modes) = 0;
    virtual void detach() = 0;
    virtual void publish(std::vector<message<payload_type>> messages, publish_token token) = 0;
    virtual void resync() = 0;
  };
  /// Each call is the last thing that it does here: what happens in it may destroy this.
  template <class Inside>
  struct holder final : held_transport {
    explicit holder(Inside t) : inside(std::move(t)) {}
    [[nodiscard]] std::string client_id() const override { return std::string{std::string_view{inside.client_id()}}; }
    [[nodiscard]] std::string connection_id() const override { return inside.connection_id(); }
    void bind(receiver* to) override { inside.bind(to); }
    void attach(mode_set modes) override { inside.attach(modes); }
    void detach() override { inside.detach(); }
    void publish(std::vector<message<payload_type>> messages, publish_token token) override {
      inside.publish(std::move(messages), token);
    }
    void resync() override { inside.resync(); }
    Inside inside;
  };

  template <class Inside>
  [[nodiscard]] static Codec codec_of(const Inside& inside) {
    if constexpr (transport_with_codec<Inside>) {
      return inside.codec();
    } else {
      return Codec{};
    }
  }

  [[no_unique_address]] Codec codec_;
  std::unique_ptr<held_transport> held_;
  receiver* to_ = nullptr;  // for a moved-from one only
};

/// A participant over whatever transport it is given: `any_presence<status> p{session.room("lobby")};`.
template <class Data, class Clock = std::chrono::system_clock, class Codec = identity_codec<Data>,
          class Mutex = std::mutex>
using any_presence = basic_presence<Data, Clock, any_transport<Data, Codec, Mutex>>;

}  // namespace presence::inline PRESENCE_ABI

#endif
