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
  /// Asks for the room.
  struct attach_frame {
    mode_set modes;  ///< asked for
  };
  struct detach_frame {};  ///< Leaves the room.
  struct resync_frame {};  ///< Asks for the room anew.
  /// Messages that are published together.
  struct publish_frame {
    std::uint64_t serial;                 ///< the same when it is sent again
    publish_token token;                  ///< of the participant
    std::vector<message<Data>> messages;  ///< as it made them
  };
  /// Any frame to the hub.
  using frame_up = std::variant<attach_frame, detach_frame, resync_frame, publish_frame>;

  /// The attach was granted.
  struct attached_frame {
    attachment_info info;       ///< how
    std::string connection_id;  ///< over which connection
  };
  /// A page of a sync.
  struct page_frame {
    message_batch<Data> messages;  ///< who is there
    sync_cursor cursor;            ///< where it stands
  };
  /// Live messages.
  struct live_frame {
    message_batch<Data> messages;  ///< of one publish
  };
  /// What became of a publish.
  struct answer_frame {
    std::uint64_t serial;     ///< of which
    std::error_code outcome;  ///< no error: it was done
  };
  /// The attachment has ended, or was refused.
  struct detached_frame {
    std::error_code why;  ///< no error: as asked
  };
  /// Any frame to the participant.
  using frame_down = std::variant<attached_frame, page_frame, live_frame, answer_frame, detached_frame>;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
