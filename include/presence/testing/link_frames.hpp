// What a faulty link carries.
#ifndef PRESENCE_TESTING_LINK_FRAMES_HPP
#define PRESENCE_TESTING_LINK_FRAMES_HPP

#include <presence/message.hpp>
#include <presence/mode.hpp>
#include <presence/sink.hpp>
#include <presence/sync_cursor.hpp>
#include <presence/transport.hpp>

#include <cstdint>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// The frames of a `faulty_link`, upwards to the hub and downwards to the participant.
template <class Data>
struct link_frames {
  struct attach_frame {
    mode_set modes;
  };
  struct detach_frame {};
  struct resync_frame {};
  struct publish_frame {
    std::uint64_t serial;
    publish_token token;
    std::vector<message<Data>> messages;
  };
  using frame_up = std::variant<attach_frame, detach_frame, resync_frame, publish_frame>;

  struct attached_frame {
    attachment_info info;
    std::string connection_id;
  };
  struct page_frame {
    message_batch<Data> messages;
    sync_cursor cursor;
  };
  struct live_frame {
    message_batch<Data> messages;
  };
  struct answer_frame {
    std::uint64_t serial;
    std::error_code outcome;
  };
  struct detached_frame {
    std::error_code why;
  };
  using frame_down = std::variant<attached_frame, page_frame, live_frame, answer_frame, detached_frame>;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
