// What the programs that measure hubs share: a hub by its mutex, and a receiver that counts.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_HUB_TYPES_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_HUB_TYPES_HPP

#include "workload.hpp"
#include <presence/basic_hub.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

namespace bench {

template <class Mutex, class Clock = std::chrono::system_clock>
using hub_of = presence::basic_hub<data, Clock, presence::basic_no_backplane<Mutex>>;

/// Connection ids are the same in each run.
inline presence::hub_options seeded() {
  presence::hub_options options;
  options.random = [random = std::mt19937_64{42}]() mutable { return random(); };
  return options;
}

/// A sink that counts, on a cache line of its own, as a real one has a queue of its own.
class alignas(64) counting_sink {
 public:
  void on_attached(const presence::attachment_info&) {}
  void on_sync(const presence::message_batch<data>& page, const presence::sync_cursor&) { told_ += page->size(); }
  [[nodiscard]] bool on_presence(const presence::message_batch<data>& messages) {
    told_ += messages->size();
    return true;
  }
  void on_detached(std::error_code) {}

  void operator()(const message&) { ++told_; }

  /// Events and synced members.
  [[nodiscard]] std::size_t told() const noexcept { return told_; }

 private:
  std::size_t told_ = 0;
};

[[nodiscard]] inline std::size_t told(const std::vector<counting_sink>& sinks) {
  std::size_t all = 0;
  for (const counting_sink& each : sinks) all += each.told();
  return all;
}

/// What a session publishes about itself.
[[nodiscard]] inline std::vector<message> says(presence::action what, presence::shared_data<data> with) {
  std::vector<message> one(1);
  one.front().action = what;
  one.front().data = std::move(with);
  return one;
}

}  // namespace bench

#endif
