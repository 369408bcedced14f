// The reader of the replay example: lines that are good, and then a refusal that names the line, or the end.
#include "../../docs/examples/replay/trace.hpp"
#include "fuzz/input.hpp"

#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using presence::fuzz::require;
  const int file = ::memfd_create("trace", 0);
  require(file >= 0 && ::write(file, data, size) == static_cast<ssize_t>(size), "no file in memory");
  const std::string name = "/proc/self/fd/" + std::to_string(file);
  try {
    replay::trace_reader reader{name};
    presence::time_point last{};
    while (const auto line = reader.next()) {
      require(line->at >= last, "time goes back");
      require(!line->client.empty() && line->client.size() <= 256 && line->client != "*", "a client id that cannot be");
      require(!line->connection.empty() && line->connection.size() <= 256, "a connection that cannot be");
      last = line->at;
    }
  } catch (const std::runtime_error& refused) {
    require(std::string_view{refused.what()}.starts_with(name + ':'), "the refusal does not say where");
  }
  ::close(file);
  return 0;
}
