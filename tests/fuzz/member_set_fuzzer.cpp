// Bytes become live messages, sync pages and attaches; after each step the set must be what the naive model is, and must
// have emitted what the model did.
#include "fuzz/input.hpp"
#include "support/messages.hpp"
#include "support/naive_set.hpp"
#include "support/set_comparison.hpp"
#include <presence/member_set.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace presence::fuzz {
namespace {

using namespace presence::test;
using message_type = message<int>;

/// Twelve connections of one client, which is what makes it a crowd, and the keys that a joined string would confuse.
const std::vector<member_key>& keys() {
  static const std::vector<member_key> all = [] {
    std::vector<member_key> made{{"a:b", "c"}, {"a", "b:c"}, {"a", "c"}, {"b", "c"}};
    for (int n = 0; n < 12; ++n) made.emplace_back("crowd", "c" + std::to_string(n));
    return made;
  }();
  return all;
}

std::string line(const message_type& event, user_change change) {
  std::string text = describe(event) + ' ' + to_string(event.id, event.connection_id) + " at " +
                     std::to_string(event.timestamp.time_since_epoch().count()) + " data " +
                     (event.data ? std::to_string(*event.data) : "none");
  // Leaves at the end of a sync come in any order, so which of a user's is the last one differs.
  if (event.reason != leave_reason::resync) text += ' ' + std::string{to_string(change)};
  return text;
}

class world {
 public:
  explicit world(input& bytes) : bytes_(bytes) {}

  void step() {
    ++step_;
    said_.clear();
    naive_set<int>::events expected;
    const auto hear = [this](const message_type& event, user_change change) { said_.push_back(line(event, change)); };
    switch (bytes_.below(8)) {
      default: {
        const auto incoming = any_message();
        expected = model_.apply(incoming);
        require(set_.apply(incoming, hear) == !expected.empty(), "apply does not tell whether it changed the set");
        break;
      }
      case 4:
      case 5: {
        std::vector<message_type> page;
        for (std::uint32_t n = bytes_.below(5); n > 0; --n) page.push_back(any_message());
        const auto cursor = any_cursor();
        expected = model_.apply_sync(page, cursor, at_ms(step_));
        require(set_.apply_sync(page, cursor, at_ms(step_), hear, hear) == cursor.last, "the sync ended or did not");
        break;
      }
      case 6:
        set_.start_sync();
        model_.start_sync();
        break;
      case 7:
        if (bytes_.below(4) == 0) {
          set_.clear();
          model_.clear();
        } else {
          expected = model_.leave_all(at_ms(step_));
          set_.leave_all(at_ms(step_), hear);
        }
        break;
    }
    std::vector<std::string> told;
    for (const auto& e : expected) told.push_back(line(e.event, e.change));
    const auto leaves = [](const std::string& text) { return text.find(" resync ") == std::string::npos; };
    std::sort(std::find_if_not(told.begin(), told.end(), leaves), told.end());
    std::sort(std::find_if_not(said_.begin(), said_.end(), leaves), said_.end());
    require(said_ == told, "events differ from the model's");
    require(set_.syncing() == model_.syncing(), "syncing() differs");
    const auto wrong = difference(set_, model_.all(), keys());
    require(wrong.empty(), wrong);
  }

 private:
  message_type any_message() {
    constexpr action actions[] = {action::enter, action::leave, action::update, action::present, action::absent};
    const auto& key = keys()[bytes_.below(keys().size())];
    message_builder<int> m{actions[bytes_.below(5)], key.first, key.second};
    const std::uint8_t order = bytes_.byte();
    m.serial(order & 7U, (order >> 3U) & 3U).at(order >> 5U);
    const std::uint8_t more = bytes_.byte();
    if ((more & 7U) == 1) m.synthesized();
    if ((more & 7U) == 2) m.without_id();
    if ((more & 8U) != 0) m.data(step_);
    return m;
  }

  sync_cursor any_cursor() {
    const std::uint8_t which = bytes_.byte();
    if ((which & 7U) == 7) return {};
    return {(which & 8U) != 0 ? "s" : "t", (which & 3U) == 0};
  }

  input& bytes_;
  int step_ = 0;
  basic_member_set<int> set_;
  naive_set<int> model_;
  std::vector<std::string> said_;
};

}  // namespace
}  // namespace presence::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  presence::fuzz::input bytes{data, size};
  presence::fuzz::world world{bytes};
  for (int step = 0; step < 100 && !bytes.empty(); ++step) world.step();
  return 0;
}
