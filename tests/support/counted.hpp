// A data type that knows how often it was copied and moved and how many of it are alive.
#ifndef PRESENCE_TESTS_SUPPORT_COUNTED_HPP
#define PRESENCE_TESTS_SUPPORT_COUNTED_HPP

#include <atomic>

namespace presence::test {

/// The counts are of the whole program: call `counted::reset()` at the start of a test. They are atomic, so that tests
/// with threads may use them.
struct counted {
  struct tally {
    std::atomic<int> copies{0};
    std::atomic<int> moves{0};
    std::atomic<int> alive{0};
  };
  static tally& counts() {
    static tally all;
    return all;
  }
  static int copies() { return counts().copies; }
  static int moves() { return counts().moves; }
  static int alive() { return counts().alive; }
  /// Forgets copies and moves; what is alive stays alive.
  static void reset() {
    counts().copies = 0;
    counts().moves = 0;
  }

  explicit counted(int v = 0) : value(v) { ++counts().alive; }
  counted(const counted& other) : value(other.value) {
    ++counts().alive;
    ++counts().copies;
  }
  counted(counted&& other) noexcept : value(other.value) {
    ++counts().alive;
    ++counts().moves;
  }
  counted& operator=(const counted& other) {
    value = other.value;
    ++counts().copies;
    return *this;
  }
  counted& operator=(counted&& other) noexcept {
    value = other.value;
    ++counts().moves;
    return *this;
  }
  ~counted() { --counts().alive; }

  friend bool operator==(const counted& a, const counted& b) { return a.value == b.value; }

  int value;
};

}  // namespace presence::test

#endif
