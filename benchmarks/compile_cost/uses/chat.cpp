// A whole small program in one file: a hub, two people with data of their own, and most of what a participant can do.
// What the one file pays that holds the hub.
#include <presence/presence.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <system_error>
#include <utility>

namespace {

struct profile {
  std::string name;
  bool typing = false;
};

class person {
 public:
  person(presence::hub<profile>& hub, const std::string& id, profile who)
      : session_(hub.connect(id)),
        room_(session_.room("lobby")),
        profile_(std::move(who)) {
    events_ = room_.subscribe(presence::action::enter | presence::action::update, [](const auto& e) {
      std::cout << e.data->name << (e.data->typing ? " is typing" : " is here") << '\n';
    });
    users_ = room_.subscribe_users([](const auto& e) { std::cout << e.client_id << ' ' << e.change << '\n'; });
    room_.enter(profile_);
  }

  void type() {
    profile_.typing = true;
    room_.update(profile_, [](std::error_code error) {
      if (error) std::cerr << error.message() << '\n';
    });
  }

  void list() const {
    if (const auto members = room_.get()) {
      for (const auto& m : *members) std::cout << "- " << m.data->name << '\n';
    }
  }

  void lose_connection() { session_.drop(); }

 private:
  presence::hub<profile>::session_type session_;
  presence::local_presence<profile> room_;
  profile profile_;
  presence::subscription events_;
  presence::subscription users_;
};

}  // namespace

int main() {
  presence::hub_options options;
  options.grace = std::chrono::milliseconds{0};
  presence::hub<profile> hub{options};
  person alice{hub, "alice", {"Alice"}};
  person bob{hub, "bob", {"Bob"}};
  alice.type();
  alice.lose_connection();
  hub.run_due();
  bob.list();
}
