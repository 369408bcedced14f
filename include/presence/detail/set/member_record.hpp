#ifndef PRESENCE_DETAIL_SET_MEMBER_RECORD_HPP
#define PRESENCE_DETAIL_SET_MEMBER_RECORD_HPP

#include <presence/clock.hpp>
#include <presence/detail/set/slot_index.hpp>
#include <presence/detail/util/equal_text.hpp>
#include <presence/extras.hpp>
#include <presence/message_id.hpp>
#include <presence/shared_data.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

namespace presence::inline PRESENCE_ABI::detail {

/// Both halves of a member's key in 40 bytes. Client ids of 12–24 characters and connection ids of 10–12 fit inline, so
/// comparing a key touches the record's own cache line and nothing else; longer ones share one allocation.
class member_key {
 public:
  static constexpr std::size_t max_length = std::numeric_limits<std::uint16_t>::max();  ///< of each half, bytes

  /// Precondition: neither is longer than `max_length`.
  member_key(std::string_view client_id, std::string_view connection_id)
      : client_size_(static_cast<std::uint16_t>(client_id.size())),
        connection_size_(static_cast<std::uint16_t>(connection_id.size())) {
    char* to = bytes_.data();
    if (!is_inline()) {
      to = new char[size()];
      std::memcpy(bytes_.data(), &to, sizeof to);
    }
    if (!client_id.empty()) std::memcpy(to, client_id.data(), client_id.size());
    if (!connection_id.empty()) std::memcpy(to + client_id.size(), connection_id.data(), connection_id.size());
  }
  member_key(member_key&& other) noexcept { take(other); }
  member_key& operator=(member_key&& other) noexcept {
    if (this != &other) {
      release();
      take(other);
    }
    return *this;
  }
  ~member_key() { release(); }

  [[nodiscard]] std::string_view client_id() const noexcept { return {data(), client_size_}; }
  [[nodiscard]] std::string_view connection_id() const noexcept { return {data() + client_size_, connection_size_}; }
  [[nodiscard]] bool is(std::string_view client_id, std::string_view connection_id) const noexcept {
    return equal_text(this->client_id(), client_id) && equal_text(this->connection_id(), connection_id);
  }
  [[nodiscard]] std::size_t heap_bytes() const noexcept { return is_inline() ? 0 : size(); }

 private:
  static constexpr std::size_t inline_size = 36;

  [[nodiscard]] std::size_t size() const noexcept { return std::size_t{client_size_} + connection_size_; }
  [[nodiscard]] bool is_inline() const noexcept { return size() <= inline_size; }
  [[nodiscard]] const char* data() const noexcept {
    if (is_inline()) return bytes_.data();
    const char* outside = nullptr;
    std::memcpy(&outside, bytes_.data(), sizeof outside);
    return outside;
  }
  void take(member_key& other) noexcept {
    bytes_ = other.bytes_;
    client_size_ = std::exchange(other.client_size_, std::uint16_t{0});
    connection_size_ = std::exchange(other.connection_size_, std::uint16_t{0});
  }
  void release() noexcept {
    if (!is_inline()) delete[] data();
  }

  // In this order an ordinary client id stands with its size in the first half of a cache line.
  std::uint16_t client_size_;
  std::uint16_t connection_size_;
  std::array<char, inline_size> bytes_;
};

/// One member as the set stores it: 96 bytes, so aligned that it never touches a third cache line.
template <class Data>
struct alignas(32) member_record {
  member_key key;
  shared_data<Data> data;
  presence::extras extras;
  time_point updated_at{};
  std::uint64_t msg_serial = 0;
  std::uint32_t index = 0;
  std::uint32_t hash = 0;         ///< of the client id, so that moving a record or growing the index hashes nothing
  std::uint32_t next = no_slot;   ///< members of one user are a doubly linked list
  std::uint32_t prev = no_slot;   ///< none: this is the head, which the user index points to
  std::uint32_t connections = 1;  ///< of the user; kept by the head
  std::uint32_t epoch : 28 = 0;   ///< the sync that last confirmed this member
  std::uint32_t origin : 2 = 0;   ///< `id_origin`
  std::uint32_t crowded : 1 = 0;  ///< whether this member stands in the crowd index

  explicit member_record(member_key&& k) noexcept : key(std::move(k)) {}

  [[nodiscard]] message_id id() const noexcept { return {msg_serial, index, static_cast<id_origin>(origin)}; }
  void set_id(const message_id& id) noexcept {
    msg_serial = id.msg_serial;
    index = id.index;
    origin = static_cast<std::uint32_t>(id.origin) & 3U;
  }
};

static_assert(sizeof(void*) != 8 || sizeof(member_record<int>) == 96);

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
