// What ends the program where a promise was broken.
#ifndef PRESENCE_TESTS_SIMULATION_THREADED_CHECK_HPP
#define PRESENCE_TESTS_SIMULATION_THREADED_CHECK_HPP

#include <cstdio>
#include <cstdlib>
#include <string>

namespace presence::threaded {

/// Ends the program at once, so that a debugger or a sanitizer shows how it came to this.
[[noreturn]] inline void broken(const std::string& what) {
  std::fprintf(stderr, "threaded: broken: %s\n", what.c_str());
  std::fflush(stderr);
  std::abort();
}
inline void expect(bool holds, const char* what) {
  if (!holds) broken(what);
}

}  // namespace presence::threaded

#endif
