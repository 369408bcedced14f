// Frames over a socket of libuv: one way to send them, and three things that are told.
#ifndef PARLEY_CHANNEL_HPP
#define PARLEY_CHANNEL_HPP

#include "loop_core.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace parley {

inline constexpr std::size_t max_frame = std::size_t{128} << 10U;  // a stranger who announces more is cut off
inline constexpr std::size_t max_waiting = std::size_t{1} << 20U;  // bytes that may wait to be sent

class channel {
 public:
  /// Told from the loop, never inside a call of the channel; it may destroy the channel each time.
  class user {
   public:
    virtual void on_frame(std::string_view frame) = 0;
    virtual void on_drained() {}   ///< not `full` any more
    virtual void on_broken() = 0;  ///< at the end, once
   protected:
    ~user() = default;
  };

  /// Connects; what is sent meanwhile waits.
  channel(loop_core& on, int port, user& told);
  /// Takes the connection that waits at a listener. While it is full nothing is told, so that whoever asks without
  /// reading the answers stands still.
  channel(loop_core& on, uv_stream_t* listener, user& told);
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;
  ~channel();  ///< cuts the connection

  void send(std::string_view frame);
  [[nodiscard]] bool full() const;
  /// Tells nothing from now on. What was sent still goes, and the other side closes.
  void leave_it_to_the_other_side();

 private:
  struct socket;
  socket* socket_;
  user& user_;
};

}  // namespace parley

#endif
