// Declares the class templates that a user names, and holds their default template arguments.
#ifndef PRESENCE_FWD_HPP
#define PRESENCE_FWD_HPP

#include <presence/version.hpp>

#include <chrono>
#include <mutex>

namespace presence::inline PRESENCE_ABI {

// values
template <class Data>
class shared_data;
template <class Data>
struct message;
template <class Data>
class batch;
template <class Data>
struct member;
template <class Data>
struct member_view;
template <class T>
class result;
class extras;
class payload;
class subscription;
struct null_mutex;

// codecs
template <class Data>
struct identity_codec;

// the pure state
template <class Data>
class basic_member_set;

// backplanes
template <class Mutex = std::mutex>
struct basic_no_backplane;
/// One hub by itself, usable from any thread.
using no_backplane = basic_no_backplane<>;

// the actors
template <class Data, class Clock = std::chrono::system_clock, class Backplane = no_backplane>
class basic_hub;
template <class Data, class Clock, class Backplane>
class basic_session;
template <class Data, class Clock, class Backplane>
class basic_attachment;
template <class Data, class Clock, class Transport>
class basic_presence;

// transports
template <class Data, class Clock = std::chrono::system_clock, class Backplane = no_backplane,
          class Codec = identity_codec<Data>>
class loopback;

// everyday names
/// A hub on the system clock, usable from any thread.
template <class Data>
using hub = basic_hub<Data>;
/// A participant of a `hub<Data>` in the same process.
template <class Data>
using local_presence = basic_presence<Data, std::chrono::system_clock, loopback<Data>>;

/// A hub for programs that stay on one thread: no locks (docs/threads.md).
template <class Data>
using single_threaded_hub = basic_hub<Data, std::chrono::system_clock, basic_no_backplane<null_mutex>>;
/// A participant of a `single_threaded_hub<Data>` in the same process, on its thread.
template <class Data>
using single_threaded_presence =
    basic_presence<Data, std::chrono::system_clock,
                   loopback<Data, std::chrono::system_clock, basic_no_backplane<null_mutex>>>;

}  // namespace presence::inline PRESENCE_ABI

#endif
