// That its reference count may be used by several threads at once is for the tests under tests/threads to show.
#include "support/counted.hpp"
#include <presence/shared_data.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::test::values_shared_data_test {
namespace {

using shared = shared_data<counted>;

std::error_code code_thrown_by_value(const shared_data<std::string>& data) {
  try {
    (void)data.value();
  } catch (const presence_error& thrown) {
    return thrown.code();
  }
  return {};
}

const shared_data<std::string> undecodable = shared_data<std::string>::undecodable(
    make_error_code(errc::invalid_data), shared_data<payload>::make(payload::text("?")));

TEST(shared_data, is_one_word_big) { EXPECT_EQ(sizeof(shared), sizeof(void*)); }

TEST(shared_data, is_none_by_default) {
  for (const shared& none : {shared{}, shared{nullptr}}) {
    EXPECT_TRUE(none.empty());
    EXPECT_FALSE(none.has_value());
    EXPECT_FALSE(none);
    EXPECT_EQ(none.get(), nullptr);
    EXPECT_EQ(none.raw(), nullptr);
    EXPECT_FALSE(none.error());
  }
}

TEST(shared_data, is_used_like_a_pointer) {
  const auto text = shared_data<std::string>::make("hello");
  EXPECT_TRUE(text);
  EXPECT_TRUE(text.has_value());
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(*text, "hello");
  EXPECT_EQ(text->size(), 5U);
  EXPECT_EQ(text.get(), &*text);
  EXPECT_EQ(&text.value(), &*text);
  EXPECT_FALSE(text.error());
  EXPECT_EQ(text.raw(), nullptr);
}

TEST(shared_data, is_immutable) {
  EXPECT_TRUE((std::is_same_v<decltype(*std::declval<shared&>()), const counted&>));
  EXPECT_TRUE((std::is_same_v<decltype(std::declval<shared&>().operator->()), const counted*>));
}

TEST(shared_data, is_built_in_place) {
  counted::reset();
  const shared made = shared::make(7);
  EXPECT_EQ(made->value, 7);
  EXPECT_EQ(counted::copies() + counted::moves(), 0);
  EXPECT_EQ(*shared_data<std::string>::make(3U, 'x'), "xxx");
}

TEST(shared_data, copying_copies_no_value) {
  counted::reset();
  const int before = counted::alive();
  const shared made = shared::make(7);
  std::vector<shared> copies(100, made);
  for (const shared& copy : copies) {
    EXPECT_EQ(copy.get(), made.get());
    EXPECT_TRUE(same(copy, made));
  }
  EXPECT_EQ(counted::alive(), before + 1);
  EXPECT_EQ(counted::copies() + counted::moves(), 0);
}

TEST(shared_data, value_dies_with_its_last_holder) {
  const int before = counted::alive();
  auto first = std::make_unique<shared>(shared::make(7));
  auto second = std::make_unique<shared>(*first);
  first.reset();
  EXPECT_EQ(counted::alive(), before + 1);
  EXPECT_EQ((*second)->value, 7);
  second.reset();
  EXPECT_EQ(counted::alive(), before);
}

TEST(shared_data, assignment_releases_what_was_held) {
  const int before = counted::alive();
  shared a = shared::make(1);
  const shared b = shared::make(2);
  a = b;
  EXPECT_EQ(counted::alive(), before + 1);
  a = shared::make(3);
  EXPECT_EQ(counted::alive(), before + 2);
  a = nullptr;
  EXPECT_EQ(counted::alive(), before + 1);
  EXPECT_TRUE(a.empty());
}

TEST(shared_data, assignment_to_itself_keeps_it) {
  shared a = shared::make(1);
  shared& alias = a;
  a = alias;
  EXPECT_EQ(a->value, 1);
  a = std::move(alias);
  EXPECT_EQ(a->value, 1);
}

TEST(shared_data, moving_leaves_none_behind) {
  const int before = counted::alive();
  shared from = shared::make(1);
  shared to{std::move(from)};
  EXPECT_TRUE(from.empty());
  EXPECT_EQ(to->value, 1);
  from = std::move(to);
  EXPECT_TRUE(to.empty());
  EXPECT_EQ(from->value, 1);
  EXPECT_EQ(counted::alive(), before + 1);
}

TEST(shared_data, swaps) {
  shared a = shared::make(1);
  shared b;
  a.swap(b);
  EXPECT_TRUE(a.empty());
  EXPECT_EQ(b->value, 1);
}

TEST(shared_data, nothing_but_making_one_throws) {
  EXPECT_TRUE(std::is_nothrow_copy_constructible_v<shared>);
  EXPECT_TRUE(std::is_nothrow_move_constructible_v<shared>);
  EXPECT_TRUE(std::is_nothrow_copy_assignable_v<shared>);
  EXPECT_TRUE(std::is_nothrow_move_assignable_v<shared>);
}

TEST(shared_data, same_is_about_identity_not_equality) {
  const auto a = shared_data<std::string>::make("x");
  const auto b = shared_data<std::string>::make("x");
  EXPECT_TRUE(same(a, a));
  EXPECT_FALSE(same(a, b));
  EXPECT_FALSE(same(a, {}));
  EXPECT_TRUE(same(shared{}, shared{}));
}

TEST(shared_data, undecodable_has_a_reason_and_what_was_received) {
  EXPECT_FALSE(undecodable.has_value());
  EXPECT_FALSE(undecodable);
  EXPECT_FALSE(undecodable.empty());
  EXPECT_EQ(undecodable.get(), nullptr);
  EXPECT_EQ(undecodable.error(), errc::invalid_data);
  ASSERT_NE(undecodable.raw(), nullptr);
  EXPECT_EQ(*undecodable.raw(), payload::text("?"));
}

TEST(shared_data, undecodable_may_lack_what_was_received) {
  const auto data = shared_data<std::string>::undecodable(make_error_code(errc::invalid_data), nullptr);
  EXPECT_FALSE(data.empty());
  EXPECT_EQ(data.error(), errc::invalid_data);
  EXPECT_EQ(data.raw(), nullptr);
}

TEST(shared_data, undecodable_is_shared_too) {
  const auto copy = undecodable;
  EXPECT_TRUE(same(copy, undecodable));
  EXPECT_EQ(copy.raw(), undecodable.raw());
}

TEST(shared_data, data_may_itself_be_a_payload) {
  const auto raw = shared_data<payload>::make(payload::text("x"));
  EXPECT_EQ(*raw, payload::text("x"));
  const auto bad = shared_data<payload>::undecodable(make_error_code(errc::bad_request), raw);
  EXPECT_EQ(bad.raw(), raw.get());
}

TEST(shared_data, value_throws_why_there_is_none) {
  EXPECT_EQ(code_thrown_by_value({}), errc::invalid_data);
  EXPECT_EQ(code_thrown_by_value(shared_data<std::string>::undecodable(make_error_code(errc::bad_request), nullptr)),
            errc::bad_request);
  EXPECT_EQ(code_thrown_by_value(shared_data<std::string>::make("x")), std::error_code{});
}

TEST(shared_data, constructor_that_throws_leaks_nothing) {
  struct thrower {
    thrower() { throw 7; }
  };
  EXPECT_THROW((void)shared_data<thrower>::make(), int);  // the leak checker sees to the rest
}

TEST(shared_data, equality_is_that_of_the_values) {
  using text = shared_data<std::string>;
  const text a = text::make("x");
  EXPECT_EQ(a, a);
  EXPECT_EQ(a, text::make("x"));
  EXPECT_NE(a, text::make("y"));
  EXPECT_NE(a, text{});
  EXPECT_EQ(text{}, nullptr);
}

TEST(shared_data, equality_of_what_could_not_be_decoded_is_that_of_reason_and_payload) {
  const auto failed = [](errc why, shared_data<payload> raw) {
    return shared_data<std::string>::undecodable(make_error_code(why), std::move(raw));
  };
  const auto raw = shared_data<payload>::make(payload::text("x"));
  EXPECT_EQ(failed(errc::bad_request, raw), failed(errc::bad_request, shared_data<payload>::make(payload::text("x"))));
  EXPECT_NE(failed(errc::bad_request, raw), failed(errc::invalid_data, raw));
  EXPECT_NE(failed(errc::bad_request, raw), failed(errc::bad_request, shared_data<payload>::make(payload::text("y"))));
  EXPECT_NE(failed(errc::bad_request, raw), failed(errc::bad_request, nullptr));
  EXPECT_NE(failed(errc::bad_request, raw), shared_data<std::string>::make("x"));
  EXPECT_NE(failed(errc::bad_request, raw), nullptr);
}

TEST(shared_data, has_equality_only_where_the_data_has) {
  struct opaque {};
  static_assert(std::equality_comparable<shared_data<int>>);
  static_assert(!std::equality_comparable<shared_data<opaque>>);
}

TEST(shared_data, last_holder_does_not_let_go) {
  shared_data<counted> first = shared_data<counted>::make(1);
  shared_data<counted> second = first;
  EXPECT_TRUE(second.release_if_shared());
  EXPECT_TRUE(second.empty());
  EXPECT_FALSE(first.release_if_shared());
  ASSERT_TRUE(first.has_value());
  second = first;  // it is counted as before
  EXPECT_TRUE(first.release_if_shared());
  EXPECT_TRUE(second.has_value());
  EXPECT_TRUE(first.release_if_shared());  // nothing to let go of
}

}  // namespace
}  // namespace presence::test::values_shared_data_test
