#include "support/messages.hpp"
#include <presence/member.hpp>
#include <presence/message.hpp>

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace presence::test {
namespace {

TEST(member, is_present_by_default_RTP2d2) { EXPECT_EQ(member<int>{}.action, action::present); }

TEST(member, taken_out_of_a_view_owns_its_strings_and_shares_its_data_RTP2d2) {
  const auto data = shared_data<int>::make(7);
  const extras beside{{"k", "v"}};
  std::string client = "alice";
  std::string connection = "c1";
  const member_view<int> view{client, connection, data, beside, at_ms(5), {1, 2, id_origin::connection}};
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
}  // namespace presence::test
