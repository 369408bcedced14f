// What a fuzzer is made of: bytes read one decision at a time, and checks that stop the program where it can be seen.
#ifndef PRESENCE_TESTS_FUZZ_INPUT_HPP
#define PRESENCE_TESTS_FUZZ_INPUT_HPP

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace presence::fuzz {

/// Aborts with what is wrong, which libFuzzer and the corpus test both report with the input.
inline void require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "wrong: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

/// Reads the input as decisions; behind its end every decision is 0.
class input {
 public:
  input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  /// 0 … bound - 1.
  [[nodiscard]] std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(byte() % bound); }
  /// Up to `size` bytes.
  [[nodiscard]] std::string_view text(std::size_t size) {
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  [[nodiscard]] std::string_view rest() { return text(rest_.size()); }

 private:
  std::string_view rest_;
};

}  // namespace presence::fuzz

/// What libFuzzer, or the corpus test in its place, calls with each input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

#endif
