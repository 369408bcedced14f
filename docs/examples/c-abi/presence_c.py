"""presence_c.h for Python, with ctypes and nothing else.

A handle is an object that ends with close() or with its `with` block. A function that does not return PRESENCE_OK
raises an Error. Data and names are bytes; names may be str.
"""

import ctypes
import itertools
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_bool, c_int, c_int64, c_size_t, c_uint32, c_void_p, sizeof

# CDLL lets go of Python's lock during a call. PyDLL does not: a callback in another thread would wait for it for ever.
library = ctypes.CDLL("libpresence_c.so.1")

PRESENT, ENTER, LEAVE, UPDATE = 2, 4, 8, 16
ALL_ACTIONS = PRESENT | ENTER | LEAVE | UPDATE
ACTIONS = {PRESENT: "present", ENTER: "enter", LEAVE: "leave", UPDATE: "update"}


class Bytes(Structure):
    _fields_ = [("data", c_void_p), ("size", c_size_t)]

    @classmethod
    def of(cls, value):
        """Of bytes or a str; of None the null pointer that says "none"."""
        if value is None:
            return cls(None, 0)
        raw = value.encode() if isinstance(value, str) else value
        made = cls(ctypes.cast(ctypes.c_char_p(raw), c_void_p), len(raw))
        made.keep = raw  # as long as this is there, so are the bytes
        return made

    @property
    def value(self):
        """A copy, as the bytes do not stay."""
        return None if self.data is None else ctypes.string_at(self.data, self.size)


class Event(Structure):
    _fields_ = [("size", c_size_t), ("action", c_int), ("reason", c_int), ("client_id", Bytes),
                ("connection_id", Bytes), ("data", Bytes), ("timestamp", c_int64), ("entered_at", c_int64)]


class Member(Structure):
    _fields_ = [("size", c_size_t), ("client_id", Bytes), ("connection_id", Bytes), ("data", Bytes),
                ("updated_at", c_int64), ("entered_at", c_int64)]


class HubOptions(Structure):
    _fields_ = [("size", c_size_t), ("grace", c_int64), ("linger", c_int64), ("max_data_size", c_size_t),
                ("max_room_members", c_size_t)]


class Identity(Structure):
    _fields_ = [("size", c_size_t), ("client_id", Bytes), ("modes", c_uint32), ("acts_for_others", c_bool),
                ("grace", c_int64), ("linger", c_int64)]


# --- callbacks --------------------------------------------------------------------------------------------------------
#
# The library must never call a Python function that has been collected. So it is given the same few C functions for
# all, and as user data a number under which the Python function is kept until the library destroys the user data.

kept = {}
numbers = itertools.count(1)


def keep(function):
    number = next(numbers)
    kept[number] = function
    return number


@CFUNCTYPE(None, POINTER(Event), c_void_p)
def on_event(event, number):
    kept[number](event.contents)


@CFUNCTYPE(None, c_int, c_void_p)
def on_outcome(outcome, number):
    kept[number](outcome)


@CFUNCTYPE(None, c_void_p)
def on_wake(number):
    kept[number]()


@CFUNCTYPE(None, c_void_p)
def on_destroy(number):
    del kept[number]


class Callback(Structure):
    """presence_listener, presence_completion and presence_wake: pointers of the same shape."""
    _fields_ = [("call", c_void_p), ("user_data", c_void_p), ("destroy", c_void_p)]

    @classmethod
    def of(cls, entry, function):
        if function is None:
            return cls(None, None, None)
        return cls(ctypes.cast(entry, c_void_p), keep(function), ctypes.cast(on_destroy, c_void_p))


# --- functions --------------------------------------------------------------------------------------------------------


class Error(Exception):
    def __init__(self, status):
        super().__init__(status_text(status))
        self.status = status


def status_text(status):
    return library.presence_status_text(status).decode()


def check(status, _function, _arguments):
    if status != 0:
        raise Error(status)


library.presence_c_version.restype = c_uint32
library.presence_status_text.restype = ctypes.c_char_p
library.presence_status_is_temporary.restype = c_bool

