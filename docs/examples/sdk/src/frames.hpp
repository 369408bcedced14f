// What calls and servers say to each other. Each frame is a kind and fields; a reader believes nothing of it.
#ifndef PARLEY_FRAMES_HPP
#define PARLEY_FRAMES_HPP

#include <presence/error.hpp>
#include <presence/message.hpp>
#include <presence/payload.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace parley {

using message = presence::message<presence::payload>;
using message_batch = presence::message_batch<presence::payload>;

enum class kind : std::uint8_t {
  hello,    // ticket, name, room, key, whether to go on, frames heard: the first of a connection
  welcome,  // connection id, key, whether it goes on, frames told
  refused,  // error
  one,      // message; the frame behind the last says what they are: publish, live or page
  publish,  // token
  live,
  page,    // text of a cursor
  attach,  // modes
  detach,
  resync,
  goodbye,
  attached,   // whether resumed, whether there are members, modes
  detached,   // error
  failed,     // error
  published,  // token, error
  ping,       // what comes back as it is, once all before it has been heard
};

/// What a client says that it has heard when it wants a sync.
inline constexpr std::uint64_t nothing_known = std::numeric_limits<std::uint64_t>::max();

class writer {
 public:
  explicit writer(kind of) { bytes_ += static_cast<char>(of); }
  writer& number(std::uint64_t n) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes_ += static_cast<char>(n >> shift & 0xFFU);
    return *this;
  }
  writer& text(std::string_view t) {
    number(t.size());
    bytes_ += t;
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class reader {
 public:
  explicit reader(std::string_view frame) : rest_(frame) {}

  [[nodiscard]] std::optional<kind> what() {
    if (rest_.empty() || static_cast<std::uint8_t>(rest_[0]) > static_cast<std::uint8_t>(kind::ping))
      return std::nullopt;
    const auto read = static_cast<kind>(rest_[0]);
    rest_.remove_prefix(1);
    return read;
  }
  [[nodiscard]] std::uint64_t number() {
    std::uint64_t n = 0;
    for (const char byte : take(8)) n = n << 8U | static_cast<unsigned char>(byte);
    return n;
  }
  /// Points into the frame.
  [[nodiscard]] std::string_view text() { return take(number()); }
  /// Whether all was there that was asked for.
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  [[nodiscard]] std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      size = 0;
    }
    const auto taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
  bool ok_ = true;
};

/// Errors travel as presence's numbers. A stranger's has none: most often memory ran out, so it says to try again.
[[nodiscard]] inline std::uint64_t to_number(std::error_code error) {
  const bool known = !error || error.category() == presence::presence_category();
  return static_cast<std::uint64_t>(known ? error.value() : static_cast<int>(presence::errc::overloaded));
}
[[nodiscard]] inline std::error_code to_error(std::uint64_t number) {
  if (number > 100'000) return presence::errc::bad_request;
  return number != 0 ? std::error_code{static_cast<int>(number), presence::presence_category()} : std::error_code{};
}

[[nodiscard]] std::string to_frame(const message& m);
/// Nothing where the fields make no sense. An action that is not known gets a number that no action has: the
/// participant leaves it out and reports it, the hub refuses it.
[[nodiscard]] std::optional<message> to_message(reader fields);

/// The messages before the frame that says what they are.
class collector {
 public:
  explicit collector(std::size_t most_bytes, std::size_t most_messages)
      : bytes_(most_bytes),
        messages_(most_messages) {}

  /// False where the message makes no sense, or there are too many.
  [[nodiscard]] bool add(std::string_view frame, reader fields) {
    auto m = to_message(fields);
    if (!m || frame.size() > bytes_ - held_bytes_ || held_.size() == messages_) return false;
    held_bytes_ += frame.size();
    held_.push_back(std::move(*m));
    return true;
  }
  [[nodiscard]] std::vector<message> take() {
    held_bytes_ = 0;
    return std::exchange(held_, {});
  }

 private:
  std::size_t bytes_, messages_;
  std::size_t held_bytes_ = 0;
  std::vector<message> held_;
};

inline constexpr std::size_t max_publish = std::size_t{4} << 20U;        // bytes; a client refuses to send more
inline constexpr std::size_t max_publish_messages = 1'001;               // one more than the hub takes: it says so
inline constexpr std::size_t max_told = std::size_t{256} << 20U;         // bytes; no server tells so many at once
inline constexpr std::size_t max_told_messages = std::size_t{1} << 20U;  // members of a room

}  // namespace parley

#endif
