// Fails the N-th allocation, for every N.
// A program of its own: it replaces `operator new`.
#include <presence/codec/json.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <map>
#include <new>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace {

std::size_t allocations_left = 0;
bool counting = false;

void* allocate(std::size_t size) {
  if (counting && allocations_left-- == 0) {
    counting = false;
    throw std::bad_alloc{};
  }
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc{};
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace codec_json_memory_test {
namespace app {

struct status {
  std::string text;
  std::vector<std::string> tags;
  std::map<std::string, int> counts;
};
BOOST_DESCRIBE_STRUCT(status, (), (text, tags, counts))

}  // namespace app

namespace {

// Runs `work` with its first, second, … allocation failing until one run needs no more; says how many failed.
template <class Work>
int out_of_memory_runs(const Work& work) {
  for (int run = 0;; ++run) {
    allocations_left = static_cast<std::size_t>(run);
    counting = true;
    const auto done = work();
    if (std::exchange(counting, false)) {
      EXPECT_TRUE(done);
      return run;
    }
    EXPECT_EQ(done.error(), std::errc::not_enough_memory) << run;
  }
}

const std::string long_text(200, 'x');

TEST(json_memory, running_out_of_memory_is_an_error_and_no_exception) {
  const presence::json_codec<app::status> codec;
  const app::status status{long_text, {long_text, long_text}, {{long_text, 1}, {"b", 2}}};
  EXPECT_GT(out_of_memory_runs([&] { return codec.encode(status); }), 5);
  const auto sent = codec.encode(status).value();
  EXPECT_GT(out_of_memory_runs([&] { return codec.decode(sent); }), 10);
}

TEST(json_memory, running_out_of_memory_for_extras_is_an_error_and_no_exception) {
  const auto made = presence::make_extras({{"a", long_text}, {"b", {1, 2, 3}}});
  EXPECT_GT(out_of_memory_runs([&] { return presence::parse_extras(made); }), 3);
}

}  // namespace
}  // namespace codec_json_memory_test
