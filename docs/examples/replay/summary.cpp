#include "summary.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iomanip>
#include <ostream>

namespace replay {

using presence::action;
using presence::leave_reason;

summary::summary(participant& observer) : observer_(observer) {
  on_event_ = observer.subscribe([this](const event& e) {
    ++events_[static_cast<std::size_t>(e.action)];
    if (e.action == action::leave) ++reasons_[static_cast<std::size_t>(e.reason)];
    peak_members_ = std::max(peak_members_, observer_.size());
    peak_users_ = std::max(peak_users_, observer_.user_count());
  });
  on_user_ = observer.subscribe_users(
      [this](const presence::user_event& e) { ++(e.change == presence::user_change::online ? online_ : offline_); });
}

void summary::write_json(std::ostream& out) const {
  using boost::json::object;  // keeps the order that its fields were given in
  const object all{
      {"lines", lines},
      {"ignored", ignored},
      {"events", object{{"enter", events(action::enter)},
                        {"update", events(action::update)},
                        {"leave", events(action::leave)},
                        {"present", events(action::present)}}},
      {"leave_reasons", object{{"left", left(leave_reason::left)}, {"timed_out", left(leave_reason::timed_out)}}},
      {"users", object{{"online", online_}, {"offline", offline_}}},
      {"peak_members", peak_members_},
      {"peak_users", peak_users_},
      {"final_members", observer_.size()},
      {"final_users", observer_.user_count()},
  };
  out << boost::json::serialize(all) << '\n';
}

void summary::write_text(std::ostream& out) const {
  const auto row = [&](const char* name, std::uint64_t n) -> std::ostream& {
    return out << std::left << std::setw(8) << name << std::right << std::setw(8) << n;
  };
  row("lines", lines) << " read, " << ignored << " of them ignored: their connection was not there\n";
  row("enters", events(action::enter)) << '\n';
  row("updates", events(action::update)) << '\n';
  row("leaves", events(action::leave)) << ", " << left(leave_reason::left) << " asked for, "
                                       << left(leave_reason::timed_out) << " timed out\n";
  row("users", online_) << " times online, " << offline_ << " times offline\n";
  row("at most", peak_members_) << " members at once, " << peak_users_ << " users\n";
  row("at last", observer_.size()) << " members, " << observer_.user_count() << " users\n";
}

}  // namespace replay
