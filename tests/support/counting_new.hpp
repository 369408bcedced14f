// Counts the program's allocations, and lets the N-th fail.
//
// It REPLACES the global operator new and delete, and the language forbids such replacements to be inline: include it in
// exactly one translation unit of a program, best the test file itself. tests/CMakeLists.txt makes one translation unit,
// and one program, of those files of an area that do.
//
//   allocation_scope counting;                 // from here on
//   work();
//   EXPECT_EQ(counting.allocations(), 0U);     // read it before the next EXPECT: GoogleTest allocates too
//   EXPECT_EQ(counting.live_bytes(), 0);       // everything given back
//
//   for (std::uint64_t n = 1;; ++n) {          // fail the N-th, for every N
//     const outcome result = with_failing_allocation(n, [&] { work(); });
//     ...                                      // threw: as before; absorbed or untouched: as after
//     if (result == outcome::untouched) break; // there was no N-th allocation
//   }
#ifndef PRESENCE_TESTS_SUPPORT_COUNTING_NEW_HPP
#define PRESENCE_TESTS_SUPPORT_COUNTING_NEW_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace presence::test {
namespace allocator {

inline std::atomic<std::uint64_t> allocations{0};
inline std::atomic<std::int64_t> live_bytes{0};
inline thread_local std::uint64_t fail_in = 0;  // counts down to the allocation of this thread that fails; 0: none

/// The size stands before each block; the block stays aligned.
[[nodiscard]] constexpr std::size_t room_before(std::size_t alignment) noexcept {
  return alignment > alignof(std::max_align_t) ? alignment : alignof(std::max_align_t);
}

[[nodiscard]] inline void* allocate(std::size_t size, std::size_t alignment) noexcept {
  if (fail_in != 0 && --fail_in == 0) return nullptr;
  const std::size_t before = room_before(alignment);
  const std::size_t rounded = (size + before + before - 1) / before * before;  // what aligned_alloc asks for
  void* block = before > alignof(std::max_align_t) ? std::aligned_alloc(before, rounded) : std::malloc(before + size);
  if (block == nullptr) return nullptr;
  *static_cast<std::size_t*>(block) = size;
  allocations.fetch_add(1, std::memory_order_relaxed);
  live_bytes.fetch_add(static_cast<std::int64_t>(size), std::memory_order_relaxed);
  return static_cast<char*>(block) + before;
}

[[nodiscard]] inline void* allocate_or_throw(std::size_t size, std::size_t alignment) {
  void* block = allocate(size, alignment);
  if (block == nullptr) throw std::bad_alloc{};
  return block;
}

inline void deallocate(void* block, std::size_t alignment) noexcept {
  if (block == nullptr) return;
  void* start = static_cast<char*>(block) - room_before(alignment);
  live_bytes.fetch_sub(static_cast<std::int64_t>(*static_cast<std::size_t*>(start)), std::memory_order_relaxed);
  std::free(start);
}

}  // namespace allocator

/// What was allocated since it was made, by all threads.
class allocation_scope {
 public:
  [[nodiscard]] std::uint64_t allocations() const noexcept { return allocator::allocations - allocations_; }
  [[nodiscard]] std::int64_t live_bytes() const noexcept { return allocator::live_bytes - live_bytes_; }

 private:
  std::uint64_t allocations_ = allocator::allocations;
  std::int64_t live_bytes_ = allocator::live_bytes;
};

/// What became of work one of whose allocations was to fail.
enum class outcome {
  untouched,  ///< it made fewer allocations
  absorbed,   ///< the allocation failed, and the work did without
  threw,      ///< it threw `bad_alloc`
};

/// Runs `work`; its n-th allocation on this thread fails, those before and after it do not.
template <class Work>
[[nodiscard]] outcome with_failing_allocation(std::uint64_t nth, Work&& work) {
  allocator::fail_in = nth;
  bool threw = false;
  try {
    work();
  } catch (const std::bad_alloc&) {
    threw = true;
  }
  const bool failed = std::exchange(allocator::fail_in, 0) == 0;
  if (threw) return outcome::threw;
  return failed ? outcome::absorbed : outcome::untouched;
}

}  // namespace presence::test

void* operator new(std::size_t size) { return presence::test::allocator::allocate_or_throw(size, 1); }
void* operator new[](std::size_t size) { return presence::test::allocator::allocate_or_throw(size, 1); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return presence::test::allocator::allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return presence::test::allocator::allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return presence::test::allocator::allocate(size, 1);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return presence::test::allocator::allocate(size, 1);
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return presence::test::allocator::allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return presence::test::allocator::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { presence::test::allocator::deallocate(block, 1); }
void operator delete[](void* block) noexcept { presence::test::allocator::deallocate(block, 1); }
void operator delete(void* block, std::size_t) noexcept { presence::test::allocator::deallocate(block, 1); }
void operator delete[](void* block, std::size_t) noexcept { presence::test::allocator::deallocate(block, 1); }
void operator delete(void* block, const std::nothrow_t&) noexcept { presence::test::allocator::deallocate(block, 1); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { presence::test::allocator::deallocate(block, 1); }
void operator delete(void* block, std::align_val_t alignment) noexcept {
  presence::test::allocator::deallocate(block, static_cast<std::size_t>(alignment));
}
void operator delete[](void* block, std::align_val_t alignment) noexcept {
  presence::test::allocator::deallocate(block, static_cast<std::size_t>(alignment));
}
void operator delete(void* block, std::size_t, std::align_val_t alignment) noexcept {
  presence::test::allocator::deallocate(block, static_cast<std::size_t>(alignment));
}
void operator delete[](void* block, std::size_t, std::align_val_t alignment) noexcept {
  presence::test::allocator::deallocate(block, static_cast<std::size_t>(alignment));
}
void operator delete(void* block, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  presence::test::allocator::deallocate(block, static_cast<std::size_t>(alignment));
}
void operator delete[](void* block, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  presence::test::allocator::deallocate(block, static_cast<std::size_t>(alignment));
}

#endif
