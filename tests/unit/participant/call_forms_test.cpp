// Every way to say enter, update and leave, for each kind of data: <presence/publishing.hpp>. What is not there does not
// compile. And the short ways to make a participant.
// A program of its own: its rooms of many types would be too much beside the other files.
#include <presence/presence.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace presence::participant_call_forms_test {
namespace {

struct status {
  std::string text{};
  int priority = 0;
};

/// Can only be moved, and has no default.
struct ticket {
  explicit ticket(int n) : number(std::make_unique<int>(n)) {}
  std::unique_ptr<int> number;
};

/// What a room's member is told to have last, and how often its handler was called.
template <class Data>
class call_forms : public ::testing::Test {
 protected:
  hub<Data> in;
  basic_session<Data, std::chrono::system_clock, no_backplane> alice = in.connect(identity::wildcard("alice"));
  typename hub<Data>::participant p = alice.join("lobby");
  std::size_t done = 0;
  std::size_t failed = 0;
  std::function<void(std::error_code)> told = [this](std::error_code why) { ++(why ? failed : done); };

  [[nodiscard]] const Data& own() const { return *p.own_data(); }
  [[nodiscard]] std::string_view extras_of(std::string_view client_id) const {
    return p.get(client_id).value().at(0).extras.json();
  }
};

using call_forms_of_a_struct = call_forms<status>;
using call_forms_of_text = call_forms<std::string>;
using call_forms_of_a_number = call_forms<int>;
using call_forms_of_a_flag = call_forms<bool>;
using call_forms_of_what_only_moves = call_forms<ticket>;

TEST_F(call_forms_of_a_struct, compile_and_say_what_they_look_like) {
  p.enter({"online"});
  EXPECT_EQ(own().text, "online");
  p.enter({.text = "y"});
  EXPECT_EQ(own().text, "y");
  p.enter({});
  EXPECT_EQ(own().text, "");
  p.update({"busy"}, {{"device", "phone"}});
  EXPECT_EQ(own().text, "busy");
  EXPECT_EQ(extras_of("alice"), R"({"device":"phone"})");
  p.update({"busy", 3}, told);
  EXPECT_EQ(own().priority, 3);
  EXPECT_EQ(extras_of("alice"), "");
  p.update({"busy"}, {{"device", "phone"}, {"lang", "de"}}, told);
  EXPECT_EQ(extras_of("alice"), R"({"device":"phone","lang":"de"})");
  p.update(status{"named"}, extras::from_json("{}"), [&](std::error_code why) { told(why); });
  EXPECT_EQ(extras_of("alice"), "{}");
  p.update({"none"}, {}, told);
  EXPECT_EQ(extras_of("alice"), "");
  p.leave({"bye"}, told);
  EXPECT_FALSE(p.own_data());
  EXPECT_EQ(done, 5U);
  EXPECT_EQ(failed, 0U);
}

TEST_F(call_forms_of_a_struct, without_data_are_said_so) {
  p.enter();
  EXPECT_EQ(p.self().state, self_state::present);
  EXPECT_TRUE(p.own_data().empty());
  p.update();
  p.update(told);
  p.leave(told);
  EXPECT_EQ(p.self().state, self_state::absent);
  p.enter(std::move(told));
  EXPECT_EQ(done, 3U);
}

TEST_F(call_forms_of_a_struct, for_a_client_are_the_same) {
  p.enter_client("bob");
  p.enter_client("bob", told);
  p.enter_client("bob", {"here"});
  p.enter_client("bob", {}, told);
  p.update_client("bob", {.priority = 2}, {{"device", "phone"}});
  EXPECT_EQ(extras_of("bob"), R"({"device":"phone"})");
  p.update_client(std::string{"bob"}, {"busy"}, {{"device", "tv"}}, told);
  EXPECT_EQ(extras_of("bob"), R"({"device":"tv"})");
  p.leave_client("bob", {"bye"});
  p.leave_client("bob", told);
  EXPECT_FALSE(p.is_user_present("bob"));
  EXPECT_FALSE(p.is_user_present("alice"));
  EXPECT_EQ(done, 4U);
}

TEST_F(call_forms_of_text, compile_and_say_what_they_look_like) {
  p.enter("x");
  EXPECT_EQ(own(), "x");
  p.enter({"y"});
  EXPECT_EQ(own(), "y");
  p.enter({}, told);
  EXPECT_EQ(own(), "");
  p.update(std::string(3, 'z'), told);
  EXPECT_EQ(own(), "zzz");
  p.update({"busy"}, {{"device", "phone"}}, told);
  EXPECT_EQ(extras_of("alice"), R"({"device":"phone"})");
  p.enter_client("bob", "here", told);
  p.enter_client("bob", {"there"});
  EXPECT_EQ(*p.get("bob").value().at(0).data, "there");
  EXPECT_EQ(done, 4U);
}

TEST_F(call_forms_of_a_number, compile_and_say_what_they_look_like) {
  p.enter(5);
  EXPECT_EQ(own(), 5);
  p.enter({});
  EXPECT_EQ(own(), 0);
  p.update(6, told);
  p.update(7, {{"device", "phone"}}, told);
  EXPECT_EQ(own(), 7);
  p.leave(told);
  EXPECT_EQ(done, 3U);
}

TEST_F(call_forms_of_a_flag, do_not_take_a_handler_for_data) {
  p.enter([](std::error_code) {});  // would convert to a pointer, and that to true
  EXPECT_TRUE(p.own_data().empty());
  p.enter(true);
  EXPECT_TRUE(own());
  p.update(false, [](std::error_code) {});
  EXPECT_FALSE(own());
}

TEST_F(call_forms_of_what_only_moves, compile_and_say_what_they_look_like) {
  p.enter(ticket{1});
  p.update(ticket{2}, told);
  p.update(ticket{3}, {{"device", "phone"}}, told);
  EXPECT_EQ(*own().number, 3);
  p.enter_client("bob", ticket{4}, told);
  p.enter(told);
  p.leave();
  EXPECT_EQ(done, 4U);
}

TEST(call_forms_of_an_attachment, are_those_of_a_participant) {
  struct deaf {
    void on_attached(const attachment_info&) {}
    void on_sync(const message_batch<status>&, const sync_cursor&) {}
    bool on_presence(const message_batch<status>&) { return true; }
    void on_detached(std::error_code) {}
  };
  hub<status> in;
  auto alice = in.connect("alice");
  auto at = alice.attach("lobby", mode_set::all(), deaf{}).value();
  std::vector<std::error_code> outcomes;
  const auto told = [&](std::error_code why) { outcomes.push_back(why); };
  at.enter({"online"}, told);
  at.update({.text = "busy"}, {{"device", "phone"}}, told);
  at.enter_client("bob", {"here"}, told);
  EXPECT_EQ(in.members("lobby").at(0).data->text, "busy");
  EXPECT_EQ(in.members("lobby").at(0).extras.json(), R"({"device":"phone"})");
  at.leave(told);
  EXPECT_EQ(in.member_count("lobby"), 0U);
  EXPECT_EQ(outcomes,
            (std::vector<std::error_code>{{}, {}, make_error_code(errc::invalid_client_id), std::error_code{}}));
  const auto moved = std::move(at);
  at.enter({"nobody"}, told);
  EXPECT_EQ(outcomes.back(), errc::operation_aborted);
}

// --- the short ways to make one -------------------------------------------------------------------------------------------

TEST(participant_made_by, its_transport_alone) {
  hub<status> in;
  auto alice = in.connect("alice");
  basic_presence one{alice.room("lobby")};
  basic_presence two{alice.room("lobby"), {.enable_events = false}};
  basic_presence three{alice.room("lobby"), presence_options{}, std::chrono::system_clock{}};
  static_assert(std::is_same_v<decltype(one), hub<status>::participant>);
  static_assert(std::is_same_v<decltype(two), local_presence<status>>);
  one.enter({"here"});
  EXPECT_EQ(one.own_data()->text, "here");
  EXPECT_EQ(two.state(), room_state::initialized);
}

TEST(participant_made_by, join_is_attached_at_once) {
  hub<status> in;
  auto alice = in.connect("alice");
  auto p = alice.join("lobby", {.max_backlog = 10});
  EXPECT_EQ(p.state(), room_state::attached);
  p.enter({"here"});
  std::vector<std::string> who;
  for (const auto& m : p.snapshot()) who.push_back(m.client_id + ' ' + m.data->text);
  EXPECT_EQ(who, std::vector<std::string>{"alice here"});
  EXPECT_TRUE(same(p.snapshot().at(0).data, p.own_data())) << "the very same data";
  EXPECT_EQ(alice.join("").state(), room_state::failed) << "no such room";
  p.detach();
  EXPECT_TRUE(p.snapshot().empty());
}

}  // namespace
}  // namespace presence::participant_call_forms_test
