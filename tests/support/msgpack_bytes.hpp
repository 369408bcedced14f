// MessagePack written by hand, from its specification and not with the library that is being tested.
#ifndef PRESENCE_TESTS_SUPPORT_MSGPACK_BYTES_HPP
#define PRESENCE_TESTS_SUPPORT_MSGPACK_BYTES_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace presence::test::mp {

inline std::string bytes(std::string_view hex) {
  std::string made;
  int half = -1;
  for (const char c : hex) {
    if (c == ' ') continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (half < 0) {
      half = digit;
    } else {
      made += static_cast<char>(half * 16 + digit);
      half = -1;
    }
  }
  return made;
}
inline std::string big_endian(std::uint64_t number, int size) {
  std::string made;
  for (int i = size; i > 0; --i) made += static_cast<char>((number >> (8 * (i - 1))) & 0xFF);
  return made;
}

/// Up to 15 members, each a key and a value.
inline std::string map(int members) { return std::string(1, static_cast<char>(0x80 + members)); }
inline std::string array(int elements) { return std::string(1, static_cast<char>(0x90 + elements)); }
/// The shortest form.
inline std::string str(std::string_view text) {
  std::string made = text.size() < 32      ? std::string(1, static_cast<char>(0xA0 + text.size()))
                     : text.size() < 256   ? "\xD9" + big_endian(text.size(), 1)
                     : text.size() < 65536 ? "\xDA" + big_endian(text.size(), 2)
                                           : "\xDB" + big_endian(text.size(), 4);
  return made.append(text);
}
inline std::string bin(std::string_view content) { return ("\xC4" + big_endian(content.size(), 1)).append(content); }
inline std::string num(std::uint64_t number) {
  if (number < 0x80) return std::string(1, static_cast<char>(number));
  if (number <= 0xFF) return "\xCC" + big_endian(number, 1);
  if (number <= 0xFFFF) return "\xCD" + big_endian(number, 2);
  if (number <= 0xFFFFFFFF) return "\xCE" + big_endian(number, 4);
  return "\xCF" + big_endian(number, 8);
}
inline std::string nil() { return "\xC0"; }

}  // namespace presence::test::mp

#endif