SIGNATURES = {
    "hub_options_init": (POINTER(HubOptions), c_size_t),
    "hub_create": (POINTER(HubOptions), Callback, POINTER(c_void_p)),
    "hub_run_due": (c_void_p, POINTER(c_size_t)),
    "hub_due_in": (c_void_p, POINTER(c_int64)),
    "identity_init": (POINTER(Identity), c_size_t),
    "hub_connect": (c_void_p, POINTER(Identity), POINTER(c_void_p)),
    "hub_resume": (c_void_p, Bytes, POINTER(c_void_p)),
    "session_connection_id": (c_void_p, POINTER(Bytes)),
    "session_resume_key": (c_void_p, POINTER(Bytes)),
    "session_is_connected": (c_void_p, POINTER(c_bool)),
    "session_drop": (c_void_p,),
    "session_close": (c_void_p,),
    "session_room": (c_void_p, Bytes, POINTER(c_void_p)),
    "participant_attach": (c_void_p, Callback),
    "participant_detach": (c_void_p, Callback),
    "participant_state": (c_void_p, POINTER(c_int)),
    "participant_enter": (c_void_p, Bytes, Callback),
    "participant_update": (c_void_p, Bytes, Callback),
    "participant_leave": (c_void_p, Bytes, Callback),
    "participant_enter_client": (c_void_p, Bytes, Bytes, Callback),
    "participant_update_client": (c_void_p, Bytes, Bytes, Callback),
    "participant_leave_client": (c_void_p, Bytes, Bytes, Callback),
    "participant_subscribe": (c_void_p, c_uint32, Callback, POINTER(c_void_p)),
    "participant_is_user_present": (c_void_p, Bytes, POINTER(c_bool)),
    "participant_snapshot": (c_void_p, POINTER(c_void_p)),
    "snapshot_size": (c_void_p, POINTER(c_size_t)),
    "snapshot_at": (c_void_p, c_size_t, POINTER(POINTER(Member))),
}
for name, arguments in SIGNATURES.items():
    function = getattr(library, "presence_" + name)
    function.argtypes, function.restype, function.errcheck = arguments, c_int, check
for name in ("hub", "session", "participant", "subscription", "snapshot"):
    function = getattr(library, f"presence_{name}_destroy")
    function.argtypes, function.restype = (c_void_p,), None


def asked(function, kind, *arguments):
    """What a function writes to its last argument."""
    out = kind()
    function(*arguments, byref(out))
    return out


# --- handles ----------------------------------------------------------------------------------------------------------


class Handle:
    """A handle that has been closed is a null pointer, which the library refuses."""
    end = None

    def __init__(self, pointer):
        self.pointer = pointer

    def close(self):
        pointer, self.pointer = self.pointer, c_void_p()
        self.end(pointer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Hub(Handle):
    end = library.presence_hub_destroy

    def __init__(self, on_earlier_deadline=None, **options):
        given = HubOptions()
        library.presence_hub_options_init(given, sizeof(given))
        for name, value in options.items():
            setattr(given, name, value)
        super().__init__(asked(library.presence_hub_create, c_void_p, given, Callback.of(on_wake, on_earlier_deadline)))

    def connect(self, client_id=None, **identity):
        who = Identity()
        library.presence_identity_init(who, sizeof(who))
        name = Bytes.of(client_id)  # a variable, so that the bytes live during the call
        who.client_id = name
        for field, value in identity.items():
            setattr(who, field, value)
        return Session(asked(library.presence_hub_connect, c_void_p, self.pointer, who))

    def resume(self, key):
        return Session(asked(library.presence_hub_resume, c_void_p, self.pointer, Bytes.of(key)))

    def run_due(self):
        return asked(library.presence_hub_run_due, c_size_t, self.pointer).value

    def due_in(self):
        """Milliseconds, or None."""
        due = asked(library.presence_hub_due_in, c_int64, self.pointer).value
        return None if due < 0 else due


class Session(Handle):
    end = library.presence_session_destroy

    @property
    def resume_key(self):
        return asked(library.presence_session_resume_key, Bytes, self.pointer).value

    def drop(self):
        library.presence_session_drop(self.pointer)

    def room(self, name):
        return Participant(asked(library.presence_session_room, c_void_p, self.pointer, Bytes.of(name)))


class Participant(Handle):
    end = library.presence_participant_destroy

    def enter(self, data=None, done=None):
        library.presence_participant_enter(self.pointer, Bytes.of(data), Callback.of(on_outcome, done))

    def update(self, data=None, done=None):
        library.presence_participant_update(self.pointer, Bytes.of(data), Callback.of(on_outcome, done))

    def leave(self, data=None, done=None):
        library.presence_participant_leave(self.pointer, Bytes.of(data), Callback.of(on_outcome, done))

    def enter_client(self, client_id, data=None, done=None):
        library.presence_participant_enter_client(self.pointer, Bytes.of(client_id), Bytes.of(data),
                                                  Callback.of(on_outcome, done))

    def leave_client(self, client_id, data=None, done=None):
        library.presence_participant_leave_client(self.pointer, Bytes.of(client_id), Bytes.of(data),
                                                  Callback.of(on_outcome, done))

    def subscribe(self, actions, listener):
        return Subscription(asked(library.presence_participant_subscribe, c_void_p, self.pointer, actions,
                                  Callback.of(on_event, listener)))

    def is_user_present(self, client_id):
        return asked(library.presence_participant_is_user_present, c_bool, self.pointer, Bytes.of(client_id)).value

    def members(self):
        """A list of (client id, data), oldest first."""
        with Snapshot(asked(library.presence_participant_snapshot, c_void_p, self.pointer)) as snapshot:
            size = asked(library.presence_snapshot_size, c_size_t, snapshot.pointer).value
            each = [asked(library.presence_snapshot_at, POINTER(Member), snapshot.pointer, i).contents
                    for i in range(size)]
            return [(m.client_id.value.decode(), m.data.value) for m in each]


class Subscription(Handle):
    end = library.presence_subscription_destroy


class Snapshot(Handle):
    end = library.presence_snapshot_destroy
