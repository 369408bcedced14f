// The participant's end of a faulty link.
#ifndef PRESENCE_TESTING_FAULTY_TRANSPORT_HPP
#define PRESENCE_TESTING_FAULTY_TRANSPORT_HPP

#include <presence/testing/faulty_link.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// The participant's end as a transport.
template <class Data>
class faulty_transport {
 public:
  using codec_type = identity_codec<Data>;
  using mutex_type = checked_mutex;

  explicit faulty_transport(faulty_link<Data>& link) noexcept : link_(&link) {}
  faulty_transport(faulty_transport&& other) noexcept : link_(std::exchange(other.link_, nullptr)) {}
  faulty_transport& operator=(faulty_transport&& other) noexcept {
    std::swap(link_, other.link_);
    return *this;
  }
  ~faulty_transport() = default;

  [[nodiscard]] std::string_view client_id() const noexcept { return link_->who_.client_id; }
  [[nodiscard]] std::string connection_id() const { return link_->client_connection_; }
  [[nodiscard]] room_state state() const noexcept { return link_->state_; }
  void bind(transport_receiver<Data>* to) {
    if (to == nullptr) {
      link_->leave();
    } else {
      link_->to_ = to;
    }
  }
  void attach(mode_set modes) { link_->attach(modes); }
  void detach() { link_->detach(); }
  void publish(std::vector<message<Data>> messages, publish_token token) { link_->publish(std::move(messages), token); }
  void resync() { link_->resync(); }

 private:
  faulty_link<Data>* link_;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
