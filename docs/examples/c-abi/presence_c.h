/// A C interface of `presence`: who is here, and what are they doing. C99, and C++ from C++11 on.
///
/// HANDLES. A hub, session, participant, subscription or snapshot is made by a function that writes it to its last
/// argument, and belongs to the caller until he gives it to `presence_..._destroy`. The handles may be destroyed in any
/// order, from any thread, and inside any callback. Nobody else may be using a handle while it is destroyed; a call
/// further up the same stack, as when a callback destroys what it was called through, is none of these.
///
/// BYTES. Names and data are a pointer and a length. Zero bytes are allowed inside, and none is needed behind. What is
/// passed in is copied before the call returns. What comes out lives as long as the function or struct says.
///
/// RESULTS. A function that can fail returns a `presence_status`. A null pointer where something is needed is
/// `PRESENCE_ERR_INVALID_ARGUMENT`, and so is a struct with a `size` that makes no sense. Every function may also
/// return `PRESENCE_ERR_NO_MEMORY` and `PRESENCE_ERR_OTHER`. Whatever a function returns that is not `PRESENCE_OK`, it
/// has done nothing, and a handle that it should have made is null. C++ exceptions never come out.
///
/// CALLBACKS. A callback comes with user data and, where wanted, a function that destroys these. That function is
/// called exactly once, after the last call of the callback, also where the function that took the callback fails. No
/// callback runs under a lock: it may call every function here. It must not throw, which ends the program, nor
/// `longjmp`.
///
/// THREADS. The library starts no thread; a callback runs in a thread that has called a function. A hub and a
/// participant may be used by any number of threads at once; a session, a subscription and a snapshot by one at a time.
/// The callbacks of one participant never run at the same time; those of two may.
///
/// GROWTH. A later version adds functions, fields at the end of structs that have a `size`, and enumerators: expect
/// values that you do not know. It takes nothing away. docs/guides/c-abi.md says how that works.
#ifndef PRESENCE_C_H
#define PRESENCE_C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PRESENCE_C_VERSION_MAJOR 1
#define PRESENCE_C_VERSION_MINOR 0
#define PRESENCE_C_VERSION (PRESENCE_C_VERSION_MAJOR * 1000 + PRESENCE_C_VERSION_MINOR)

#if defined(__GNUC__)
#define PRESENCE_C_API __attribute__((visibility("default")))
#else
#define PRESENCE_C_API
#endif

