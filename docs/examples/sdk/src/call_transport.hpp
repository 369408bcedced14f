// presence's transport over a channel: a handle to the call that a connection is for.
#ifndef PARLEY_CALL_TRANSPORT_HPP
#define PARLEY_CALL_TRANSPORT_HPP

#include "channel.hpp"
#include "frames.hpp"
#include "voice_codec.hpp"
#include <presence/mutex.hpp>
#include <presence/transport.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace parley {

/// The client's end. Apart from the transport, as what it tells may destroy that, participant and all.
class call_end : public channel::user, public std::enable_shared_from_this<call_end> {
 public:
  using receiver = presence::transport_receiver<presence::payload>;
  struct identity {
    int port = 0;
    std::string room, name, ticket;
  };

  call_end(std::shared_ptr<loop_core> on, identity who) : loop_(std::move(on)), who_(std::move(who)) {}
  virtual ~call_end() = default;

  // for who holds it
  std::function<void()> on_lost;  ///< told each time a connection ends, or cannot be made: time to connect again
  void connect();
  void forget_session() { key_.clear(); }
  void ping(std::uint64_t number) { say(writer{kind::ping}.number(number)); }
  [[nodiscard]] bool welcomed() const { return welcomed_; }
  [[nodiscard]] bool refused() const { return static_cast<bool>(refusal_); }
  [[nodiscard]] unsigned attempts() const { return attempts_; }  ///< since the room was attached last
  [[nodiscard]] std::uint64_t last_ping() const { return last_ping_; }
  [[nodiscard]] std::uint64_t traffic() const { return traffic_; }  ///< frames either way, without pings

  // for the transport
  [[nodiscard]] const std::string& name() const { return who_.name; }
  [[nodiscard]] const std::string& connection_id() const { return connection_id_; }
  void bind(receiver* to);
  void attach(presence::mode_set modes);
  void detach();
  void resync();
  void publish(std::vector<message> messages, presence::publish_token token);

 private:
  void on_frame(std::string_view frame) override;
  void on_broken() override;

  void say(const writer& frame);
  void hear(kind what, reader fields, std::string_view frame);
  void welcome(reader fields);
  void refuse(std::error_code why);
  void become(const presence::state_change& change) {
    if (to_ != nullptr) to_->on_state(change);
  }
  void answer(presence::publish_token token, std::error_code outcome) {
    if (to_ != nullptr && unanswered_.erase(token) != 0) to_->on_published(token, outcome);
  }

  std::shared_ptr<loop_core> loop_;
  identity who_;
  receiver* to_ = nullptr;
  std::unique_ptr<channel> channel_;
  unsigned attempts_ = 0;
  bool welcomed_ = false;
  std::error_code refusal_;

  // the session
  std::string connection_id_, key_;
  bool goes_on_ = true;      // false: the room was left, and the server is still to know
  std::uint64_t heard_ = 0;  // frames of the session: the server compares it with what it has told
  collector messages_{max_told, max_told_messages};

  // what the participant wants, and waits for
  std::optional<presence::mode_set> wanted_;
  bool detaching_ = false;
  std::set<presence::publish_token> unanswered_;

  std::uint64_t last_ping_ = 0, traffic_ = 0;
};

class call_transport {
 public:
  using codec_type = voice_codec;
  using mutex_type = presence::null_mutex;  // all of it is on the loop's thread

  explicit call_transport(std::shared_ptr<call_end> end) : end_(std::move(end)) {}

  [[nodiscard]] std::string_view client_id() const { return end_->name(); }
  [[nodiscard]] std::string connection_id() const { return end_->connection_id(); }

  // Each holds on to what it calls: this may be gone before the call returns.
  void bind(call_end::receiver* to) { held()->bind(to); }
  void attach(presence::mode_set modes) { held()->attach(modes); }
  void detach() { held()->detach(); }
  void resync() { held()->resync(); }
  void publish(std::vector<message> messages, presence::publish_token token) {
    held()->publish(std::move(messages), token);
  }

 private:
  [[nodiscard]] std::shared_ptr<call_end> held() const { return end_; }

  std::shared_ptr<call_end> end_;
};
static_assert(presence::transport<call_transport>);

}  // namespace parley

#endif
