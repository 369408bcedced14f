// Cursors on a shared drawing: moved sixty times a second, told twenty times, and always the newest last.
#include <presence/presence.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <utility>

struct cursor {
  int x = 0;
  int y = 0;
  friend bool operator==(const cursor&, const cursor&) = default;
};

/// One's own cursor: what moves in between is not sent.
class pen {
 public:
  explicit pen(presence::local_presence<cursor> in) : room_(std::move(in)) { room_.enter({}); }
  void move(cursor to) { at_ = to; }
  /// Called by a timer, every 50 ms.
  void flush() {
    if (sent_ == at_) return;
    sent_ = at_;
    room_.update(at_);
  }
  [[nodiscard]] const presence::local_presence<cursor>& room() const { return room_; }

 private:
  presence::local_presence<cursor> room_;
  cursor at_;
  std::optional<cursor> sent_ = cursor{};
};

int main() {
  presence::hub<cursor> hub;
  auto ann = hub.connect("ann"), ben = hub.connect("ben");
  pen a{ann.join("drawing")}, b{ben.join("drawing")};

  auto watch = ben.join("drawing");
  auto seen = watch.subscribe(presence::action::update, [](const auto& e) {
    std::cout << e.client_id << " from " << e.previous->x << ',' << e.previous->y << " to " << e.data->x << ','
              << e.data->y << '\n';
  });
  for (int frame = 1; frame <= 9; ++frame) {
    a.move({frame, 2 * frame});
    if (frame == 4) b.move({100, 100});
    if (frame % 3 == 0) {
      a.flush();
      b.flush();
    }
  }
  for (const auto& m : b.room().snapshot()) std::cout << m.client_id << " at " << m.data->x << ',' << m.data->y << '\n';
}
