#ifndef PRESENCE_DETAIL_SET_RECORD_STORE_HPP
#define PRESENCE_DETAIL_SET_RECORD_STORE_HPP

#include <presence/detail/util/attempt.hpp>
#include <presence/detail/util/prefetch.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// Dense storage in chunks of 1,024: slots 0 … size()-1 are always in use, so iterating is a walk over arrays.
///
/// A small room has one chunk, of eight places at first, which grows by moving its records. From then on growing adds a
/// chunk and moves nothing: moving a million records to fresh pages costs more than filling them. Erasing moves the last
/// record into the hole, and the memory of empty chunks is given back.
/// Precondition: records move and are destroyed without throwing.
template <class Record>
class record_store {
 public:
  record_store() noexcept = default;
  record_store(record_store&& other) noexcept
      : chunks_(std::exchange(other.chunks_, {})),
        first_capacity_(std::exchange(other.first_capacity_, 0U)),
        size_(std::exchange(other.size_, 0U)) {}
  record_store& operator=(record_store&& other) noexcept {
    if (this != &other) {
      clear();
      chunks_ = std::exchange(other.chunks_, {});
      first_capacity_ = std::exchange(other.first_capacity_, 0U);
      size_ = std::exchange(other.size_, 0U);
    }
    return *this;
  }
  ~record_store() { clear(); }

  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

  [[nodiscard]] Record& operator[](std::uint32_t slot) noexcept { return *at(slot); }
  [[nodiscard]] const Record& operator[](std::uint32_t slot) const noexcept { return *at(slot); }

  /// Asks for a record's memory. Precondition: `slot` is in use.
  PRESENCE_DETAIL_ALWAYS_INLINE void prefetch(std::uint32_t slot) const noexcept { detail::prefetch(at(slot)); }

  /// If it throws, nothing has changed but the capacity.
  template <class... Args>
  std::uint32_t emplace_back(Args&&... args) {
    if (size_ < chunk_size) {
      if (size_ == first_capacity_) resize_first(size_ == 0 ? smallest : size_ * 2);
    } else if (size_ / chunk_size == chunks_.size()) {
      if (chunks_.size() == chunks_.capacity())
        chunks_.reserve(2 * chunks_.size());  // first, so that a failed allocation leaves nothing to free
      chunks_.push_back(allocate(chunk_size));
    }
    std::construct_at(at(size_), std::forward<Args>(args)...);
    return size_++;
  }

  /// Destroys the last record. An empty chunk is kept until the one before it is half empty too, so that a size that
  /// swings around a chunk's edge does not allocate each time.
  void pop_back() noexcept {
    --size_;
    std::destroy_at(at(size_));
    if (size_ == 0) {
      clear();
    } else if (chunks_.size() > size_ / chunk_size + 1 && size_ % chunk_size < chunk_size / 2) {
      release_chunks_after(size_ / chunk_size);
    } else if (size_ < first_capacity_ / 4 && first_capacity_ > smallest) {
      attempt([&] { resize_first(first_capacity_ / 2); }, [](auto) {});  // else it stays as it is
    }
  }

  void clear() noexcept {
    for (std::uint32_t slot = 0; slot < size_; ++slot) std::destroy_at(at(slot));
    size_ = 0;
    for (std::size_t chunk = 0; chunk < chunks_.size(); ++chunk) deallocate(chunk);
    std::vector<Record*>{}.swap(chunks_);
    first_capacity_ = 0;
  }

  template <class Visit>
  void for_each(Visit&& visit) const {
    std::uint32_t left = size_;
    for (std::size_t chunk = 0; left > 0; ++chunk) {
      const std::uint32_t here = left < chunk_size ? left : chunk_size;
      const Record* record = chunks_[chunk];
      for (const Record* end = record + here; record != end; ++record) visit(*record);
      left -= here;
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    std::size_t total = chunks_.capacity() * sizeof(Record*);
    for (std::size_t chunk = 0; chunk < chunks_.size(); ++chunk) total += capacity(chunk) * sizeof(Record);
    return total;
  }

 private:
  static constexpr std::uint32_t smallest = 8;
  static constexpr std::uint32_t chunk_size = 1024;

  [[nodiscard]] Record* at(std::uint32_t slot) const noexcept { return chunks_[slot / chunk_size] + slot % chunk_size; }
  [[nodiscard]] std::uint32_t capacity(std::size_t chunk) const noexcept {
    return chunk == 0 ? first_capacity_ : chunk_size;
  }

  [[nodiscard]] static Record* allocate(std::uint32_t places) { return std::allocator<Record>{}.allocate(places); }
  void deallocate(std::size_t chunk) noexcept { std::allocator<Record>{}.deallocate(chunks_[chunk], capacity(chunk)); }

  /// Precondition: there is no other chunk, and the records fit.
  void resize_first(std::uint32_t places) {
    chunks_.reserve(1);
    Record* const fresh = allocate(places);
    for (std::uint32_t slot = 0; slot < size_; ++slot) {
      std::construct_at(fresh + slot, std::move(*at(slot)));
      std::destroy_at(at(slot));
    }
    if (chunks_.empty()) {
      chunks_.push_back(fresh);
    } else {
      deallocate(0);
      chunks_[0] = fresh;
    }
    first_capacity_ = places;
  }
  void release_chunks_after(std::size_t chunk) noexcept {
    while (chunks_.size() > chunk + 1) {
      deallocate(chunks_.size() - 1);
      chunks_.pop_back();
    }
  }

  std::vector<Record*> chunks_;
  std::uint32_t first_capacity_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
