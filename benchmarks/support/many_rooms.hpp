// Many rooms and sessions, each in several of them, once for each rival. Beside them a guest, who comes to every room.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_MANY_ROOMS_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_MANY_ROOMS_HPP

#include "hub_types.hpp"
#include "naive_hub.hpp"
#include "workload.hpp"
#include <presence/testing/manual_clock.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// How many, and who is where. Every room has equally many members, and they came to it at different times.
struct many_rooms {
  std::size_t rooms;
  std::size_t sessions;
  std::size_t rooms_each;

  [[nodiscard]] std::size_t members() const { return sessions * rooms_each; }
  [[nodiscard]] static std::string name(std::size_t room) { return "room-" + std::to_string(room); }
  /// Calls `visit(session, room)`, session by session.
  template <class Visit>
  void for_each_member(Visit&& visit) const {
    const auto offsets = random_order(rooms);
    for (std::size_t s = 0; s < sessions; ++s) {
      for (std::size_t i = 0; i < rooms_each; ++i) visit(s, (s + offsets[i]) % rooms);
    }
  }
};

/// A session has one sink for all of its rooms.
template <class Mutex>
class rooms_of_hub {
 public:
  using hub = hub_of<Mutex, presence::testing::manual_clock>;

  explicit rooms_of_hub(const many_rooms& shape) : shape_(shape), sinks_(shape.sessions), hub_(seeded(), clock_) {
    sessions_.reserve(shape.sessions);
    attachments_.reserve(shape.members());
    for (const key& k : spread(shape.sessions)) sessions_.push_back(hub_.connect(k.client_id));
    shape.for_each_member(
        [&](std::size_t who, std::size_t room) { attachments_.push_back(come(sessions_[who], sinks_[who], room)); });
  }

  /// The member of this number updates itself.
  void update(std::size_t member) { attachments_[member].publish(says(presence::action::update, data_)); }

  void guest_comes() {
    guest_.emplace(hub_.connect("guest"));
    guest_attachments_.reserve(shape_.rooms);
    for (std::size_t r = 0; r < shape_.rooms; ++r) guest_attachments_.push_back(come(*guest_, guest_sink_, r));
  }
  void guest_closes() { guest_->close(); }
  void guest_times_out() {
    guest_->drop();
    clock_.advance(presence::hub_options{}.grace);
    hub_.run_due();
  }
  void forget_guest() {
    guest_attachments_.clear();
    guest_.reset();
  }

  /// All but the guest.
  [[nodiscard]] std::size_t told() const { return bench::told(sinks_); }

 private:
  using session = typename hub::session_type;
  using attachment = typename session::attachment_type;

  attachment come(session& who, counting_sink& sink, std::size_t room) {
    attachment made = who.attach(many_rooms::name(room), presence::mode_set::all(), std::ref(sink)).value();
    made.publish(says(presence::action::enter, data_));
    return made;
  }

  const many_rooms shape_;
  const presence::shared_data<data> data_ = presence::shared_data<data>::make(1U);
  presence::testing::manual_clock clock_;
  std::vector<counting_sink> sinks_;
  counting_sink guest_sink_;
  std::vector<session> sessions_;
  std::vector<attachment> attachments_;
  std::optional<session> guest_;
  std::vector<attachment> guest_attachments_;
  hub hub_;  // destroyed first: else everybody is told of everybody's leave
};

class rooms_of_naive_hub {
 public:
  explicit rooms_of_naive_hub(const many_rooms& shape)
      : shape_(shape),
        who_(spread(shape.sessions)),
        sinks_(shape.sessions) {
    names_.reserve(shape.rooms);
    for (std::size_t r = 0; r < shape.rooms; ++r) names_.push_back(many_rooms::name(r));
    members_.reserve(shape.members());
    shape.for_each_member([&](std::size_t session, std::size_t room) {
      come(who_[session], sinks_[session], room);
      members_.emplace_back(session, room);
    });
  }

  void update(std::size_t member) {
    const auto [session, room] = members_[member];
    hub_.publish(names_[room], who_[session], presence::action::update, data_);
  }

  void guest_comes() {
    for (std::size_t r = 0; r < shape_.rooms; ++r) come(guest_, guest_sink_, r);
  }
  void guest_closes() { hub_.close(guest_, names_); }
  void forget_guest() {}

  [[nodiscard]] std::size_t told() const { return bench::told(sinks_); }

 private:
  void come(const key& who, counting_sink& sink, std::size_t room) {
    hub_.attach(names_[room], who, [to = &sink](const message& m) { (*to)(m); });
    hub_.publish(names_[room], who, presence::action::enter, data_);
  }

  const many_rooms shape_;
  const presence::shared_data<data> data_ = presence::shared_data<data>::make(1U);
  const std::vector<key> who_;
  const key guest_{"guest", "0123456789"};
  std::vector<std::string> names_;
  std::vector<counting_sink> sinks_;
  counting_sink guest_sink_;
  std::vector<std::pair<std::size_t, std::size_t>> members_;  // session and room
  naive::hub hub_;
};

}  // namespace bench

#endif
