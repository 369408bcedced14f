// replay [--grace MS] [--speed N] [--json] [FILE|-]: a recorded room, replayed through a hub.
#include "replay.hpp"
#include "summary.hpp"
#include "trace.hpp"
#include "view.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

namespace {

struct options {
  std::string file = PRESENCE_TRACE_FILE;
  std::int64_t grace = 15'000;
  double speed = 0;  // 0: as fast as it goes
  bool json = false;
};

/// Ties the time of the trace to that of the wall.
class pace {
 public:
  explicit pace(double speed) : speed_(speed) {}

  /// How long to wait until it is `t` in the trace.
  [[nodiscard]] std::chrono::duration<double> until(presence::time_point t) {
    if (speed_ == 0) return {};
    if (!first_) first_ = t;
    const std::chrono::duration<double> due = (t - *first_) / speed_;
    const std::chrono::duration<double> wait = due - (std::chrono::steady_clock::now() - start_);
    return std::clamp(wait, {}, std::chrono::duration<double>{1e9});  // decades; more is no time that can be waited for
  }

 private:
  const double speed_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::optional<presence::time_point> first_;
};

/// Returns whether the program goes on; if not, `status` is what it ends with.
bool parse(int argc, char** argv, options& chosen, int& status) {
  CLI::App app{"Replays who came to and left a room, and shows what one participant saw of it.", "replay"};
  app.add_option("FILE", chosen.file,
                 "a trace, gzip or not; - is standard input; by default the one that comes with this");
  app.add_option("--grace", chosen.grace, "how long the members of a lost connection stay, in milliseconds")
      ->type_name("MS")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{100} * 365 * 86'400'000).description({}));
  app.add_option("--speed", chosen.speed, "N times as fast as it was; by default as fast as it goes")
      ->type_name("N")
      ->check([](const std::string& text) {
        double n = 0;
        const bool good = CLI::detail::lexical_cast(text, n) && std::isfinite(n) && n > 0;
        return good ? std::string{} : "--speed: " + text + " is not a number above 0";
      });
  app.add_flag("--json", chosen.json, "print nothing but the result, as one line of JSON");
  try {
    app.parse(argc, argv);
    return true;
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    status = 0;
  } catch (const CLI::ParseError& error) {
    std::cerr << "replay: " << error.what() << "\nusage: replay [--grace MS] [--speed N] [--json] [FILE|-]\n";
    status = 2;
  }
  return false;
}

void run(const options& chosen) {
  const auto started = std::chrono::steady_clock::now();
  replay::trace_reader trace{chosen.file};
  pace pace{chosen.speed};
  std::optional<replay::view> view;
  presence::time_point now{};

  replay::room room{std::chrono::milliseconds{chosen.grace}, [&](presence::time_point next) {
                      const auto idle = pace.until(next);
                      if (view && now != presence::time_point{}) view->tick(now, idle);
                      if (idle.count() > 0) std::this_thread::sleep_for(idle);
                      now = next;
                    }};
  replay::summary summary{room.observer()};
  if (!chosen.json) view.emplace(room.observer(), trace.lines(), replay::is_terminal());

  while (const auto line = trace.next()) {
    ++summary.lines;
    room.advance(line->at);
    try {
      if (!room.apply(*line)) ++summary.ignored;
    } catch (const std::invalid_argument& error) {
      trace.lines().refuse(error.what());
    } catch (const std::system_error& error) {
      trace.lines().refuse(error.what());
    }
  }
  room.finish();

  if (chosen.json) {
    summary.write_json(std::cout);
  } else {
    view->end(now);
    summary.write_text(std::cout);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    std::cout << "replayed in " << std::round(took.count() * 1000) / 1000 << " s\n";
  }
  if (!std::cout.flush()) throw std::runtime_error{"cannot write to standard output"};
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  options chosen;
  int status = 0;
  if (!parse(argc, argv, chosen, status)) return status;
  try {
    run(chosen);
    return 0;
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << error.what() << '\n';
    return 1;
  }
}