#ifdef __cplusplus
#define PRESENCE_C_NOEXCEPT noexcept
extern "C" {
#else
#define PRESENCE_C_NOEXCEPT
#endif

// --- values ----------------------------------------------------------------------------------------------------------

/// `PRESENCE_C_VERSION` of the library that is running, which may be newer than this header.
PRESENCE_C_API uint32_t presence_c_version(void) PRESENCE_C_NOEXCEPT;

/// How a call or an operation went. Positive numbers are those of the C++ library; its docs/errors.md says when each
/// comes and what to do.
typedef enum presence_status {
  PRESENCE_OK = 0,

  // of this interface
  PRESENCE_ERR_INVALID_ARGUMENT = -1,  ///< a null pointer, a wrong size, a number that is out of range
  PRESENCE_ERR_NO_MEMORY = -2,
  PRESENCE_ERR_OTHER = -3,  ///< the operating system refused something, or what else has no number here

  // of the library
  PRESENCE_ERR_OPERATION_ABORTED = 1,
  PRESENCE_ERR_EVENTS_DISABLED = 2,
  PRESENCE_ERR_HANDLER_THREW = 3,
  PRESENCE_ERR_NOT_SYNCED = 4,
  PRESENCE_ERR_QUEUE_FULL = 5,
  PRESENCE_ERR_REPLACED = 6,
  PRESENCE_ERR_OVERLOADED = 7,
  PRESENCE_ERR_SUPERSEDED = 8,
  PRESENCE_ERR_EVICTED = 9,
  PRESENCE_ERR_KICKED = 10,
  PRESENCE_ERR_BANNED = 11,
  PRESENCE_ERR_BAD_REQUEST = 40000,
  PRESENCE_ERR_MESSAGE_TOO_LARGE = 40009,
  PRESENCE_ERR_INVALID_ROOM_NAME = 40010,
  PRESENCE_ERR_INVALID_CLIENT_ID = 40012,
  PRESENCE_ERR_INVALID_DATA = 40013,
  PRESENCE_ERR_NOT_PERMITTED = 40160,
  PRESENCE_ERR_RATE_LIMITED = 42910,
  PRESENCE_ERR_DISCONNECTED = 80003,
  PRESENCE_ERR_CONNECTION_EXPIRED = 80008,
  PRESENCE_ERR_CONNECTION_CLOSED = 80017,
  PRESENCE_ERR_INVALID_RESUME_KEY = 80018,
  PRESENCE_ERR_CHANNEL_FAILED = 90001,
  PRESENCE_ERR_TOO_MANY_ROOMS = 90010,
  PRESENCE_ERR_INVALID_ROOM_STATE = 91001,
  PRESENCE_ERR_ROOM_FULL = 91003,
  PRESENCE_ERR_REENTRY_FAILED = 91004,
  PRESENCE_ERR_OUT_OF_SYNC = 91005,
  PRESENCE_ERR_SUBSCRIBE_NOT_PERMITTED = 91008,

  PRESENCE_STATUS_FORCE_32_BIT = 0x7fffffff  ///< none: makes every compiler take 32 bits
} presence_status;

/// An English sentence without a full stop, for logs. It ends with a zero byte and lives for ever; it is never null,
/// also not for a number that is no status.
PRESENCE_C_API const char* presence_status_text(presence_status status) PRESENCE_C_NOEXCEPT;

/// Whether the same call, unchanged, may succeed a little later: room full, rate limited, overloaded, disconnected, no
/// memory.
PRESENCE_C_API bool presence_status_is_temporary(presence_status status) PRESENCE_C_NOEXCEPT;

/// Bytes of somebody else. A null `data` is "none" where that means something, and else empty. Invalid arguments are a
/// null `data` with a `size` above 0, and a `size` above `PTRDIFF_MAX`.
typedef struct presence_bytes {
  const void* data;
  size_t size;
} presence_bytes;

/// The bytes of a C string, without the zero byte; none for a null pointer.
static inline presence_bytes presence_text(const char* text) {
  presence_bytes made;
  made.data = text;
  made.size = text ? strlen(text) : 0;
  return made;
}

/// Whether the library that filled this struct knows the field: `if (PRESENCE_HAS(event, entered_at))`.
#define PRESENCE_HAS(pointer, field) \
  ((size_t)((const char*)(&(pointer)->field + 1) - (const char*)(pointer)) <= (pointer)->size)

// --- callbacks -------------------------------------------------------------------------------------------------------

/// What may happen to a member. One bit each, so that they can be summed up to what a subscription asks for.
typedef enum presence_action {
  PRESENCE_PRESENT = 1 << 1,  ///< was there already
  PRESENCE_ENTER = 1 << 2,
  PRESENCE_LEAVE = 1 << 3,
  PRESENCE_UPDATE = 1 << 4,
  PRESENCE_ALL_ACTIONS = PRESENCE_PRESENT | PRESENCE_ENTER | PRESENCE_LEAVE | PRESENCE_UPDATE,
  PRESENCE_ACTION_FORCE_32_BIT = 0x7fffffff
} presence_action;

typedef enum presence_leave_reason {
  PRESENCE_REASON_NONE = 0,  ///< not a leave
  PRESENCE_REASON_LEFT = 1,
  PRESENCE_REASON_CLOSED = 2,     ///< its session closed, or the room was detached
  PRESENCE_REASON_TIMED_OUT = 3,  ///< its connection did not come back within the grace period
  PRESENCE_REASON_EVICTED = 4,
  PRESENCE_REASON_RESYNC = 5,  ///< it left while this participant could not listen
  PRESENCE_REASON_FORCE_32_BIT = 0x7fffffff
} presence_leave_reason;

/// What a listener is told. The struct and all bytes in it live until the listener returns. Times are milliseconds
/// since the Unix epoch.
typedef struct presence_event {
  size_t size;  ///< of the struct, as the library knows it: see `PRESENCE_HAS`
  presence_action action;
  presence_leave_reason reason;
  presence_bytes client_id;
  presence_bytes connection_id;
  presence_bytes data;  ///< null: none. Of a leave without data: what the member had
  int64_t timestamp;
  int64_t entered_at;
} presence_event;

/// For events. `call` is needed.
typedef struct presence_listener {
  void (*call)(const presence_event* event, void* user_data);
  void* user_data;
  void (*destroy)(void* user_data);  ///< may be null
} presence_listener;

/// For the outcome of an operation. `call` may be null: then nobody is told. Otherwise it is called exactly once where
/// the function returned `PRESENCE_OK`, perhaps before it returned, and never where it did not. When the participant is
/// destroyed first, the outcome is `PRESENCE_ERR_OPERATION_ABORTED`. A callback that is told so and starts an operation
/// anew is told so again, but not for ever: from the 65th on it is only destroyed.
typedef struct presence_completion {
  void (*call)(presence_status outcome, void* user_data);
  void* user_data;
  void (*destroy)(void* user_data);  ///< may be null; comes right after the call
} presence_completion;

/// For a hub's timer. `call` may be null.
typedef struct presence_wake {
  void (*call)(void* user_data);
  void* user_data;
  void (*destroy)(void* user_data);  ///< may be null
} presence_wake;

// --- hub -------------------------------------------------------------------------------------------------------------

/// The authority: it knows who is in which room. Any number of threads.
typedef struct presence_hub presence_hub;

/// What a hub is made with. Times are in milliseconds, and not negative.
typedef struct presence_hub_options {
  size_t size;              ///< of the struct as the caller knows it; `presence_hub_options_init` sets it
  int64_t grace;            ///< how long the members of a lost connection stay; 15,000
  int64_t linger;           ///< how long those of a session stay that closes or detaches; 0
  size_t max_data_size;     ///< bytes of one member's data; 65,536
  size_t max_room_members;  ///< 1,000,000
} presence_hub_options;

/// Fills the first `size` bytes: every field that the library knows has its default, the rest is 0. `size` is
/// `sizeof(presence_hub_options)`.
PRESENCE_C_API presence_status presence_hub_options_init(presence_hub_options* options,
                                                         size_t size) PRESENCE_C_NOEXCEPT;

/// Makes a hub. `options` may be null: then all are defaults. Where the options come from a newer header than this
/// library, fields that the library does not know have to be 0.
///
/// `wake` is called when `presence_hub_due_in` has become less than what it may have said before, from whichever thread
/// did that. It tells an event loop to ask again, and need not call anything here. Its user data live as long as the
/// hub's handle; where another thread is just calling it when the hub is destroyed, until that call returns.
PRESENCE_C_API presence_status presence_hub_create(const presence_hub_options* options, presence_wake wake,
                                                   presence_hub** hub) PRESENCE_C_NOEXCEPT;

/// Ends the hub and every session of it. Handles made from it stay valid and say `PRESENCE_ERR_CONNECTION_CLOSED`. Does
/// nothing with a null pointer.
PRESENCE_C_API void presence_hub_destroy(presence_hub* hub) PRESENCE_C_NOEXCEPT;

/// Ends the sessions whose time is over, and says how many. Nothing else does: without this call the members of a lost
/// connection stay. Where memory runs out, some may have ended; the next call goes on.
PRESENCE_C_API presence_status presence_hub_run_due(presence_hub* hub, size_t* ended) PRESENCE_C_NOEXCEPT;

/// The milliseconds until `presence_hub_run_due` has something to do: 0 if it has, -1 if nothing is known that will
/// come.
PRESENCE_C_API presence_status presence_hub_due_in(presence_hub* hub, int64_t* milliseconds) PRESENCE_C_NOEXCEPT;

// --- session ---------------------------------------------------------------------------------------------------------

/// One connection of one client to a hub. One thread at a time.
typedef struct presence_session presence_session;

/// What a session may do: bits, to be summed up.
typedef enum presence_mode {
  PRESENCE_MODE_PRESENCE = 1,   ///< may enter, update and leave
  PRESENCE_MODE_SUBSCRIBE = 2,  ///< is told of others
  PRESENCE_ALL_MODES = PRESENCE_MODE_PRESENCE | PRESENCE_MODE_SUBSCRIBE,
  PRESENCE_MODE_FORCE_32_BIT = 0x7fffffff
} presence_mode;

/// Who connects. The hub believes it: whoever calls has checked it.
typedef struct presence_identity {
  size_t size;               ///< of the struct as the caller knows it; `presence_identity_init` sets it
  presence_bytes client_id;  ///< UTF-8, at most 256 bytes; none: anonymous, may only watch
  uint32_t modes;            ///< of `presence_mode`; all
  bool acts_for_others;      ///< may use the functions that end in `_client` for any client id; false
  int64_t grace;             ///< instead of the hub's; -1: the hub's
  int64_t linger;            ///< likewise
} presence_identity;

/// As `presence_hub_options_init`; there is no client id.
PRESENCE_C_API presence_status presence_identity_init(presence_identity* identity, size_t size) PRESENCE_C_NOEXCEPT;

/// Opens a session. Errors: `INVALID_CLIENT_ID`; `BAD_REQUEST` for a grace or linger below -1; `INVALID_ARGUMENT` for a
/// mode that there is not.
PRESENCE_C_API presence_status presence_hub_connect(presence_hub* hub, const presence_identity* identity,
                                                    presence_session** session) PRESENCE_C_NOEXCEPT;

/// Takes up the session with this resume key again, after a drop or while it is still connected. Participants of it go
/// on. The old handle means nothing any more: what is made from it says `PRESENCE_ERR_CONNECTION_CLOSED`, to drop or
/// close it does nothing, and it is still to be destroyed. Errors: `INVALID_RESUME_KEY`; `CONNECTION_EXPIRED` after the
/// grace period; `CONNECTION_CLOSED`.
PRESENCE_C_API presence_status presence_hub_resume(presence_hub* hub, presence_bytes resume_key,
                                                   presence_session** session) PRESENCE_C_NOEXCEPT;

/// Closes the session, unless it was dropped, where its grace period goes on, or taken up by another handle. Does
/// nothing with a null pointer.
PRESENCE_C_API void presence_session_destroy(presence_session* session) PRESENCE_C_NOEXCEPT;

/// The public name of the connection. The bytes live as long as the handle.
PRESENCE_C_API presence_status presence_session_connection_id(presence_session* session,
                                                              presence_bytes* connection_id) PRESENCE_C_NOEXCEPT;

/// A secret: whoever has it can take the session over. The bytes live as long as the handle.
PRESENCE_C_API presence_status presence_session_resume_key(presence_session* session,
                                                           presence_bytes* resume_key) PRESENCE_C_NOEXCEPT;

/// Whether the session is connected and this handle is the one that it belongs to.
PRESENCE_C_API presence_status presence_session_is_connected(presence_session* session,
                                                             bool* connected) PRESENCE_C_NOEXCEPT;

/// The connection is lost: its members stay for the grace period, and only `presence_hub_resume` brings it back. Does
/// nothing where the handle is not its session's any more.
PRESENCE_C_API presence_status presence_session_drop(presence_session* session) PRESENCE_C_NOEXCEPT;

/// A goodbye: its members leave at once, or after the linger time. Does nothing where the handle is not its session's
/// any more.
PRESENCE_C_API presence_status presence_session_close(presence_session* session) PRESENCE_C_NOEXCEPT;

// --- participant -----------------------------------------------------------------------------------------------------

/// A session's view of one room, and its presence there. Any number of threads.
typedef struct presence_participant presence_participant;

typedef enum presence_room_state {
  PRESENCE_ROOM_INITIALIZED = 0,
  PRESENCE_ROOM_ATTACHING = 1,  ///< asked for, or the connection is lost: operations wait
  PRESENCE_ROOM_ATTACHED = 2,
  PRESENCE_ROOM_DETACHING = 3,
  PRESENCE_ROOM_DETACHED = 4,
  PRESENCE_ROOM_SUSPENDED = 5,
  PRESENCE_ROOM_FAILED = 6,
  PRESENCE_ROOM_FORCE_32_BIT = 0x7fffffff
} presence_room_state;

/// Makes a participant. Nothing is asked of the hub yet: to attach, enter, update or subscribe does that. A name that
/// is empty, longer than 256 bytes or not UTF-8 is found out then.
PRESENCE_C_API presence_status presence_session_room(presence_session* session, presence_bytes room,
                                                     presence_participant** participant) PRESENCE_C_NOEXCEPT;

/// Leaves the room. Completions that wait are told `PRESENCE_ERR_OPERATION_ABORTED` before this returns, listeners are
/// not called any more. It waits for a callback of the participant that another thread is running. Does nothing with a
/// null pointer.
PRESENCE_C_API void presence_participant_destroy(presence_participant* participant) PRESENCE_C_NOEXCEPT;

/// Outcomes: `INVALID_ROOM_NAME`, `NOT_PERMITTED`, `TOO_MANY_ROOMS`, `CONNECTION_CLOSED`, `CONNECTION_EXPIRED`,
/// `CHANNEL_FAILED` where a detach came first.
PRESENCE_C_API presence_status presence_participant_attach(presence_participant* participant,
                                                           presence_completion done) PRESENCE_C_NOEXCEPT;

/// Leaves the room and forgets who is there; to attach again is allowed. Outcomes: `CHANNEL_FAILED` in a failed room.
PRESENCE_C_API presence_status presence_participant_detach(presence_participant* participant,
                                                           presence_completion done) PRESENCE_C_NOEXCEPT;

PRESENCE_C_API presence_status presence_participant_state(presence_participant* participant,
                                                          presence_room_state* state) PRESENCE_C_NOEXCEPT;

/// Enters the room as the session's client, or if it is there updates it. A null `data.data` is no data, which is not
/// the same as empty data. A participant that is told of its own event is told so before `done`.
///
/// Outcomes of this and the five below: `INVALID_CLIENT_ID` where the session has none, or may not act for others;
/// `INVALID_ROOM_STATE`, `INVALID_ROOM_NAME` and what else an attach says; `NOT_PERMITTED`; `BANNED`; `ROOM_FULL`;
/// `MESSAGE_TOO_LARGE`; `RATE_LIMITED`; `OVERLOADED`, inside a callback; `QUEUE_FULL`; `SUPERSEDED` by a later
/// operation on the same member while it waited; `CONNECTION_CLOSED`; `OPERATION_ABORTED`; `NO_MEMORY`.
PRESENCE_C_API presence_status presence_participant_enter(presence_participant* participant, presence_bytes data,
                                                          presence_completion done) PRESENCE_C_NOEXCEPT;
/// Replaces the member's data, or enters it if it is not there.
PRESENCE_C_API presence_status presence_participant_update(presence_participant* participant, presence_bytes data,
                                                           presence_completion done) PRESENCE_C_NOEXCEPT;
/// Leaves. Without data the event carries what the member had. To leave when not there succeeds.
PRESENCE_C_API presence_status presence_participant_leave(presence_participant* participant, presence_bytes data,
                                                          presence_completion done) PRESENCE_C_NOEXCEPT;
/// The same for a client id that is not the session's own, where its identity `acts_for_others`.
PRESENCE_C_API presence_status presence_participant_enter_client(presence_participant* participant,
                                                                 presence_bytes client_id, presence_bytes data,
                                                                 presence_completion done) PRESENCE_C_NOEXCEPT;
PRESENCE_C_API presence_status presence_participant_update_client(presence_participant* participant,
                                                                  presence_bytes client_id, presence_bytes data,
                                                                  presence_completion done) PRESENCE_C_NOEXCEPT;
PRESENCE_C_API presence_status presence_participant_leave_client(presence_participant* participant,
                                                                 presence_bytes client_id, presence_bytes data,
                                                                 presence_completion done) PRESENCE_C_NOEXCEPT;

/// A listener's registration. One thread at a time.
typedef struct presence_subscription presence_subscription;

/// Calls the listener for what happens from now on, and attaches the room if nothing did. `actions` is a sum of
/// `presence_action`; 0 and unknown bits are invalid. The listener may be called before this returns, while
/// `*subscription` is still null: members who are there already come as `PRESENCE_PRESENT`. How attaching went is told
/// to nobody: where that matters, attach first.
PRESENCE_C_API presence_status presence_participant_subscribe(presence_participant* participant, uint32_t actions,
                                                              presence_listener listener,
                                                              presence_subscription** subscription) PRESENCE_C_NOEXCEPT;

/// Ends it: when this has returned the listener is not running and will not be called, and its user data are destroyed.
/// It waits for a listener that another thread is running. Inside of that very listener it does not wait: then there is
/// no further call, and the user data are destroyed once the listener has returned. A participant that is destroyed
/// ends its subscriptions too, but leaves their handles and user data to this. Does nothing with a null pointer.
PRESENCE_C_API void presence_subscription_destroy(presence_subscription* subscription) PRESENCE_C_NOEXCEPT;

/// Whether the client has a member in the room, as far as is known: false too where nothing is known, which
/// `presence_participant_snapshot` tells apart. Constant time.
PRESENCE_C_API presence_status presence_participant_is_user_present(presence_participant* participant,
                                                                    presence_bytes client_id,
                                                                    bool* present) PRESENCE_C_NOEXCEPT;

// --- snapshot --------------------------------------------------------------------------------------------------------

/// The members of a room at one moment. It never changes and needs nothing else to live. One thread at a time.
typedef struct presence_snapshot presence_snapshot;

/// One member. The struct and all bytes in it live as long as the snapshot. Times are milliseconds since the Unix
/// epoch.
typedef struct presence_member {
  size_t size;  ///< of the struct, as the library knows it: see `PRESENCE_HAS`
  presence_bytes client_id;
  presence_bytes connection_id;
  presence_bytes data;  ///< null: none
  int64_t updated_at;
  int64_t entered_at;
} presence_member;

/// Who is here, in the order in which they entered. Linear in the members; their data are shared, not copied. Errors:
/// `NOT_SYNCED` where nothing is known yet; `INVALID_ROOM_STATE` in a detached or failed room;
/// `SUBSCRIBE_NOT_PERMITTED`.
PRESENCE_C_API presence_status presence_participant_snapshot(presence_participant* participant,
                                                             presence_snapshot** snapshot) PRESENCE_C_NOEXCEPT;

PRESENCE_C_API presence_status presence_snapshot_size(const presence_snapshot* snapshot,
                                                      size_t* members) PRESENCE_C_NOEXCEPT;

/// The member with this index, from 0. Errors: `INVALID_ARGUMENT` past the end, where `*member` becomes null.
PRESENCE_C_API presence_status presence_snapshot_at(const presence_snapshot* snapshot, size_t index,
                                                    const presence_member** member) PRESENCE_C_NOEXCEPT;

/// Does nothing with a null pointer.
PRESENCE_C_API void presence_snapshot_destroy(presence_snapshot* snapshot) PRESENCE_C_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
