// What a faulty link counts, and whom it tells.
#ifndef PRESENCE_TESTING_LINK_COUNTERS_HPP
#define PRESENCE_TESTING_LINK_COUNTERS_HPP

#include <presence/message.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presence::inline PRESENCE_ABI::testing {

/// How often the things that a link can do have happened, so that a run can tell what it covered.
struct link_counters {
  std::uint64_t frames_up = 0;            ///< carried to the hub
  std::uint64_t frames_down = 0;          ///< carried to the participant
  std::uint64_t overtaken = 0;            ///< frames that a later one overtook
  std::uint64_t cuts = 0;                 ///< connections broken
  std::uint64_t cut_before_hub = 0;       ///< frames lost on the way to the hub
  std::uint64_t cut_after_hub = 0;        ///< frames that reached it and whose answer was lost
  std::uint64_t cut_during_sync = 0;      ///< of the cuts: before the sync had ended
  std::uint64_t cut_while_attaching = 0;  ///< of the cuts: before the attach was answered
  std::uint64_t resumed = 0;              ///< connections that came back as the same
  std::uint64_t resumed_with_gap = 0;     ///< resumed connections on which something was lost, so that a sync follows
  std::uint64_t resume_refused = 0;       ///< of the hub: the grace period was over, or it is another hub
  std::uint64_t resent = 0;               ///< publishes sent again after a resume
  std::uint64_t repeated = 0;             ///< … that the hub had seen, and did not apply twice
  std::uint64_t reported = 0;             ///< publishes reported as disconnected
  std::uint64_t congested = 0;            ///< live messages refused by a full buffer, so that a sync follows
  std::uint64_t suspended = 0;            ///< times that the participant was told so
  std::uint64_t resyncs = 0;              ///< asked for by the participant, which could not keep up

  /// All of them, by name.
  [[nodiscard]] std::vector<std::pair<std::string_view, std::uint64_t>> rows() const {
    return {{"frames_up", frames_up},
            {"frames_down", frames_down},
            {"overtaken", overtaken},
            {"cuts", cuts},
            {"cut_before_hub", cut_before_hub},
            {"cut_after_hub", cut_after_hub},
            {"cut_during_sync", cut_during_sync},
            {"cut_while_attaching", cut_while_attaching},
            {"resumed", resumed},
            {"resumed_with_gap", resumed_with_gap},
            {"resume_refused", resume_refused},
            {"resent", resent},
            {"repeated", repeated},
            {"reported", reported},
            {"congested", congested},
            {"suspended", suspended},
            {"resyncs", resyncs}};
  }
  /// Adds each of the other's to its own.
  link_counters& operator+=(const link_counters& more) {
    frames_up += more.frames_up;
    frames_down += more.frames_down;
    overtaken += more.overtaken;
    cuts += more.cuts;
    cut_before_hub += more.cut_before_hub;
    cut_after_hub += more.cut_after_hub;
    cut_during_sync += more.cut_during_sync;
    cut_while_attaching += more.cut_while_attaching;
    resumed += more.resumed;
    resumed_with_gap += more.resumed_with_gap;
    resume_refused += more.resume_refused;
    resent += more.resent;
    repeated += more.repeated;
    reported += more.reported;
    congested += more.congested;
    suspended += more.suspended;
    resyncs += more.resyncs;
    return *this;
  }
};

/// Told what the hub's side of a link does, when it does it: for a model that follows what was acknowledged.
template <class Data>
class link_observer {
 public:
  /// A publish was acknowledged: each of its messages, with the client id filled in.
  virtual void on_applied(const std::string& connection_id, const message<Data>& accepted) = 0;
  virtual void on_left(const std::string& connection_id) = 0;     ///< detached or closed: its members are gone
  virtual void on_dropped(const std::string& connection_id) = 0;  ///< its grace period begins
  virtual void on_resumed(const std::string& connection_id) = 0;  ///< its grace period ends, and it goes on

 protected:
  ~link_observer() = default;
};

}  // namespace presence::inline PRESENCE_ABI::testing

#endif
