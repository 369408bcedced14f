// The file of a program that shows who is in a room: it is handed a way into the room, and listens. What most files pay
// that have to do with presence at all.
#include <presence/basic_presence.hpp>
#include <presence/loopback.hpp>

#include <functional>
#include <string>
#include <utility>

namespace app {

struct status {
  std::string text;
};

class buddy_list {
 public:
  using show_line = std::function<void(const std::string&)>;

  buddy_list(presence::loopback<status> room, show_line show)
      : room_(std::move(room)),
        show_(std::move(show)),
        listener_(room_.subscribe([this](const presence::event<status>& e) { line(e); })) {}

 private:
  void line(const presence::event<status>& e) {
    std::string text = e.client_id;
    text += ' ';
    text += to_string(e.action);
    if (e.data) text += ": " + e.data->text;
    show_(text);
  }

  presence::local_presence<status> room_;
  show_line show_;
  presence::subscription listener_;
};

buddy_list make_buddy_list(presence::loopback<status> room, buddy_list::show_line show);
buddy_list make_buddy_list(presence::loopback<status> room, buddy_list::show_line show) {
  return {std::move(room), std::move(show)};
}

}  // namespace app
