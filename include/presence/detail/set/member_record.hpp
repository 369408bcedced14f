#ifndef PRESENCE_DETAIL_SET_MEMBER_RECORD_HPP
#define PRESENCE_DETAIL_SET_MEMBER_RECORD_HPP

#include <presence/clock.hpp>
#include <presence/detail/set/slot_index.hpp>
#include <presence/detail/util/equal_text.hpp>
#include <presence/extras.hpp>
#include <presence/message_id.hpp>
#include <presence/shared_data.hpp>

#include <array>
#include <chrono>
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
  PRESENCE_DETAIL_ALWAYS_INLINE [[nodiscard]] bool is(std::string_view client_id,
                                                      std::string_view connection_id) const noexcept {
    const char* const bytes = data();
    return equal_text({bytes, client_size_}, client_id) &&
           equal_text({bytes + client_size_, connection_size_}, connection_id);
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
  std::uint32_t hash = 0;        ///< of the client id, so that moving a record or growing the index hashes nothing
  std::uint32_t next = no_slot;  ///< members of one user are a doubly linked list
  /// Of the first of a user's members, which the user index points to: how many they are. Of the others (`follows`):
  /// the slot of the one before.
  std::uint32_t count_or_previous = 1;
  std::uint32_t entered_low = 0;  ///< with `entered_high`: see `entered`
  std::uint32_t entered_high : 11 = 0;
  std::uint32_t epoch : 16 = 0;   ///< the sync that last confirmed this member
  std::uint32_t crowded : 1 = 0;  ///< whether this member stands in the crowd index
  std::uint32_t follows : 1 = 0;  ///< whether this member is not the first of its user's
  /// What each message sets, as one number: `id_origin` in two bits, and above it whether the connection is there.
  std::uint32_t origin_and_connected : 3 = 4;

  explicit member_record(member_key&& k) noexcept : key(std::move(k)) {}

  [[nodiscard]] message_id id() const noexcept {
    return {msg_serial, index, static_cast<id_origin>(origin_and_connected & 3U)};
  }
  void set_id(const message_id& id, bool is_connected) noexcept {
    msg_serial = id.msg_serial;
    index = id.index;
    origin_and_connected = ((static_cast<std::uint32_t>(id.origin) & 3U) | (is_connected ? 4U : 0U)) & 7U;
  }
  /// False: its connection is lost, its place is kept.
  [[nodiscard]] bool connected() const noexcept { return (origin_and_connected & 4U) != 0U; }

  [[nodiscard]] bool is_first() const noexcept { return follows == 0U; }
  /// How many members the user has. Precondition: `is_first()`.
  [[nodiscard]] std::uint32_t connections() const noexcept { return count_or_previous; }
  /// The user's member before this one, or `no_slot`.
  [[nodiscard]] std::uint32_t previous() const noexcept { return is_first() ? no_slot : count_or_previous; }
  void set_previous(std::uint32_t slot) noexcept {
    count_or_previous = slot;
    follows = 1;
  }
  void set_first(std::uint32_t connections) noexcept {
    count_or_previous = connections;
    follows = 0;
  }

  /// When the member entered, as a distance from a time that the set keeps: 43 bits of milliseconds, which are 139
  /// years to either side, so that the record stays at 96 bytes. What is farther is taken as the end of that.
  [[nodiscard]] time_point entered(time_point from) const noexcept {
    const std::uint64_t stored = std::uint64_t{entered_high} << 32U | entered_low;
    const auto distance = static_cast<std::int64_t>((stored ^ entered_limit) - entered_limit);  // the sign of 43 bits
    return time_point{std::chrono::milliseconds{from.time_since_epoch().count() + distance}};
  }
  void set_entered(time_point when, time_point from) noexcept {
    std::uint64_t distance = static_cast<std::uint64_t>(when.time_since_epoch().count()) -
                             static_cast<std::uint64_t>(from.time_since_epoch().count());
    if (distance + entered_limit >= 2 * entered_limit) distance = when < from ? entered_limit : entered_limit - 1;
    entered_low = static_cast<std::uint32_t>(distance);
    entered_high = static_cast<std::uint32_t>(distance >> 32U) & 0x7ffU;
  }

 private:
  static constexpr std::uint64_t entered_limit = std::uint64_t{1} << 42U;
};

static_assert(sizeof(void*) != 8 || sizeof(member_record<int>) == 96);

}  // namespace presence::inline PRESENCE_ABI::detail

#endif
