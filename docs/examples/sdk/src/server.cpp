#include "switchboard.hpp"

#include <parley/parley.hpp>
#include <string>
#include <utility>

namespace parley {

struct server::parts {
  parts(const std::shared_ptr<loop_core>& on, const options& how)
      : board(
            on, how.port,
            [ticket = std::string{how.ticket.view()}](std::string_view name, std::string_view shown) {
              return shown == ticket ? std::optional{presence::identity{name}} : std::nullopt;
            },
            how.grace) {}
  switchboard board;
};

server::server(loop& on, options how) : parts_(std::make_unique<parts>(on.core_, how)) {}
server::server(server&&) noexcept = default;
server& server::operator=(server&&) noexcept = default;
server::~server() = default;

int server::port() const { return parts_->board.port(); }
void server::drop_connections() { parts_->board.drop_connections(); }

}  // namespace parley
