// parley: who is in a call, and are they muted. The whole interface of a small voice SDK, for programs in C++17.
//
// Everything of it belongs to the thread that runs its loop. Listeners may call and destroy everything, but not run the
// loop. What one throws ends there, and is told to `call::options::on_error`.
#ifndef PARLEY_PARLEY_HPP
#define PARLEY_PARLEY_HPP

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <parley/export.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

/// Text in UTF-8 that nobody changes: cheap to copy.
class text {
 public:
  text() noexcept = default;
  text(std::string_view utf8) : held_(std::make_shared<const std::string>(utf8)) {}
  text(const char* utf8) : text(std::string_view{utf8}) {}

  [[nodiscard]] std::string_view view() const noexcept { return held_ != nullptr ? *held_ : std::string_view{}; }

 private:
  std::shared_ptr<const std::string> held_;
};

/// What went wrong, as far as a program can do something about it.
enum class problem {
  none,
  offline,    ///< the connection is lost, and what was under way with it
  try_later,  ///< too much at once
  refused,    ///< not allowed here
  invalid,    ///< nothing that the server would ever take
  ended,      ///< the call or the server is gone
  internal,   ///< none of these: the message says more
};

struct error {
  problem what = problem::none;
  text message;

  explicit operator bool() const noexcept { return what != problem::none; }
};

/// What each person in a call shows.
struct voice {
  bool muted = false;
  bool speaking = false;
  text device;
};

struct person {
  text name;
  std::optional<voice> shows;  ///< nothing where it is of a newer version, and cannot be read
};

enum class change { found, joined, changed, left };
struct event {
  parley::change what = parley::change::found;
  parley::person person;
};

struct loop_core;

/// What calls and servers run on. It may end before them. A program without a handler for SIGPIPE ignores that signal
/// from then on.
class PARLEY_EXPORT loop {
 public:
  loop();

  /// Does what there is to do until `done` says so; false if that took longer than `at_most`.
  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds at_most = std::chrono::seconds{10});

 private:
  friend class call;
  friend class server;
  std::shared_ptr<loop_core> core_;
};

/// One's own place in a call. A lost connection comes back by itself.
class PARLEY_EXPORT call {
 public:
  struct options {
    int port = 0;  ///< of a server on this machine
    text room;
    text name;
    text ticket;
    std::function<void(const event&)> on_event;
    std::function<void(bool connected)> on_connection;
    std::function<void(const error&)> on_error;  ///< what nobody else is told
  };
  using done = std::function<void(const error&)>;

  call(loop& on, options how);
  call(call&&) noexcept;
  call& operator=(call&&) noexcept;
  ~call();  ///< says goodbye

  void join(voice shows, done then = {});
  void update(voice shows, done then = {});
  void leave(done then = {});

  [[nodiscard]] bool connected() const;
  [[nodiscard]] std::vector<person> people() const;  ///< as far as is known

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

/// The other end of calls. It listens on 127.0.0.1.
class PARLEY_EXPORT server {
 public:
  struct options {
    int port = 0;                                                ///< 0: one that is free
    text ticket;                                                 ///< whoever shows it is let in
    std::chrono::milliseconds grace = std::chrono::seconds{15};  ///< how long a lost connection keeps its place
  };

  /// Throws `std::system_error` where it cannot listen, `std::invalid_argument` for a negative grace.
  server(loop& on, options how);
  server(server&&) noexcept;
  server& operator=(server&&) noexcept;
  ~server();

  [[nodiscard]] int port() const;
  /// Ends all connections, as a proxy that restarts does. Whoever comes back in time was never gone.
  void drop_connections();

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace parley

#endif
