// Frames of JSON text from strangers.
#include "fuzz/ably_frames.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return presence::fuzz::check_frame({reinterpret_cast<const char*>(data), size}, presence::ably::format::json);
}
