// Data that stays where it is.
#include <presence/presence.hpp>

struct place {
  place() = default;
#ifdef PRESENCE_MUST_FAIL
  place(place&&) = delete;
#endif
  int row = 0;
};

void sit_down(presence::local_presence<place>& p) { p.enter({}); }
