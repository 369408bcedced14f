// Presence messages in one line: `enter("alice", "c1").serial(3).data("hi")`.
#ifndef PRESENCE_TESTS_SUPPORT_MESSAGES_HPP
#define PRESENCE_TESTS_SUPPORT_MESSAGES_HPP

#include <presence/member.hpp>
#include <presence/message.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace presence::test {

[[nodiscard]] inline time_point at_ms(std::int64_t since_epoch) {
  return time_point{std::chrono::milliseconds{since_epoch}};
}

/// Becomes a `message<Data>` wherever one is asked for. Unless told otherwise it has serial 0, index 0 and time 0.
template <class Data = std::string>
class message_builder {
 public:
  message_builder(presence::action what, std::string_view client_id, std::string_view connection_id) {
    message_.action = what;
    if (what == presence::action::leave) message_.reason = leave_reason::left;
    message_.client_id = client_id;
    message_.connection_id = connection_id;
    serial(0);
  }

  message_builder& serial(std::uint64_t msg_serial, std::uint32_t index = 0) {
    message_.id = {msg_serial, index, id_origin::connection};
    return *this;
  }
  message_builder& synthesized() {
    message_.id = {0, 0, id_origin::synthesized};
    return *this;
  }
  message_builder& without_id() {
    message_.id = {};
    return *this;
  }
  message_builder& at(std::int64_t since_epoch_ms) {
    message_.timestamp = at_ms(since_epoch_ms);
    return *this;
  }
  template <class... Args>
  message_builder& data(Args&&... args) {
    message_.data = shared_data<Data>::make(std::forward<Args>(args)...);
    return *this;
  }
  message_builder& with(presence::extras beside) {
    message_.extras = std::move(beside);
    return *this;
  }
  message_builder& entered(std::int64_t since_epoch_ms) {
    message_.entered_at = at_ms(since_epoch_ms);
    return *this;
  }
  message_builder& lost() {
    message_.connected = false;
    return *this;
  }
  message_builder& reason(leave_reason why) {
    message_.reason = why;
    return *this;
  }

  [[nodiscard]] message<Data> build() const { return message_; }
  operator message<Data>() const { return message_; }

 private:
  message<Data> message_;
};

template <class Data = std::string>
[[nodiscard]] message_builder<Data> enter(std::string_view client_id, std::string_view connection_id) {
  return {action::enter, client_id, connection_id};
}
template <class Data = std::string>
[[nodiscard]] message_builder<Data> update(std::string_view client_id, std::string_view connection_id) {
  return {action::update, client_id, connection_id};
}
template <class Data = std::string>
[[nodiscard]] message_builder<Data> present(std::string_view client_id, std::string_view connection_id) {
  return {action::present, client_id, connection_id};
}
template <class Data = std::string>
[[nodiscard]] message_builder<Data> leave(std::string_view client_id, std::string_view connection_id) {
  return {action::leave, client_id, connection_id};
}

/// When the member entered, by clause S19: as the message says, else as it was known, else the message's time.
template <class Data>
[[nodiscard]] time_point entered_by(const message<Data>& m, const member<Data>* known) {
  if (m.entered_at != time_point{}) return m.entered_at;
  return known != nullptr ? known->entered_at : m.timestamp;
}
/// The member that the message makes of what was known.
template <class Data>
[[nodiscard]] member<Data> member_by(const message<Data>& m, const member<Data>* known) {
  return {action::present, m.connected, m.client_id, m.connection_id,     m.data,
          m.extras,        m.timestamp, m.id,        entered_by(m, known)};
}

/// `enter alice/c1`, `leave bob/c2 resync`: what happened to whom; a leave that was asked for shows no reason.
template <class Data>
[[nodiscard]] std::string describe(const message<Data>& m) {
  std::string text{to_string(m.action)};
  text += ' ' + m.client_id + '/' + m.connection_id;
  if (m.reason != leave_reason::none && m.reason != leave_reason::left) text += ' ' + std::string{to_string(m.reason)};
  return text;
}

/// The same with what it did to the user: `enter alice/c1 online`.
template <class Data>
[[nodiscard]] std::string describe(const message<Data>& m, user_change change) {
  return change == user_change::none ? describe(m) : describe(m) + ' ' + std::string{to_string(change)};
}

}  // namespace presence::test

#endif
