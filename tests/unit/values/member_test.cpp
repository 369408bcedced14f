#include "support/messages.hpp"
#include <presence/member.hpp>
#include <presence/message.hpp>

#include <gtest/gtest.h>

#include <concepts>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace presence::test::values_member_test {
namespace {

TEST(member, is_present_by_default_RTP2d2) { EXPECT_EQ(member<int>{}.action, action::present); }

TEST(member, taken_out_of_a_view_owns_its_strings_and_shares_its_data_RTP2d2) {
  const auto data = shared_data<int>::make(7);
  const extras beside{{"k", "v"}};
  std::string client = "alice";
  std::string connection = "c1";
  const member_view<int> view{client,   connection, data, beside, at_ms(5), {1, 2, id_origin::connection},
                              at_ms(3), false};
  const auto taken = static_cast<member<int>>(view);
  client = "xxxxx";
  connection = "xx";
  EXPECT_EQ(taken.action, action::present);
  EXPECT_EQ(taken.client_id, "alice");
  EXPECT_EQ(taken.connection_id, "c1");
  EXPECT_TRUE(same(taken.data, data));
  EXPECT_EQ(taken.extras, beside);
  EXPECT_EQ(taken.updated_at, at_ms(5));
  EXPECT_EQ(taken.id, (message_id{1, 2, id_origin::connection}));
  EXPECT_EQ(taken.entered_at, at_ms(3));
  EXPECT_FALSE(taken.connected);
}

/// Each change makes it differ from what it was made of.
template <class T, class... Changes>
void expect_compared(const T& one, Changes... changes) {
  T copy = one;
  EXPECT_TRUE(copy == one);
  int n = 0;
  const auto differs = [&](auto change) {
    copy = one;
    change(copy);
    EXPECT_FALSE(copy == one) << "change " << n;
    ++n;
  };
  (differs(changes), ...);
}

TEST(member, is_compared_by_value) {
  using one = member<std::string>;
  expect_compared(
      one{action::present, true, "alice", "c", shared_data<std::string>::make("x"), {}, at_ms(5), {}, at_ms(3)},
      [](one& m) { m.action = action::absent; }, [](one& m) { m.connected = false; },
      [](one& m) { m.client_id = "bob"; }, [](one& m) { m.connection_id = "d"; },
      [](one& m) { m.data = shared_data<std::string>::make("y"); },
      [](one& m) {
        m.extras = {{"k", "v"}};
      },
      [](one& m) { m.updated_at = at_ms(6); }, [](one& m) { m.id.index = 1; }, [](one& m) { m.entered_at = at_ms(4); });
  one copy;
  copy.data = shared_data<std::string>::make("x");
  one other;
  other.data = shared_data<std::string>::make("x");
  EXPECT_EQ(copy, other);
}

TEST(message, is_compared_by_value) {
  using one = message<std::string>;
  expect_compared(
      enter("alice", "c").serial(1).at(5).data("x").build(), [](one& m) { m.action = action::update; },
      [](one& m) { m.reason = leave_reason::left; }, [](one& m) { m.connected = false; },
      [](one& m) { m.client_id = "bob"; }, [](one& m) { m.connection_id = "d"; },
      [](one& m) { m.data = shared_data<std::string>::make("y"); },
      [](one& m) {
        m.extras = {{"k", "v"}};
      },
      [](one& m) { m.timestamp = at_ms(6); }, [](one& m) { m.id.index = 1; }, [](one& m) { m.entered_at = at_ms(4); },
      [](one& m) { m.previous = m.data; });
  EXPECT_EQ(enter("alice", "c").data("x").build(), enter("alice", "c").data("x").build());
  struct opaque {};
  static_assert(!std::equality_comparable<message<opaque>> && !std::equality_comparable<member<opaque>>);
}

TEST(user, is_compared_by_value) {
  expect_compared(
      user{"alice", 1}, [](user& u) { u.client_id = "bob"; }, [](user& u) { u.connections = 2; });
  expect_compared(
      user_event{user_change::online, "alice", at_ms(1)}, [](user_event& e) { e.change = user_change::offline; },
      [](user_event& e) { e.client_id = "bob"; }, [](user_event& e) { e.timestamp = at_ms(2); });
  expect_compared(
      query{"alice", "c"}, [](query& q) { q.client_id = "bob"; }, [](query& q) { q.connection_id = "d"; });
}

TEST(user_change, has_a_name) {
  std::ostringstream out;
  out << user_change::none << ' ' << user_change::online << ' ' << user_change::offline;
  EXPECT_EQ(out.str(), "none online offline");
  EXPECT_EQ(to_string(static_cast<user_change>(9)), "unknown");
}

TEST(message, says_nothing_by_default) {
  const message<int> m;
  EXPECT_EQ(m.action, action::absent);
  EXPECT_EQ(m.reason, leave_reason::none);
  EXPECT_TRUE(m.data.empty());
  EXPECT_TRUE(m.extras.empty());
  EXPECT_EQ(m.id, message_id{});
}

TEST(message, copy_shares_the_data) {
  const message<int> m = enter<int>("alice", "c1").data(7);
  const message<int> copy = m;
  EXPECT_TRUE(same(copy.data, m.data));
}

TEST(message_batch, is_shared_not_copied) {
  std::vector<message<int>> messages;
  messages.push_back(enter<int>("alice", "c1"));
  const message<int>* const where = messages.data();
  const message_batch<int> batch = make_batch(std::move(messages));
  const message_batch<int> copy = batch;
  EXPECT_EQ(copy->data(), where);
  EXPECT_EQ(copy->front().client_id, "alice");
}

}  // namespace
}  // namespace presence::test::values_member_test
