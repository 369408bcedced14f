"""The few numbers that stand in front: which they are, and how they are written. tests/docs/performance_test.py reads them
again out of the long tables of the document."""

from dataclasses import dataclass, field

from goals import number
from results import PEERS

RIVALS = ("naive", *PEERS)
HEADINGS = {"naive": "`naive`", "ably": "`ably`", "y_protocols": "y-protocols", "phoenix": "`phoenix`"}


@dataclass(frozen=True)
class Line:
    what: str
    program: str  # whose table it comes from
    operation: str
    arguments: dict = field(default_factory=dict)
    ours: str = "presence_real_mutex"  # as `hub` and `local_presence` are
    counter: str = "ns_each"
    times: int = 1  # so many of them together


ROOM = {"members": 100_000}
LINES = (
    Line("an update of one of 100,000 members arrives, one listener hears it", "participant", "update",
         {**ROOM, "batch": 1, "listeners": 1}),
    Line("the same in batches of 100, for each update", "participant", "update",
         {**ROOM, "batch": 100, "listeners": 1}),
    Line("asking whether a user is here, among 100,000", "participant", "is_user_present", ROOM),
    Line("entering 100,000 members into a set, for each", "set", "enter", ROOM, ours="presence"),
    Line("looking at 100,000 members, for each", "set", "iterate", ROOM, ours="presence"),
    Line("a sync of 100,000 members in which nothing is new", "set", "unchanged_sync", ROOM, ours="presence", times=100_000),
    Line("memory of a member without data, of 100,000", "memory", "members", ROOM, ours="presence",
         counter="bytes_each"),
    Line("a hub tells an update to 10,000 sinks, for each", "hub", "publish", {"sinks": 10_000}),
    Line("a hub takes an update and tells it to one sink", "hub", "publish", {"sinks": 1}),
    Line("5,000 clients enter a room while all of them watch it, for each event told", "hub", "join_storm",
         {"sessions": 5_000}),
)


def duration(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return f"{number(ns / size)} {unit}"
    return f"{number(ns)} ns"


def written(line, value):
    if value is None:
        return ""
    return f"{number(value)} bytes" if line.counter == "bytes_each" else duration(value * line.times)


def value_of(results, line, rival):
    program = "peers" if rival in PEERS else line.program
    return results.get(program, line.operation, rival, counter=line.counter, **line.arguments)


def rows(results):
    for line in LINES:
        yield (line.what, written(line, value_of(results, line, line.ours)),
               *(written(line, value_of(results, line, rival)) for rival in RIVALS))
