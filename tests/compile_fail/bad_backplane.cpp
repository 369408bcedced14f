// A backplane for another kind of data than the hub's.
#include <presence/presence.hpp>

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

struct wire {
  using mutex_type = std::mutex;
#ifdef PRESENCE_MUST_FAIL
  void publish(std::string_view, const presence::message_batch<std::string>&) {}
#else
  void publish(std::string_view, const presence::message_batch<int>&) {}
#endif
};

bool quiet(const presence::basic_hub<int, std::chrono::system_clock, wire>& h) { return h.room_count() == 0; }
