// The participant's end of a faulty link.
#ifndef PRESENCE_TESTING_FAULTY_TRANSPORT_HPP
#define PRESENCE_TESTING_FAULTY_TRANSPORT_HPP

#include <presence/testing/faulty_link.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// The participant's end as a transport: a handle to a link, which has to outlive it. Its functions are for the participant
/// that it is moved into, and what they do is the contract of docs/transport.md. One thread only.
template <class Data>
class faulty_transport {
 public:
  using codec_type = identity_codec<Data>;  ///< none
  using mutex_type = checked_mutex;         ///< ends the program where a callback runs under it

  /// Over this link, which may have one participant at a time.
  explicit faulty_transport(faulty_link<Data>& link) noexcept : link_(&link) {}
  ///@{
  /// Takes the link over. Of a moved-from transport no more is asked than its end.
  faulty_transport(faulty_transport&& other) noexcept : link_(std::exchange(other.link_, nullptr)) {}
  faulty_transport& operator=(faulty_transport&& other) noexcept {
    std::swap(link_, other.link_);
    return *this;
  }
  ///@}
  ~faulty_transport() = default;

  /// The client id of the link's identity.
  [[nodiscard]] std::string_view client_id() const noexcept { return link_->who_.client_id; }
  /// The connection that the participant was last told of.
  [[nodiscard]] std::string connection_id() const { return link_->client_connection_; }
  /// Where the participant's end stands.
  [[nodiscard]] room_state state() const noexcept { return link_->state_; }
  /// From now on `to` is told; null: nobody, and the link is as if the program had ended.
  void bind(transport_receiver<Data>* to) {
    if (to == nullptr) {
      link_->leave();
    } else {
      link_->to_ = to;
    }
  }
  /// Asks for the room: a frame, or where the link is down one to come.
  void attach(mode_set modes) { link_->attach(modes); }
  /// Leaves the room: a frame; where the link is down it is told at once, and the hub when it is back.
  void detach() { link_->detach(); }
  /// Sends the messages in one frame under a serial. `on_published` follows once.
  void publish(std::vector<message<Data>> messages, publish_token token) { link_->publish(std::move(messages), token); }
  /// Asks for the room anew: a frame, or nothing where the link is down.
  void resync() { link_->resync(); }

 private:
  faulty_link<Data>* link_;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
