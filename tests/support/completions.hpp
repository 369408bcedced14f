// Every operation completes exactly once: handlers that count, on any thread.
#ifndef PRESENCE_TESTS_SUPPORT_COMPLETIONS_HPP
#define PRESENCE_TESTS_SUPPORT_COMPLETIONS_HPP

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <system_error>

namespace presence::test {

class completions {
 public:
  completions() = default;
  completions(const completions&) = delete;
  ~completions() { EXPECT_EQ(seen(), asked_for()) << "a completion was lost"; }

  /// A handler that must be called exactly once before this goes. It takes an error code or a `result`.
  [[nodiscard]] auto once() {
    ++asked_for_;
    return [this, done = std::make_shared<std::atomic<bool>>(false)](const auto& outcome) {
      EXPECT_FALSE(done->exchange(true)) << "completed twice";
      ++seen_;
      if (error_of(outcome)) ++failed_;
    };
  }

  [[nodiscard]] int asked_for() const { return asked_for_; }
  [[nodiscard]] int seen() const { return seen_; }
  [[nodiscard]] int failed() const { return failed_; }

 private:
  [[nodiscard]] static std::error_code error_of(std::error_code outcome) { return outcome; }
  template <class Result>
  [[nodiscard]] static std::error_code error_of(const Result& outcome) {
    return outcome.error();
  }

  std::atomic<int> asked_for_{0};
  std::atomic<int> seen_{0};
  std::atomic<int> failed_{0};
};

}  // namespace presence::test

#endif
