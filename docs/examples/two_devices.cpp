// One person on two devices: a member is a connection, a user is a person.
#include <presence/presence.hpp>

#include <iostream>

struct device {
  std::string name;
};

int main() {
  presence::hub<device> hub;
  auto laptop = hub.connect("alice"), phone = hub.connect("alice"), bob = hub.connect("bob");
  presence::local_presence<device> on_laptop{laptop.room("lobby")}, on_phone{phone.room("lobby")};
  presence::local_presence<device> watcher{bob.room("lobby")};

  // A list of devices follows the members, a green dot beside a name follows the users.
  auto members = watcher.subscribe([](const auto& event) {
    std::cout << "member: " << event.client_id << "'s " << event.data->name << ' ' << event.action << '\n';
  });
  auto users = watcher.subscribe_users(
      [](const auto& event) { std::cout << "user:   " << event.client_id << ' ' << event.change << '\n'; });

  on_laptop.enter({"laptop"});
  on_phone.enter({"phone"});  // no second "online": alice is here already
  for (const auto& user : watcher.users().value()) {
    std::cout << user.client_id << " has " << user.connections << " devices\n";
  }

  on_laptop.leave();  // alice is still here, with her phone
  std::cout << std::boolalpha << watcher.is_user_present("alice") << '\n';
  phone.close();  // the last device takes the user with it
  std::cout << watcher.is_user_present("alice") << '\n';
}
