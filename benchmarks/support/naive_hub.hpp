// The hub that a good C++ developer writes in an hour: rooms in an unordered_map, one mutex, receivers in a vector of
// functions. Receivers are called with the mutex held, which is the fastest way and the one where they must not call back.
// It has no grace periods, no limits and no slow receivers.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_NAIVE_HUB_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_NAIVE_HUB_HPP

#include "naive.hpp"
#include "workload.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bench::naive {

class hub {
 public:
  using receiver = std::function<void(const message&)>;

  /// The receiver is told who is there, and from then on what happens.
  void attach(const std::string& room_name, const key& who, receiver to) {
    const std::lock_guard lock{mutex_};
    room& in = rooms_[room_name];
    in.members.for_each([&](const member& m) {
      to({presence::action::present, presence::leave_reason::none, true, m.client_id, m.connection_id, m.content,
          m.extras, m.updated_at, m.id});
    });
    in.receivers.emplace_back(who.connection_id, std::move(to));
  }

  void publish(const std::string& room_name, const key& who, presence::action what, presence::shared_data<data> with) {
    const std::lock_guard lock{mutex_};
    tell(rooms_.at(room_name), who, what, std::move(with));
  }

  /// The connection is gone from all of its rooms.
  void close(const key& who, const std::vector<std::string>& rooms) {
    const std::lock_guard lock{mutex_};
    for (const std::string& name : rooms) {
      const auto in = rooms_.find(name);
      auto& receivers = in->second.receivers;
      receivers.erase(std::find_if(receivers.begin(), receivers.end(),
                                   [&](const auto& each) { return each.first == who.connection_id; }));
      tell(in->second, who, presence::action::leave, {});
      if (receivers.empty()) rooms_.erase(in);
    }
  }

 private:
  struct room {
    set members;
    std::vector<std::pair<std::string, receiver>> receivers;  // by connection id
  };

  void tell(room& in, const key& who, presence::action what, presence::shared_data<data> with) {
    message m = make(who, what, ++serial_);
    m.data = std::move(with);
    m.timestamp = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    in.members.apply(m, [&](const message& event) {
      for (const auto& [connection, to] : in.receivers) to(event);
    });
  }

  std::mutex mutex_;
  std::unordered_map<std::string, room> rooms_;
  std::uint64_t serial_ = 0;
};

}  // namespace bench::naive

#endif
