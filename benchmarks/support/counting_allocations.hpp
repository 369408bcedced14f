// What the program allocates, and what it holds, as malloc gives it out: with what it rounds up to, and the eight bytes
// that it keeps before each block. That costs a few nanoseconds for each allocation, in every rival alike.
//
// It replaces the global operator new and delete, which must not be inline: include it in one translation unit of a
// program. For programs of one thread.
#ifndef PRESENCE_BENCHMARKS_SUPPORT_COUNTING_ALLOCATIONS_HPP
#define PRESENCE_BENCHMARKS_SUPPORT_COUNTING_ALLOCATIONS_HPP

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace bench {
namespace allocator {

inline std::uint64_t count = 0;
inline std::int64_t live = 0;

[[nodiscard]] inline std::int64_t size_of(void* block) noexcept {
  return static_cast<std::int64_t>(malloc_usable_size(block) + sizeof(std::size_t));
}
[[nodiscard]] inline void* note(void* block) {
  if (block == nullptr) throw std::bad_alloc{};
  ++count;
  live += size_of(block);
  return block;
}
inline void give_back(void* block) noexcept {
  if (block == nullptr) return;
  live -= size_of(block);
  std::free(block);
}

}  // namespace allocator

/// What was allocated since it was made.
class allocations {
 public:
  [[nodiscard]] double count() const noexcept { return static_cast<double>(allocator::count - count_); }
  [[nodiscard]] double bytes_held() const noexcept { return static_cast<double>(allocator::live - live_); }

 private:
  std::uint64_t count_ = allocator::count;
  std::int64_t live_ = allocator::live;
};

}  // namespace bench

// Not inlined, else g++ sees malloc on one side and delete on the other, and warns.
[[gnu::noinline]] void* operator new(std::size_t size) { return bench::allocator::note(std::malloc(size)); }
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto to = static_cast<std::size_t>(alignment);
  return bench::allocator::note(std::aligned_alloc(to, (size + to - 1) / to * to));
}
[[gnu::noinline]] void operator delete(void* block) noexcept { bench::allocator::give_back(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { bench::allocator::give_back(block); }
[[gnu::noinline]] void operator delete(void* block, std::align_val_t) noexcept { bench::allocator::give_back(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  bench::allocator::give_back(block);
}

#endif
