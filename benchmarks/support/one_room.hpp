// One room with many receivers, once for each rival: number i attaches, enters, updates.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_ONE_ROOM_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_ONE_ROOM_HPP

#include "hub_types.hpp"
#include "naive_hub.hpp"
#include "workload.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace bench {

template <class Mutex>
class room_of_hub {
 public:
  explicit room_of_hub(const std::vector<key>& who) : sinks_(who.size()), hub_(seeded()) {
    sessions_.reserve(who.size());
    attachments_.reserve(who.size());
    for (const key& k : who) sessions_.push_back(hub_.connect(k.client_id));
  }

  void attach(std::size_t i) {
    attachments_.push_back(sessions_[i].attach("room", presence::mode_set::all(), std::ref(sinks_[i])).value());
  }
  void enter(std::size_t i) { attachments_[i].publish(says(presence::action::enter, data_)); }
  void update(std::size_t i) { attachments_[i].publish(says(presence::action::update, data_)); }
  [[nodiscard]] std::size_t told() const { return bench::told(sinks_); }

 private:
  std::vector<counting_sink> sinks_;
  std::vector<typename hub_of<Mutex>::session_type> sessions_;
  std::vector<typename hub_of<Mutex>::session_type::attachment_type> attachments_;
  hub_of<Mutex> hub_;  // destroyed first: else everybody is told of everybody's leave
  const presence::shared_data<data> data_ = presence::shared_data<data>::make(1U);
};

class room_of_naive_hub {
 public:
  explicit room_of_naive_hub(const std::vector<key>& who) : sinks_(who.size()), who_(who) {}

  void attach(std::size_t i) {
    hub_.attach("room", who_[i], [to = &sinks_[i]](const message& m) { (*to)(m); });
  }
  void enter(std::size_t i) { hub_.publish("room", who_[i], presence::action::enter, data_); }
  void update(std::size_t i) { hub_.publish("room", who_[i], presence::action::update, data_); }
  [[nodiscard]] std::size_t told() const { return bench::told(sinks_); }

 private:
  std::vector<counting_sink> sinks_;
  const std::vector<key> who_;
  naive::hub hub_;
  const presence::shared_data<data> data_ = presence::shared_data<data>::make(1U);
};

/// The floor: nothing but a virtual call for each receiver, with an event that is there already.
class virtual_call {
 public:
  explicit virtual_call(const std::vector<key>& who)
      : sinks_(who.size()),
        event_(presence::make_batch(says(presence::action::update, nullptr))) {}

  void attach(std::size_t i) { to_.push_back(std::make_unique<receiver>(sinks_[i])); }
  void enter(std::size_t) {}
  void update(std::size_t) {
    for (const auto& each : to_) {
      if (!each->on_presence(event_)) return;
    }
  }
  [[nodiscard]] std::size_t told() const { return bench::told(sinks_); }

 private:
  struct receiver_base {
    virtual ~receiver_base() = default;
    [[nodiscard]] virtual bool on_presence(const presence::message_batch<data>& messages) = 0;
  };
  struct receiver final : receiver_base {
    explicit receiver(counting_sink& sink) : to(sink) {}
    [[nodiscard]] bool on_presence(const presence::message_batch<data>& messages) override {
      return to.on_presence(messages);
    }
    counting_sink& to;
  };

  std::vector<counting_sink> sinks_;
  std::vector<std::unique_ptr<receiver_base>> to_;
  const presence::message_batch<data> event_;
};

}  // namespace bench

#endif
