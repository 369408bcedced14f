// A clock whose time cannot be told in milliseconds.
#include <presence/presence.hpp>

#include <chrono>

struct counter {
#ifdef PRESENCE_MUST_FAIL
  long now() const { return 0; }
#else
  std::chrono::steady_clock::time_point now() const { return {}; }
#endif
};

using participant = presence::basic_presence<int, counter, presence::loopback<int>>;
using authority = presence::basic_hub<int, counter>;

bool both(participant& p, authority& h) { return p.size() == h.room_count(); }
