#ifndef PRESENCE_DETAIL_RECORD_STORE_HPP
#define PRESENCE_DETAIL_RECORD_STORE_HPP

#include <presence/version.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::detail {

/// Dense storage in chunks: slots 0 … size()-1 are always in use, so iterating is a walk over arrays.
///
/// Growing adds a chunk and moves nothing: moving a million records to fresh pages costs more than filling them. The
/// first chunks double from 8 records, so that a room of ten is small; from 1,024 on all have the same size, so that a
/// big set wastes little. Erasing moves the last record into the hole, and the memory of empty chunks is given back.
template <class Record>
class record_store {
 public:
  record_store() noexcept = default;
  record_store(record_store&& other) noexcept
      : chunks_(std::exchange(other.chunks_, {})),
        size_(std::exchange(other.size_, 0U)) {}
  record_store& operator=(record_store&& other) noexcept {
    if (this != &other) {
      clear();
      chunks_ = std::exchange(other.chunks_, {});
      size_ = std::exchange(other.size_, 0U);
    }
    return *this;
  }
  ~record_store() { clear(); }

  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

  [[nodiscard]] Record& operator[](std::uint32_t slot) noexcept { return *at(slot); }
  [[nodiscard]] const Record& operator[](std::uint32_t slot) const noexcept { return *at(slot); }

  template <class... Args>
  std::uint32_t emplace_back(Args&&... args) {
    const auto [chunk, offset] = locate(size_);
    if (chunk == chunks_.size()) {
      chunks_.push_back(nullptr);  // first, so that a failed allocation leaves nothing to free
      try_allocate(chunk);
    }
    std::construct_at(chunks_[chunk] + offset, std::forward<Args>(args)...);
    return size_++;
  }

  /// Destroys the last record. An empty chunk is kept until the one before it is half empty too, so that a size that
  /// swings around a chunk's edge does not allocate each time.
  void pop_back() noexcept {
    --size_;
    std::destroy_at(at(size_));
    if (size_ == 0) {
      clear();
      return;
    }
    const auto [chunk, offset] = locate(size_);
    if (chunks_.size() > chunk + 1 && offset < chunk_size(chunk) / 2) release_chunks_after(chunk);
  }

  void clear() noexcept {
    for (std::uint32_t slot = 0; slot < size_; ++slot) std::destroy_at(at(slot));
    size_ = 0;
    for (std::size_t chunk = 0; chunk < chunks_.size(); ++chunk) deallocate(chunk);
    std::vector<Record*>{}.swap(chunks_);
  }

  template <class Visit>
  void for_each(Visit&& visit) const {
    std::uint32_t left = size_;
    for (std::size_t chunk = 0; left > 0; ++chunk) {
      const std::uint32_t here = left < chunk_size(chunk) ? left : chunk_size(chunk);
      const Record* record = chunks_[chunk];
      for (const Record* end = record + here; record != end; ++record) visit(*record);
      left -= here;
    }
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    std::size_t total = chunks_.capacity() * sizeof(Record*);
    for (std::size_t chunk = 0; chunk < chunks_.size(); ++chunk) total += chunk_size(chunk) * sizeof(Record);
    return total;
  }

 private:
  static constexpr std::uint32_t first_size = 8;
  static constexpr std::uint32_t full_size = 1024;
  static constexpr std::uint32_t growing_chunks = 7;                                         // 8, 16, … 512
  static constexpr std::uint32_t growing_slots = first_size * ((1U << growing_chunks) - 1);  // 1,016

  struct place {
    std::size_t chunk;
    std::uint32_t offset;
  };

  [[nodiscard]] static constexpr place locate(std::uint32_t slot) noexcept {
    if (slot >= growing_slots) {
      const std::uint32_t past = slot - growing_slots;
      return {growing_chunks + past / full_size, past % full_size};
    }
    const std::uint32_t shifted = slot + first_size;
    const auto chunk = static_cast<std::uint32_t>(std::bit_width(shifted)) - 4U;
    return {chunk, shifted - (first_size << chunk)};
  }
  [[nodiscard]] static constexpr std::uint32_t chunk_size(std::size_t chunk) noexcept {
    return chunk < growing_chunks ? first_size << chunk : full_size;
  }

  [[nodiscard]] Record* at(std::uint32_t slot) const noexcept {
    const auto [chunk, offset] = locate(slot);
    return chunks_[chunk] + offset;
  }

  void try_allocate(std::size_t chunk) {
    struct guard {
      std::vector<Record*>* chunks;
      ~guard() {
        if (chunks != nullptr) chunks->pop_back();
      }
    } undo{&chunks_};
    chunks_[chunk] = std::allocator<Record>{}.allocate(chunk_size(chunk));
    undo.chunks = nullptr;
  }
  void deallocate(std::size_t chunk) noexcept {
    std::allocator<Record>{}.deallocate(chunks_[chunk], chunk_size(chunk));
  }
  void release_chunks_after(std::size_t chunk) noexcept {
    while (chunks_.size() > chunk + 1) {
      deallocate(chunks_.size() - 1);
      chunks_.pop_back();
    }
  }

  std::vector<Record*> chunks_;
  std::uint32_t size_ = 0;
};

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
