#ifndef PRESENCE_SHARED_DATA_HPP
#define PRESENCE_SHARED_DATA_HPP

#include <presence/detail/util/always_inline.hpp>
#include <presence/detail/util/single_threaded.hpp>
#include <presence/error.hpp>
#include <presence/payload.hpp>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>

namespace presence::inline PRESENCE_ABI {

struct decode_failure;

/// A member's data: nothing, an immutable value shared by all who hold it, or incoming data that could not be decoded.
///
/// It is used like a pointer (`event.data->text`), is one word big, and copying it never copies the value: that is how
/// one hub serves any number of participants without copying `Data`. Copies may be used and destroyed on any thread.
template <class Data>
class shared_data {
 public:
  using value_type = Data;  ///< what is shared

  ///@{
  /// No data.
  shared_data() noexcept = default;
  shared_data(std::nullptr_t) noexcept {}
  ///@}

  /// Builds the value in place: one allocation, no copy of `Data`.
  template <class... Args>
  [[nodiscard]] static shared_data make(Args&&... args) {
    return shared_data{new box(of_value{}, std::forward<Args>(args)...)};
  }

  /// Data that came in and that the codec refused: the member is kept, with the reason and what was received.
  [[nodiscard]] static shared_data undecodable(std::error_code why, shared_data<payload> raw) {
    return shared_data{new box(why, std::move(raw))};
  }

  ///@{
  /// Copies share the value: an atomic addition at most. Moving costs none, and leaves nothing in the other.
  shared_data(const shared_data& other) noexcept : box_(other.box_) {
    if (box_ != nullptr) detail::add_to(box_->references, 1U, std::memory_order_relaxed);
  }
  shared_data(shared_data&& other) noexcept : box_(std::exchange(other.box_, nullptr)) {}
  shared_data& operator=(const shared_data& other) noexcept {
    if (this == &other || box_ == other.box_) return *this;
    box* const before = std::exchange(box_, other.box_);
    if (box_ != nullptr) detail::add_to(box_->references, 1U, std::memory_order_relaxed);
    let_go(before);
    return *this;
  }
  shared_data& operator=(shared_data&& other) noexcept {
    shared_data{std::move(other)}.swap(*this);
    return *this;
  }
  ///@}
  /// Destroys the value where this was its last holder.
  ~shared_data() { let_go(box_); }

  /// Exchanges what the two hold.
  void swap(shared_data& other) noexcept { std::swap(box_, other.box_); }

  ///@{
  /// Whether there is a value to look at.
  [[nodiscard]] bool has_value() const noexcept { return box_ != nullptr && !box_->failed; }
  [[nodiscard]] explicit operator bool() const noexcept { return has_value(); }
  ///@}
  /// Neither a value nor something undecodable: the operation carried no data.
  [[nodiscard]] bool empty() const noexcept { return box_ == nullptr; }

  ///@{
  /// The value. Precondition: `has_value()`.
  [[nodiscard]] const Data& operator*() const noexcept { return *get(); }
  [[nodiscard]] const Data* operator->() const noexcept { return get(); }
  ///@}
  /// The value, or null.
  [[nodiscard]] const Data* get() const noexcept { return has_value() ? std::addressof(box_->value) : nullptr; }
  /// The value. Throws `presence_error` with `error()`, or `invalid_data` when there is no data at all.
  [[nodiscard]] const Data& value() const {
    if (!has_value()) {
      detail::throw_error(box_ != nullptr ? error() : make_error_code(errc::invalid_data), "no presence data");
    }
    return *get();
  }

  /// Why the data could not be decoded; a default-constructed code when it could, or when there was none.
  [[nodiscard]] std::error_code error() const noexcept { return failed() ? box_->failure.why : std::error_code{}; }
  /// What was received when `error()` is set, else null.
  [[nodiscard]] const payload* raw() const noexcept { return failed() ? box_->failure.raw.get() : nullptr; }

  /// Whether both are the very same shared value (not an equal one), or both have none.
  [[nodiscard]] friend bool same(const shared_data& a, const shared_data& b) noexcept { return a.box_ == b.box_; }

  /// Equal values, the same failure with the same raw payload, or none on both sides. The very same value is equal to
  /// itself without a look at it.
  [[nodiscard]] friend bool operator==(const shared_data& a,
                                       const shared_data& b) requires std::equality_comparable<Data> {
    if (same(a, b)) return true;
    if (a.empty() || b.empty()) return false;
    if (a.has_value() || b.has_value()) return a.has_value() && b.has_value() && *a == *b;
    return a.error() == b.error() &&
           (a.raw() == b.raw() || (a.raw() != nullptr && b.raw() != nullptr && *a.raw() == *b.raw()));
  }

  /// Lets go of the value unless this is its last holder. Returns whether this holds nothing any more: false means that
  /// the value is to be destroyed by whoever destroys this.
  bool release_if_shared() noexcept {
    if (box_ == nullptr) return true;
    if (detail::take_from(box_->references, 1U, std::memory_order_acq_rel) == 1) {
      box_->references.store(1, std::memory_order_relaxed);  // nobody else can have it any more
      return false;
    }
    box_ = nullptr;
    return true;
  }

 private:
  struct of_value {};
  struct box;

  explicit shared_data(box* owned) noexcept : box_(owned) {}
  [[nodiscard]] bool failed() const noexcept { return box_ != nullptr && box_->failed; }

  static void let_go(box* held) noexcept {
    if (held != nullptr && detail::take_from(held->references, 1U, std::memory_order_acq_rel) == 1) destroy(held);
  }
  PRESENCE_DETAIL_NEVER_INLINE static void destroy(box* last) noexcept { delete last; }

  box* box_ = nullptr;
};

/// Why data could not be decoded, and what was received instead.
struct decode_failure {
  /// From the code of the codec and what it was given.
  decode_failure(std::error_code error, shared_data<payload> received) noexcept
      : why(error),
        raw(std::move(received)) {}

  std::error_code why;       ///< what the codec said
  shared_data<payload> raw;  ///< what was received
};

/// The value, or why there is none.
template <class Data>
struct shared_data<Data>::box {
  template <class... Args>
  explicit box(of_value, Args&&... args) : value(std::forward<Args>(args)...) {}
  box(std::error_code why, shared_data<payload> raw) noexcept : failed(true), failure(why, std::move(raw)) {}
  box(const box&) = delete;
  box& operator=(const box&) = delete;
  ~box() {
    if (failed) {
      failure.~decode_failure();
    } else {
      value.~Data();
    }
  }

  std::atomic<std::uint32_t> references{1};
  const bool failed = false;
  union {
    Data value;
    decode_failure failure;
  };
};

}  // namespace presence::inline PRESENCE_ABI

#endif
