#ifndef REPLAY_TRACE_HPP
#define REPLAY_TRACE_HPP

#include "lines.hpp"
#include <presence/clock.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace replay {

enum class happening : std::uint8_t { enter, update, leave, drop };

/// One line of a trace. TRACE.md describes the format.
struct trace_line {
  presence::time_point at;
  happening what = happening::enter;
  std::string client;
  std::string connection;
};

/// Reads a trace and believes nothing: see TRACE.md for what is refused.
class trace_reader {
 public:
  explicit trace_reader(const std::string& file) : lines_(file) {}

  /// The next line, or nothing at the end. Throws std::runtime_error, `FILE:LINE: what`, for a malformed one.
  [[nodiscard]] std::optional<trace_line> next();

  /// Where the trace stands.
  [[nodiscard]] const line_source& lines() const noexcept { return lines_; }

 private:
  line_source lines_;
  std::optional<presence::time_point> last_;
};

}  // namespace replay

#endif
