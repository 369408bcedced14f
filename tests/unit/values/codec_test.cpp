#include <presence/codec.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace presence::test::values_codec_test {
namespace {

/// The least that serializes.
struct number_codec {
  using value_type = int;
  using payload_type = payload;
  [[nodiscard]] static result<payload> encode(const int& value) { return payload::text(std::to_string(value)); }
  [[nodiscard]] static result<int> decode(const payload& raw) {
    if (raw.kind() != payload_kind::text || raw.size() == 0) return errc::invalid_data;
    return std::stoi(std::string{raw.content()});
  }
};
/// Gives plain values, which convert to results.
struct plain_codec {
  using value_type = std::string;
  using payload_type = payload;
  [[nodiscard]] static payload encode(const std::string& value) { return payload::bytes(value); }
  [[nodiscard]] static std::string decode(const payload& raw) { return std::string{raw.content()}; }
};

struct without_types {};
struct one_way {
  using value_type = int;
  using payload_type = payload;
  [[nodiscard]] static result<payload> encode(const int&) { return payload{}; }
};
struct decodes_to_another_type {
  using value_type = std::string;
  using payload_type = payload;
  [[nodiscard]] static result<payload> encode(const std::string&) { return payload{}; }
  [[nodiscard]] static std::optional<int> decode(const payload&) { return 1; }
};
struct to_another_payload {
  using value_type = int;
  using payload_type = std::string;
  [[nodiscard]] static result<std::string> encode(const int&) { return std::string{}; }
  [[nodiscard]] static result<int> decode(const std::string&) { return 1; }
};
struct needs_to_change {
  using value_type = int;
  using payload_type = payload;
  result<payload> encode(const int&) { return payload{}; }
  result<int> decode(const payload&) { return 1; }
};
struct not_copyable : number_codec {
  not_copyable(const not_copyable&) = delete;
};

TEST(codec, identity_is_one_for_every_type) {
  EXPECT_TRUE(codec<identity_codec<int>>);
  EXPECT_TRUE(codec<identity_codec<std::string>>);
  EXPECT_TRUE(codec<identity_codec<payload>>);
}

TEST(codec, what_encodes_to_a_payload_and_decodes_is_one) {
  EXPECT_TRUE(codec<number_codec>);
  EXPECT_TRUE(codec<plain_codec>);
}

TEST(codec, what_lacks_a_part_is_none) {
  EXPECT_FALSE(codec<int>);
  EXPECT_FALSE(codec<without_types>);
  EXPECT_FALSE(codec<one_way>);
  EXPECT_FALSE(codec<decodes_to_another_type>);
  EXPECT_FALSE(codec<to_another_payload>);
  EXPECT_FALSE(codec<needs_to_change>);
  EXPECT_FALSE(codec<not_copyable>);
}

TEST(codec, results_of_a_model_are_read_as_results) {
  const result<payload> encoded = plain_codec::encode("hi");
  EXPECT_EQ(*encoded, payload::bytes("hi"));
  EXPECT_EQ(number_codec::decode(payload{}).error(), errc::invalid_data);
  EXPECT_EQ(*number_codec::decode(*number_codec::encode(42)), 42);
}

}  // namespace
}  // namespace presence::test::values_codec_test
