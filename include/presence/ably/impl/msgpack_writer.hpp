#ifndef PRESENCE_ABLY_IMPL_MSGPACK_WRITER_HPP
#define PRESENCE_ABLY_IMPL_MSGPACK_WRITER_HPP

#include <presence/ably/impl/json_writer.hpp>
#include <presence/detail/util/utf8.hpp>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/string_view.hpp>

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <msgpack/pack.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::ably::detail {

/// What msgpack's packer writes to.
struct string_buffer {
  void write(const char* bytes, std::size_t size) { content.append(bytes, size); }
  std::string content{};
};

/// Writes MessagePack. An object or array begins with its number of members.
class msgpack_writer {
 public:
  msgpack_writer() = default;
  msgpack_writer(const msgpack_writer&) = delete;  // the packer knows where the buffer is
  msgpack_writer& operator=(const msgpack_writer&) = delete;

  void begin_object(std::size_t fields) { packer_.pack_map(static_cast<std::uint32_t>(fields)); }
  void end_object() noexcept {}
  void begin_array(std::size_t elements) { packer_.pack_array(static_cast<std::uint32_t>(elements)); }
  void end_array() noexcept {}
  void key(std::string_view name) { string(name); }

  void string(std::string_view content) {
    if (!presence::detail::is_valid_utf8(content)) return string(replace_ill_formed(content));
    packer_.pack_str(static_cast<std::uint32_t>(content.size()));
    packer_.pack_str_body(content.data(), static_cast<std::uint32_t>(content.size()));
  }
  void bytes(std::string_view content) {
    packer_.pack_bin(static_cast<std::uint32_t>(content.size()));
    packer_.pack_bin_body(content.data(), static_cast<std::uint32_t>(content.size()));
  }
  void number(std::signed_integral auto value) { packer_.pack_int64(value); }
  void number(std::unsigned_integral auto value) { packer_.pack_uint64(value); }
  void number(double value) { packer_.pack_double(value); }
  void boolean(bool value) { value ? packer_.pack_true() : packer_.pack_false(); }
  void null() { packer_.pack_nil(); }
  /// The text of a JSON value; an empty object where it has a number that is beyond a double.
  void json(std::string_view text);

  [[nodiscard]] std::size_t size() const noexcept { return buffer_.content.size(); }
  /// The beginning of an object or array of which all members have been written, from `at` on.
  void insert_begin(std::size_t at, bool object, std::size_t members) {
    string_buffer begin;
    msgpack::packer<string_buffer> packer{begin};
    const auto count = static_cast<std::uint32_t>(members);
    object ? packer.pack_map(count) : packer.pack_array(count);
    buffer_.content.insert(at, begin.content);
  }
  [[nodiscard]] std::string take() { return std::move(buffer_.content); }

 private:
  string_buffer buffer_;
  msgpack::packer<string_buffer> packer_{buffer_};
};

/// What Boost.JSON's parser sees, as MessagePack. How many members there are is known at the end only, and the beginning
/// put in then: each byte moves once for each object and array around it.
class json_to_msgpack {
 public:
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);

  using code = boost::json::error_code;
  using view = boost::json::string_view;

  explicit json_to_msgpack(msgpack_writer& out) noexcept : out_(out) {}

  bool on_document_begin(code&) { return true; }
  bool on_document_end(code&) { return true; }
  bool on_object_begin(code&) { return begin(); }
  bool on_object_end(std::size_t members, code&) { return end(true, members); }
  bool on_array_begin(code&) { return begin(); }
  bool on_array_end(std::size_t elements, code&) { return end(false, elements); }
  bool on_key_part(view part, std::size_t, code&) { return more(part); }
  bool on_key(view part, std::size_t, code&) { return string(part); }
  bool on_string_part(view part, std::size_t, code&) { return more(part); }
  bool on_string(view part, std::size_t, code&) { return string(part); }
  bool on_number_part(view part, code&) { return more(part); }
  bool on_int64(std::int64_t number, view, code&) { return number_of(number); }
  bool on_uint64(std::uint64_t number, view, code&) { return number_of(number); }
  bool on_double(double number, view part, code& e) {
    if (!std::isfinite(number)) {
      e = boost::json::error::exponent_overflow;
      return false;
    }
    more(part);
    // The parser is off by a bit now and then (Boost 1.81).
    double precise = 0;
    const auto read = std::from_chars(text_.data(), text_.data() + text_.size(), precise);
    return number_of(read.ec == std::errc{} ? precise : number);
  }
  bool on_bool(bool value, code&) { return out_.boolean(value), true; }
  bool on_null(code&) { return out_.null(), true; }
  bool on_comment_part(view, code&) { return true; }
  bool on_comment(view, code&) { return true; }

 private:
  bool begin() {
    begins_.push_back(out_.size());
    return true;
  }
  bool end(bool object, std::size_t members) {
    out_.insert_begin(begins_.back(), object, members);
    begins_.pop_back();
    return true;
  }
  bool more(view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  template <class Number>
  bool number_of(Number number) {
    out_.number(number);
    text_.clear();
    return true;
  }
  bool string(view part) {
    more(part);
    out_.string(text_);
    text_.clear();
    return true;
  }

  msgpack_writer& out_;
  std::string text_;
  std::vector<std::size_t> begins_;
};

inline void msgpack_writer::json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 64;
  boost::json::basic_parser<json_to_msgpack> parser{options, *this};
  boost::json::error_code failed;
  const std::size_t before = size();
  parser.write_some(false, text.data(), text.size(), failed);
  if (!failed) return;
  buffer_.content.resize(before);
  begin_object(0);
}

}  // namespace presence::inline PRESENCE_ABI::ably::detail

#endif
