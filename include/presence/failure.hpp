#ifndef PRESENCE_FAILURE_HPP
#define PRESENCE_FAILURE_HPP

#include <presence/version.hpp>

#include <exception>
#include <string>
#include <system_error>

namespace presence::inline PRESENCE_ABI {

/// What a listener of `basic_presence::subscribe_errors` receives: something that nobody else is told.
struct failure {
  std::error_code code;  ///< what went wrong
  /// "enter", "update", "leave", "publish", "attach", "detach", "subscribe", "listener", "handler" or "incoming": see
  /// docs/errors.md.
  std::string operation;
  std::string client_id;         ///< whose, where it concerns a member; empty for the connection's own
  std::exception_ptr exception;  ///< what a listener or handler threw
};

}  // namespace presence::inline PRESENCE_ABI

#endif
