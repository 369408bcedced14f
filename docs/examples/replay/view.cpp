#include "view.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

namespace replay {
namespace {

constexpr auto frame_time = std::chrono::milliseconds{40};
constexpr std::size_t name_rows = 4;
constexpr std::size_t event_rows = 5;
constexpr std::size_t report_width = 110;
constexpr std::uint64_t reports = 25;  // in a file; of a pipe nobody knows how long it is

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20 ? size.ws_col : 80;
}

/// Ids come from strangers, and a terminal obeys control characters: none gets through, of UTF-8's second row either.
std::string printable(std::string_view id) {
  std::string safe;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const auto byte = static_cast<unsigned char>(id[i]);
    const bool c1 = byte == 0xc2 && i + 1 < id.size() && static_cast<unsigned char>(id[i + 1]) < 0xa0;
    if (c1) ++i;
    safe += byte < 0x20 || byte == 0x7f || c1 ? '?' : id[i];
  }
  return safe;
}

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;  // code points, near enough
  }));
}

std::string count(std::size_t n, const char* what) { return std::to_string(n) + ' ' + what + (n == 1 ? "" : "s"); }

/// Who is online, in as many lines of this width as there are; the last one says how many did not fit.
std::vector<std::string> names(const participant& observer, std::size_t line_width, std::size_t lines) {
  auto users = observer.users().value();
  std::sort(users.begin(), users.end(), [](const auto& a, const auto& b) { return a.client_id < b.client_id; });
  std::vector<std::string> rows(1);
  for (std::size_t i = 0; i < users.size(); ++i) {
    std::string name = printable(users[i].client_id);
    if (users[i].connections > 1) name += " x" + std::to_string(users[i].connections);
    const std::string more = "  +" + std::to_string(users.size() - i);
    const std::size_t room = rows.size() < lines ? line_width : line_width - more.size();
    if (!rows.back().empty() && width(rows.back()) + 2 + width(name) > room) {
      if (rows.size() == lines) {
        rows.back() += more;
        break;
      }
      rows.emplace_back();
    }
    rows.back() += (rows.back().empty() ? "" : "  ") + name;
  }
  return rows;
}

}  // namespace

view::view(participant& observer, const line_source& input, bool terminal)
    : observer_(observer),
      input_(input),
      terminal_(terminal),
      colour_(terminal && std::getenv("NO_COLOR") == nullptr) {
  if (terminal_) {
    subscription_ = observer.subscribe([this](const event& e) { remember(e); });
  }
}

void view::remember(const event& e) {
  const bool leaves = e.action == presence::action::leave;
  const std::string_view colour = leaves ? "\x1b[31m" : e.action == presence::action::enter ? "\x1b[32m" : "";
  std::string text = to_text(e.timestamp) + "  ";
  if (colour_) text += colour;
  text += presence::to_string(e.action);
  if (colour_ && !colour.empty()) text += "\x1b[0m";
  text += std::string(8 - presence::to_string(e.action).size(), ' ') + printable(e.client_id);
  if (e.reason == presence::leave_reason::timed_out) text += ", connection lost";
  latest_.push_front(std::move(text));
  if (latest_.size() > event_rows) latest_.pop_back();
}

void view::tick(presence::time_point now, std::chrono::duration<double> idle) {
  if (terminal_) {
    if (idle >= frame_time || std::chrono::steady_clock::now() - drawn_ >= frame_time) draw(now);
  } else if (report_due()) {
    report(now);
  }
}

void view::end(presence::time_point now) {
  terminal_ ? draw(now) : report(now);
  std::cout << '\n';
}

/// Every 25th part of a file. Along a pipe ever less often, so that neither a short nor a long one is told badly.
bool view::report_due() {
  const auto progress = input_.progress();
  const auto at = progress ? static_cast<std::uint64_t>(*progress * static_cast<double>(reports)) : input_.number();
  if (at < next_report_) return false;
  next_report_ = at + 1 + (progress ? 0 : at / 5);
  return true;
}

void view::report(presence::time_point now) const {
  std::string head = to_text(now) + "  " + count(observer_.size(), "member");
  head.resize(std::max<std::size_t>(head.size(), 35), ' ');
  std::cout << head << names(observer_, report_width - head.size(), 1).front()
            << std::endl;  // flushed: somebody may wait
}

void view::draw(presence::time_point now) {
  drawn_ = std::chrono::steady_clock::now();
  const std::size_t columns = terminal_width();
  std::vector<std::string> rows;

  std::string head = to_text(now);
  if (const auto progress = input_.progress()) {
    const std::size_t bar = columns > 40 ? std::min<std::size_t>(columns - 30, 50) : 10;
    const auto full = static_cast<std::size_t>(*progress * static_cast<double>(bar));
    head += "  [" + std::string(full, '#') + std::string(bar - full, '.') + "] ";
    head += std::to_string(static_cast<int>(*progress * 100)) + '%';
  } else {
    head += "  " + count(input_.number(), "line");
  }
  rows.push_back(head);
  rows.push_back(count(observer_.size(), "member") + ", " + count(observer_.user_count(), "user") + " online");
  for (std::string& row : names(observer_, columns, name_rows)) rows.push_back(std::move(row));
  rows.resize(2 + name_rows);
  rows.emplace_back();
  rows.insert(rows.end(), latest_.begin(), latest_.end());
  rows.resize(3 + name_rows + event_rows);

  // One write, so that no half of it is ever seen; without line wrap, so that a row is a row however wide its letters.
  std::string frame = "\x1b[?7l";
  if (height_ > 0) frame += "\x1b[" + std::to_string(height_) + 'F';
  for (const std::string& row : rows) frame += row + "\x1b[K\n";
  frame += "\x1b[?7h";
  height_ = rows.size();
  std::cout << frame << std::flush;
}

std::string to_text(presence::time_point t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(t - day)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

bool is_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && kind != nullptr && std::string_view{kind} != "dumb";
}

}  // namespace replay
