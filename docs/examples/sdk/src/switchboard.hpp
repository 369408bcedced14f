// The server: a listener, a hub, and between them one line for each connection and one seat for each session.
#ifndef PARLEY_SWITCHBOARD_HPP
#define PARLEY_SWITCHBOARD_HPP

#include "loop_core.hpp"
#include <presence/backplane.hpp>
#include <presence/basic_hub.hpp>
#include <presence/identity.hpp>
#include <presence/payload.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

class switchboard {
 public:
  using hub_type =
      presence::basic_hub<presence::payload, loop_clock, presence::basic_no_backplane<presence::null_mutex>>;
  /// Who shows this name and ticket, and what he may do; nothing: he is refused.
  using doorkeeper = std::function<std::optional<presence::identity>(std::string_view name, std::string_view ticket)>;

  static constexpr std::size_t max_lines = 10'000;  // one more is cut off

  /// Throws `std::system_error` where it cannot listen.
  switchboard(std::shared_ptr<loop_core> on, int port, doorkeeper lets_in, std::chrono::milliseconds grace);
  switchboard(const switchboard&) = delete;
  switchboard& operator=(const switchboard&) = delete;
  ~switchboard();

  [[nodiscard]] int port() const { return port_; }
  void drop_connections();
  void drop_connection(const std::string& connection_id);
  void run_due();

 private:
  class line;
  struct seat;
  struct sink;
  struct listener;

  void accept();
  void hang_up(line& gone);  ///< its session stays for the grace period, if it is attached
  void cut_off(seat& from);  ///< from its line
  void end(seat& gone);      ///< its members leave

  std::shared_ptr<loop_core> loop_;
  doorkeeper lets_in_;
  timer due_;
  hub_type hub_;
  listener* listener_ = nullptr;
  int port_ = 0;
  std::map<std::string, std::unique_ptr<seat>> seats_;  // by connection id
  std::map<line*, std::unique_ptr<line>> lines_;
};

}  // namespace parley

#endif
