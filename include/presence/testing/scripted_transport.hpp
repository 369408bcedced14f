#ifndef PRESENCE_TESTING_SCRIPTED_TRANSPORT_HPP
#define PRESENCE_TESTING_SCRIPTED_TRANSPORT_HPP

#include <presence/codec.hpp>
#include <presence/message.hpp>
#include <presence/mode.hpp>
#include <presence/room_state.hpp>
#include <presence/testing/checked_mutex.hpp>
#include <presence/testing/script.hpp>
#include <presence/transport.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// A Transport for tests of programs that stand on `basic_presence`, and of the library itself: nothing is behind it but
/// a `script`, which the test keeps.
///
///     testing::scripted_transport<status> transport{"alice"};
///     auto room = transport.script();
///     basic_presence<status, testing::manual_clock, testing::scripted_transport<status>> alice{std::move(transport)};
///     room.by_hand(testing::transport_call::publish);
///     alice.enter({"online"}, …);
///     room.answer_publish({.outcome = errc::room_full});
///
/// With its default mutex it also shows that no listener and no handler runs under a lock.
template <class Data, class Codec = identity_codec<Data>, class Mutex = checked_mutex>
class scripted_transport {
 public:
  using codec_type = Codec;                                  ///< as named
  using mutex_type = Mutex;                                  ///< as named
  using payload_type = typename Codec::payload_type;         ///< what it carries
  using script_type = testing::script<payload_type, Mutex>;  ///< the test's end

  static_assert(std::same_as<Data, typename Codec::value_type>);

  /// A transport over a connection of `client_id`: empty for an anonymous one, `*` for one that may act for anyone.
  explicit scripted_transport(std::string client_id = "me", std::string connection_id = "c1", Codec codec = {})
      : script_(client_id, std::move(connection_id)),
        client_id_(std::move(client_id)),
        codec_(std::move(codec)) {}
  ///@{
  /// Takes the script over; what this was bound to is told nothing any more.
  scripted_transport(scripted_transport&& other) noexcept = default;
  scripted_transport& operator=(scripted_transport&& other) noexcept {
    if (this != &other) {
      bind(nullptr);
      script_.state_ = std::move(other.script_.state_);
      client_id_ = std::move(other.client_id_);
      codec_ = std::move(other.codec_);
    }
    return *this;
  }
  ///@}
  ~scripted_transport() { bind(nullptr); }

  /// The test's end.
  [[nodiscard]] script_type script() const { return script_; }

  /// As it was made with.
  [[nodiscard]] std::string_view client_id() const noexcept { return client_id_; }
  /// As it was made with, or as the script last set it.
  [[nodiscard]] std::string connection_id() const {
    return script_.look([](auto& s) { return s.connection_id; });
  }
  /// The state that was last told, or asked for since.
  [[nodiscard]] room_state state() const {
    return script_.look([](auto& s) { return s.state; });
  }
  /// The codec that the participant uses.
  [[nodiscard]] const Codec& codec() const noexcept { return codec_; }

  /// From now on `to` is told; null: nobody, and no call of it is running when this returns, unless this is inside
  /// one.
  void bind(transport_receiver<payload_type>* to) {
    if (script_.state_ != nullptr) script_.state_->bind(to);
  }
  ///@{
  /// For the participant: the script records the call and, unless told otherwise, answers it.
  void attach(mode_set modes) { call({transport_call::attach, modes, {}, 0}); }
  void detach() { call({transport_call::detach, {}, {}, 0}); }
  void publish(std::vector<message<payload_type>> messages, publish_token token) {
    call({transport_call::publish, {}, std::move(messages), token});
  }
  void resync() { call({transport_call::resync, {}, {}, 0}); }
  ///@}

 private:
  void call(typename script_type::call what) {
    script_.change([&](auto& s) { s.take(std::move(what)); });
  }

  script_type script_;
  std::string client_id_;
  [[no_unique_address]] Codec codec_;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
