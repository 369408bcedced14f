#ifndef REPLAY_VIEW_HPP
#define REPLAY_VIEW_HPP

#include "lines.hpp"
#include "replay.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>

namespace replay {

/// Shows who is online: on a terminal in place, elsewhere as a report now and then, without escape sequences.
class view {
 public:
  /// `observer` and `input` must outlive this.
  view(participant& observer, const line_source& input, bool terminal);

  /// It is `now` in the trace, and nothing happens for the next `idle` of real time. Shows that, unless it is too soon
  /// after the last time.
  void tick(presence::time_point now, std::chrono::duration<double> idle);

  /// Shows how it ended.
  void end(presence::time_point now);

 private:
  void remember(const event& e);
  [[nodiscard]] bool report_due();
  void draw(presence::time_point now);
  void report(presence::time_point now) const;

  participant& observer_;
  const line_source& input_;
  const bool terminal_;
  const bool colour_;
  std::deque<std::string> latest_;  // events, for the terminal
  std::chrono::steady_clock::time_point drawn_{};
  std::size_t height_ = 0;  // of what stands on the terminal
  std::uint64_t next_report_ = 1;
  presence::subscription subscription_;
};

/// `2016-06-01 02:06:03`, in UTC.
[[nodiscard]] std::string to_text(presence::time_point t);

/// Whether standard output is a terminal that can move its cursor.
[[nodiscard]] bool is_terminal();

}  // namespace replay

#endif
