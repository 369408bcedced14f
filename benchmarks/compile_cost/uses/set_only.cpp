// A program with a transport and threads of its own, which only wants the set: messages in, events out, no hub, no
// participant, no listeners.
#include <presence/member_set.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace app {

struct position {
  double x = 0;
  double y = 0;
};

class room {
 public:
  using message = presence::message<position>;

  void live(const message& m) {
    set_.apply(m, [this](const message& e, presence::user_change change) { note(e, change); });
  }

  void page(const std::vector<message>& members, const presence::sync_cursor& cursor) {
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto keep = [this](const message& e, presence::user_change change) { note(e, change); };
    set_.apply_sync(members, cursor, now, keep, keep);
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    all.reserve(set_.user_count());
    set_.for_each_user([&](std::string_view client_id, std::size_t) { all.emplace_back(client_id); });
    return all;
  }

 private:
  void note(const message& e, presence::user_change change) {
    if (change == presence::user_change::online) ++online_;
    if (change == presence::user_change::offline) --online_;
    last_ = e.client_id;
  }

  presence::basic_member_set<position> set_;
  std::size_t online_ = 0;
  std::string last_;
};

void run(room& r, const std::vector<room::message>& live, const std::vector<room::message>& page);
void run(room& r, const std::vector<room::message>& live, const std::vector<room::message>& page) {
  r.page(page, {});
  for (const auto& m : live) r.live(m);
  if (r.names().empty()) r.live({});
}

}  // namespace app
