"""Tables in Markdown."""

import summary as in_short
from goals import number, rows
from results import PEERS

MARKS = {True: "met", False: "**missed**", None: "not all measured"}
RIVALS = ["presence", "presence_real_mutex", "bare_set", "virtual_call", "hand", "boost_map", "naive", *PEERS, "nothing",
          "machine"]
HEADINGS = {"presence": "presence", "presence_real_mutex": "real mutex", "y_protocols": "y-protocols"}


def table(headings, lines):
    text = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    return "\n".join(text + ["| " + " | ".join(line) + " |" for line in lines])


def cell(value):
    return "" if value is None else number(value)


def summary(results):
    reached = [row.met for row in rows(results)]
    return (table(["", "here", *(in_short.HEADINGS[rival] for rival in in_short.RIVALS)], in_short.rows(results)) +
            f"\n\nOf {len(reached)} goals that were set beforehand {reached.count(True)} are met.")


def goals(results):
    lines = [(row.what, row.goal, row.measured, MARKS[row.met]) for row in rows(results)]
    return table(["what", "goal", "measured", ""], lines)


def measured(results, key):
    """Nanoseconds, and how far the repetitions were apart where that is much."""
    spread = results.spread(key)
    return number(results.medians[key]["ns_each"]) + (f" ±{spread:.0%}" if spread > 0.1 else "")


def side_by_side(found):
    """found: what, as a tuple of texts → rival → text. One line for each, one column for each rival."""
    columns = [rival for rival in RIVALS if any(rival in texts for texts in found.values())]
    parts = len(next(iter(found))) if found else 2
    headings = [""] * parts + [HEADINGS.get(rival, f"`{rival}`") for rival in columns]
    return table(headings, [(*what, *(texts.get(rival, "") for rival in columns)) for what, texts in found.items()])


def arguments(key):
    return ", ".join(f"{value:,} {name}" for name, value in key.arguments)


def rivals(results, program, peers=False):
    found = {}
    for source in (program, "peers") if peers else (program,):
        for key in results.keys(source):
            if "ns_each" in results.medians[key]:
                what = (key.operation.replace("_", " "), arguments(key))
                found.setdefault(what, {})[key.rival] = measured(results, key)
    # what only peers were measured at is no comparison
    return side_by_side({what: texts for what, texts in found.items() if not texts.keys() <= set(PEERS)})


def counters(results, program):
    """Everything that was noted, one line for each number."""
    found = {}
    ignored = {"family_index", "per_family_instance_index", "repetitions", "threads", "iterations", "real_time", "cpu_time",
               "ns_each", "repetition_index"}
    for key in results.keys(program):
        for counter, value in results.medians[key].items():
            if isinstance(value, (int, float)) and counter not in ignored:
                what = (key.operation.replace("_", " "), arguments(key), counter.replace("_", " "))
                found.setdefault(what, {})[key.rival] = number(value)
    return side_by_side(found)


def compile_cost(results):
    lines = []
    for key in results.keys("compile_cost"):
        entry = results.medians[key]
        seconds = entry.get("seconds")
        lines.append((f"`{dict(key.arguments)['header']}`", cell(entry.get("lines")), cell(entry.get("files")),
                      "" if seconds is None else f"{seconds:.2f}", cell(entry.get("instantiations")),
                      cell(entry.get("object_bytes"))))
    return table(["", "lines", "files", "seconds", "template instantiations", "bytes of code"], lines)


def conditions(results):
    context = results.contexts["set"]
    caches = ", ".join(f"L{c['level']} {c['size'] // 1024:,} KB" for c in context["caches"] if c["level"] > 1)
    lines = [f"Measured on {context['date'][:10]}: {context['compiler']}, `{context['flags']}`, Boost {context['boost']}; "
             f"{context['machine']}, {context['num_cpus']} cores, {caches}. Medians of 5 repetitions (of 3 where filling a "
             f"set of a million takes seconds), processor time; two threads by the clock. ± where the standard deviation of the "
             f"repetitions is more than a tenth of their mean."]
    peers = results.contexts.get("peers")
    if peers:
        packages = ", ".join(f"{name} {version}" for name, version in peers["packages"].items())
        lines.append(f"Peers: Node {peers['node'].lstrip('v')}, {packages}.")
    return "\n".join(lines)
