"""What was promised, and what came of it. Each goal is one row: what, the goal, what was measured, whether it is met."""

from dataclasses import dataclass

from results import PEERS


@dataclass(frozen=True)
class Row:
    what: str
    goal: str
    measured: str
    met: object  # True, False, or None where a part was not measured


class Checks:
    """Collects the parts of one row."""

    def __init__(self):
        self.texts = []
        self.outcomes = []

    def at_most(self, value, limit, unit, where=""):
        self._add(value, lambda: value <= limit, lambda: f"{number(value)} {unit}{where}")

    def ratio_at_least(self, rival, ours, factor, name):
        ratio = None if not rival or not ours else rival / ours
        self._add(ratio, lambda: ratio >= factor, lambda: f"{number(ratio)} × faster than {name}")

    def ratio_at_most(self, ours, other, factor, name):
        ratio = None if not other or ours is None else ours / other
        self._add(ratio, lambda: ratio <= factor, lambda: f"{number(ratio)} × {name}")

    def say(self, text):
        self.texts.append(text)

    def _add(self, value, check, text):
        if value is None:
            self.outcomes.append(None)
            return
        met = check()
        self.outcomes.append(met)
        self.texts.append(text() if met else f"**{text()}**")

    def row(self, what, goal):
        met = False if False in self.outcomes else None if None in self.outcomes else True
        return Row(what, goal, "; ".join(self.texts) or "not measured", met)


def number(value):
    if value >= 1_000_000:
        return f"{value / 1_000_000:.3g} million"
    if value >= 1_000:
        return f"{value:,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"


BIG = (100_000, 1_000_000)


def update(results, batch, rival="presence", members=100_000, listeners=1):
    program = "peers" if rival in PEERS else "participant"
    return results.get(program, "update", rival, members=members, batch=batch, listeners=listeners)


def update_row(results, batch, limits, naive, ably, hand=None):
    checks = Checks()
    for members, limit in zip(BIG, limits):
        ours = update(results, batch, members=members)
        checks.at_most(ours, limit, "ns", f" at {members:,}")
        if hand is not None:
            checks.ratio_at_most(ours, update(results, batch, "hand", members), hand, f"`hand` at {members:,}")
        for rival, factor in (("naive", naive), ("ably", ably)):
            checks.ratio_at_least(update(results, batch, rival, members), ours, factor, f"`{rival}` at {members:,}")
    return checks


