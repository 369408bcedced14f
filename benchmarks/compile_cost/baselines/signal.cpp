// What a program pays that uses Boost.Signals2 once: one signal, one slot, one call.
#include <boost/signals2/signal.hpp>

int main() {
  boost::signals2::signal<void(int)> signal;
  int last = 0;
  signal.connect([&](int n) { last = n; });
  signal(42);
  return last == 42 ? 0 : 1;
}
