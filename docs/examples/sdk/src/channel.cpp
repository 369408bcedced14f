#include "channel.hpp"

#include <array>
#include <memory>
#include <utility>

namespace parley {

// Nothing may be thrown through libuv, which is C: what it calls is noexcept, here and elsewhere. So lack of memory in
// it ends the program.
struct channel::socket : pinned {
  explicit socket(loop_core& on) {
    uv_tcp_init(&on.uv, &tcp);
    uv_tcp_nodelay(&tcp, 1);        // else small frames wait for each other: 40 ms
    uv_tcp_keepalive(&tcp, 1, 60);  // seconds: who goes without a word is noticed
    tcp.data = static_cast<pinned*>(this);
  }
  [[nodiscard]] static socket& of(void* data) { return *static_cast<socket*>(static_cast<pinned*>(data)); }
  [[nodiscard]] uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&tcp); }
  [[nodiscard]] std::size_t waiting() const {
    return uv_stream_get_write_queue_size(reinterpret_cast<const uv_stream_t*>(&tcp));
  }

  ~socket() override {  // libuv has closed it
    if (owner == nullptr) return;
    owner->socket_ = nullptr;
    owner->user_.on_broken();
  }

  void broken() { close(reinterpret_cast<uv_handle_t*>(&tcp)); }
  void read() {
    const auto room = [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) noexcept {
      auto& into = of(handle->data).chunk;
      *buffer = uv_buf_init(into.data(), static_cast<unsigned>(into.size()));
    };
    uv_read_start(stream(), room, [](uv_stream_t* from, ssize_t bytes, const uv_buf_t* buffer) noexcept {
      auto& self = of(from->data);
      if (bytes < 0) return self.broken();
      self.heard({buffer->base, static_cast<std::size_t>(bytes)});
    });
  }
  void heard(std::string_view bytes) {
    if (owner == nullptr) return;
    in += bytes;
    std::string_view rest = in;
    while (owner != nullptr && !paused && rest.size() >= 4) {
      std::size_t size = 0;
      for (int i = 0; i < 4; ++i) size = size << 8U | static_cast<unsigned char>(rest[static_cast<std::size_t>(i)]);
      if (size > max_frame) return broken();
      if (rest.size() - 4 < size) break;
      owner->user_.on_frame(rest.substr(4, size));
      rest.remove_prefix(4 + size);
    }
    in.erase(0, in.size() - rest.size());
  }
  void sent() {
    if (owner == nullptr || !paused || waiting() > max_waiting / 2) return;
    paused = false;
    heard({});  // what had been read already
    if (owner == nullptr || paused) return;
    read();
    owner->user_.on_drained();
  }

  uv_tcp_t tcp{};
  uv_connect_t connecting{};
  channel* owner = nullptr;
  bool pauses = false, paused = false;
  std::string in;
  std::array<char, 65'536> chunk{};
};

channel::channel(loop_core& on, int port, user& told) : socket_(new socket{on}), user_(told) {
  socket_->owner = this;
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", port, &address);
  socket_->connecting.data = static_cast<pinned*>(socket_);
  const auto connected = [](uv_connect_t* request, int status) noexcept {
    auto& self = socket::of(request->data);
    status == 0 ? self.read() : self.broken();
  };
  const int status =
      uv_tcp_connect(&socket_->connecting, &socket_->tcp, reinterpret_cast<const sockaddr*>(&address), connected);
  if (status != 0) socket_->broken();
}
channel::channel(loop_core& on, uv_stream_t* listener, user& told) : socket_(new socket{on}), user_(told) {
  socket_->owner = this;
  socket_->pauses = true;
  uv_accept(listener, socket_->stream()) == 0 ? socket_->read() : socket_->broken();
}
channel::~channel() {
  if (socket_ == nullptr) return;
  socket_->owner = nullptr;
  close(reinterpret_cast<uv_handle_t*>(&socket_->tcp));
}

void channel::send(std::string_view frame) {
  if (socket_ == nullptr) return;
  struct request {
    uv_write_t uv{};
    std::string bytes;
  };
  auto writing = std::make_unique<request>();
  for (const unsigned shift : {24U, 16U, 8U, 0U}) writing->bytes += static_cast<char>(frame.size() >> shift & 0xFFU);
  writing->bytes += frame;
  writing->uv.data = writing.get();
  const uv_buf_t buffer = uv_buf_init(writing->bytes.data(), static_cast<unsigned>(writing->bytes.size()));
  const auto written = [](uv_write_t* uv, int status) noexcept {
    auto& self = socket::of(uv->handle->data);
    delete static_cast<request*>(uv->data);
    status == 0 ? self.sent() : self.broken();
  };
  if (uv_write(&writing->uv, socket_->stream(), &buffer, 1, written) == 0) static_cast<void>(writing.release());
  if (socket_->pauses && !socket_->paused && full()) {
    socket_->paused = true;
    uv_read_stop(socket_->stream());
  }
}

bool channel::full() const { return socket_ != nullptr && socket_->waiting() > max_waiting; }

void channel::leave_it_to_the_other_side() {
  if (socket_ != nullptr) std::exchange(socket_, nullptr)->owner = nullptr;
}

}  // namespace parley