def rows(results):
    get = results.get

    single = update_row(results, 1, (250, 450), naive=3, ably=10)
    for members in BIG:
        floor = get("participant", "dependent_reads", "machine", members=members)
        if floor:
            single.say(f"waiting for two reads alone takes {number(floor)} ns at {members:,}")
    yield single.row("update of a present member, one listener, single messages, null mutex",
                     "250 ns at 100,000 members, 450 at 1,000,000; 3 × `naive`; 10 × `ably`")

    batches = update_row(results, 100, (60, 120), naive=12, ably=40, hand=1.35)
    yield batches.row("the same in batches of 100", "60 ns and 120 ns; within 1.35 × `hand`; 12 × `naive`; 40 × `ably`")

    locked = Checks()
    for batch in (1, 100):
        locked.ratio_at_most(update(results, batch, "presence_real_mutex"), update(results, batch), 1.6,
                             "the null mutex" if batch == 1 else "in batches")
    yield locked.row("the same with the real mutex, 100,000 members", "within 1.6 × the null mutex")

    nobody = Checks()
    for batch in (1, 100):
        nobody.ratio_at_most(update(results, batch, listeners=0), update(results, batch, "bare_set", listeners=0), 1.3,
                             "the bare set" if batch == 1 else "in batches")
    yield nobody.row("nobody listening, 100,000 members", "within 1.3 × the bare set")

    present = Checks()
    present.at_most(get("participant", "is_user_present", members=100_000), 50, "ns", " at 100,000")
    present.ratio_at_most(get("participant", "is_user_present", members=1_000_000),
                          get("participant", "is_user_present", "boost_map", members=1_000_000), 1.2,
                          "a Boost map at 1,000,000")
    scan = get("peers", "is_user_present", "ably", members=100_000)
    if scan:
        present.say(f"`ably` at 100,000: {scan / 1e6:.0f} ms")
    yield present.row("`is_user_present`, random users", "50 ns at 100,000; 1.2 × a Boost map's bare look-up at 1,000,000")

    iterate = Checks()
    for members in BIG:
        iterate.at_most(get("set", "iterate", members=members), 3, "ns", f" at {members:,}")
    yield iterate.row("iterate the set", "3 ns a member")

    sync = Checks()
    each = get("set", "unchanged_sync", members=1_000_000)
    sync.at_most(each, 150, "ms")  # ns each of a million is ms of all
    theirs = get("peers", "unchanged_sync", "ably", members=1_000_000)
    if theirs:
        sync.say(f"`ably`: {theirs / 1e3:.1f} s")
    yield sync.row("unchanged sync of 1,000,000 members, pages of 1,000", "under 150 ms")

    memory = Checks()
    for members in BIG:
        memory.at_most(get("memory", "members", counter="bytes_each", members=members), 120, "bytes", f" at {members:,}")
    yield memory.row("bytes a member all-in, without data", "120")

    allocations = Checks()
    allocations.at_most(get("memory", "allocations_of_set", counter="of_an_update"), 0, "in the set")
    allocations.at_most(get("memory", "allocations_of_participant", counter="of_an_update"), 0, "in a participant")
    yield allocations.row("allocations of an update in steady state", "0")

    delivery = Checks()
    delivery.at_most(get("hub", "publish", sinks=10_000), 10, "ns", ", null mutex")
    delivery.at_most(get("hub", "publish", "presence_real_mutex", sinks=10_000), 10, "ns", ", real mutex")
    few, many = (get("hub", "publish", counter="allocations_per_publish", sinks=n) for n in (1, 10_000))
    delivery.at_most(None if None in (few, many) else many - few, 0, "allocations more than for one sink")
    yield delivery.row("hub delivery to a sink, 10,000 sinks", "10 ns each; the event built once")

    publish = Checks()
    publish.at_most(get("hub", "publish", sinks=1), 150, "ns", ", null mutex")
    publish.at_most(get("hub", "publish", "presence_real_mutex", sinks=1), 150, "ns", ", real mutex")
    publish.at_most(get("memory", "allocations_through_a_hub", counter="to_two_sinks"), 1, "allocation, the batch")
    yield publish.row("a hub's publish to one sink", "150 ns; no allocation but the batch")

    through = Checks()
    through.at_most(get("memory", "allocations_through_a_hub", counter="to_two_participants"), 1,
                    "without data, which takes one more")
    yield through.row("allocations of an update from one participant through a hub to two", "1")

    storm = Checks()
    for operation, name in (("join_storm", "all attached"), ("join_storm_synced", "one by one")):
        for sessions in (100, 1_000):
            storm.ratio_at_most(get("hub", operation, sessions=5_000), get("hub", operation, sessions=sessions), 1.5,
                                f"at {sessions:,} ({name})")
    yield storm.row("join storm: a delivery at 5,000 sessions", "flat (taken as: within 1.5 × that at 100 and 1,000)")

    crowd = Checks()
    for operation in ("enter", "update", "stale_duplicate", "leave", "find_member", "iterate", "unchanged_sync",
                      "clear"):
        crowd.ratio_at_most(get("set", f"crowd_{operation}", members=10_000), get("set", operation, members=10_000), 2,
                            operation.replace("_", " "))
    yield crowd.row("one client id with 10,000 connections", "every operation within 2 × of 10,000 clients")

    timers = Checks()
    few, many = (get("hub", "resume_and_drop", sessions=n, different=1) for n in (1_000, 100_000))
    timers.ratio_at_most(many, few, 1.5, "among 1,000")
    others = get("hub", "resume_and_drop", sessions=100_000, different=100_000)
    if others:
        timers.say(f"{number(many)} ns for both; {number(others)} where it is another session each time, out of the cache")
    yield timers.row("arming and cancelling a grace timer among 100,000", "O(1) (taken as: within 1.5 × among 1,000)")

    cost = Checks()
    more = get("compile_cost", "compile", counter="lines_over_boost", header="presence.hpp")
    cost.at_most(None if more is None else 100 * (more - 1), 10, "% more")
    yield cost.row("preprocessed lines of the umbrella", "at most 10 % more than Boost.Signals2, Container and Unordered alone")

    quick = Checks()
    quickstart, signal = (get("compile_cost", "compile", counter="seconds", header=f"unoptimized/{name}.cpp")
                          for name in ("quickstart", "signal"))
    quick.ratio_at_most(quickstart, signal, 4, "a program with one signal")
    yield quick.row("compiling the quickstart at `-O0`, g++", "4 × a program with one Boost.Signals2 signal (6.7 × before)")
