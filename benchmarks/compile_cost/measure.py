#!/usr/bin/env python3
"""What the headers cost whoever includes them.

  measure.py --check BUDGET    fails where a header pulls in more than its budget says (no compiling; seconds)
  measure.py --renew BUDGET    writes the budget anew, from what is there
  measure.py --report OUT.json measures lines, seconds, object code and instantiations, for the record (minutes)

A line is one that `CXX -std=c++20 -E` prints, unless it is empty or says where the next ones come from. The budget is
of what a header pulls in that is not this library's own: own lines may grow, but somebody else's header is noticed.
Own lines count in the rule about the umbrella: at most a tenth more than the parts of Boost that it stands on.
"""

import argparse
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

SKIPPED = 77
HERE = Path(__file__).resolve().parent
INCLUDE = HERE.parents[1] / "include"
EXAMPLES = HERE.parents[1] / "docs/examples"
PREPROCESS = ["-std=c++20", "-E"]
COMPILE = ["-std=c++20", "-O2", "-c"]

UMBRELLA = "presence.hpp"
BASELINE = "baseline/boost.cpp"
MOST_OVER_BASELINE = 1.10

# What a developer waits for most often: without optimization, in turns, so that both have the same machine.
UNOPTIMIZED = {"unoptimized/quickstart.cpp": EXAMPLES / "quickstart.cpp",
               "unoptimized/signal.cpp": HERE / "baselines/signal.cpp"}

# A budget's slack: a header of the C library more or less, or a few small ones. Those of the C++ library that are worth
# noticing are larger: <span> has 330 lines, <charconv> 490, <deque> 2,400, <random> 6,300.
ALLOWANCE = {"lines": 200, "files": 5}

# What users begin with is compiled three times for the report, the rest once, as it takes minutes.
TIMED = [UMBRELLA, "member_set.hpp", "basic_presence.hpp", "basic_hub.hpp", "subscription.hpp", "codec/json.hpp",
         "fwd.hpp", "message.hpp"]


def run(command, source=None):
    done = subprocess.run(command, input=source, capture_output=True, text=True, errors="replace")
    if done.returncode:
        first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip())
        sys.exit(f"{' '.join(map(str, command))}: {first}")
    return done.stdout


class Counted:
    """What one file makes the compiler read, by the file that it comes from."""

    def __init__(self, preprocessed):
        self.by_file = Counter()
        file = None
        for line in preprocessed.splitlines():
            marker = re.match(r'# \d+ "(.*?)"', line)
            if marker:
                file = marker[1]
                if not file.startswith("<"):  # <built-in>, <command-line>, <stdin>
                    self.by_file[file] += 0
            elif line.strip():
                self.by_file[file] += 1
        self.lines = sum(self.by_file.values())
        self.files = len(self.by_file)

    def foreign(self):
        """The part that is not this library's own."""
        own = f"{INCLUDE}/"
        return Counter({f: n for f, n in self.by_file.items() if not f.startswith(own)})


class Costs:
    def __init__(self, compiler, include):
        self.compiler = compiler
        self.include = [f"-I{directory}" for directory in dict.fromkeys([str(INCLUDE), *include])]
        headers = [h for d in ("", "codec", "testing") for h in (INCLUDE / "presence" / d).glob("*.hpp")]
        self.headers = sorted(str(h.relative_to(INCLUDE / "presence")) for h in headers)
        self.uses = [f"use/{p.name}" for p in sorted((HERE / "uses").glob("*.cpp"))]
        self.baselines = [f"baseline/{p.name}" for p in sorted((HERE / "baselines").glob("*.cpp"))]

    def source(self, name):
        """The header in a file of its own, or the file."""
        if name in UNOPTIMIZED:
            return UNOPTIMIZED[name].read_text(encoding="utf-8")
        kind, _, file = name.partition("/")
        if kind in ("use", "baseline"):
            return (HERE / f"{kind}s" / file).read_text(encoding="utf-8")
        return f"#include <presence/{name}>\n"

    def count(self, name):
        return Counted(run([self.compiler, *PREPROCESS, *self.include, "-x", "c++", "-"], self.source(name)))

    def count_all(self, names):
        with ThreadPoolExecutor(2) as two:
            return dict(zip(names, two.map(self.count, names)))

    def versions(self):
        """All that decides what the headers of others hold."""
        source = "#include <boost/version.hpp>\n#include <cstdlib>\n"
        macros = run([self.compiler, *PREPROCESS, "-dM", *self.include, "-x", "c++", "-"], source)
        macros = dict(re.findall(r"^#define (\w+) (.*)$", macros, re.MULTILINE))
        compiler = "clang" if "__clang__" in macros else "g++"
        libc = f"{macros['__GLIBC__']}.{macros['__GLIBC_MINOR__']}" if "__GLIBC__" in macros else "?"
        return {
            "compiler": f"{compiler} {re.search(r'[0-9][0-9.]*', macros['__VERSION__'])[0]}",
            "boost": macros["BOOST_LIB_VERSION"].strip('"').replace("_", "."),
            "glibc": libc,
            "target": run([self.compiler, "-dumpmachine"]).strip(),
        }

    def compile(self, compiler, name, output, flags=()):
        """The processor time that it took, in seconds: other work on the machine disturbs the time of day more."""
        before = getrusage(RUSAGE_CHILDREN)
        run([compiler, *COMPILE, *flags, *self.include, "-x", "c++", "-", "-o", str(output)], self.source(name))
        after = getrusage(RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def includes():
    """The headers of others that ours include themselves, and one of ours that does."""
    found = {}
    for header in sorted(INCLUDE.rglob("*.hpp"), reverse=True):
        text = header.read_text(encoding="utf-8")
        for other in re.findall(r"^ *# *include *<(?!presence/)(.+?)>", text, re.MULTILINE):
            found[other] = header.relative_to(INCLUDE)
    return dict(sorted(found.items()))


def over_baseline(counts):
    return counts[UMBRELLA].lines / counts[BASELINE].lines


def check(costs, path):
    budget = json.loads(path.read_text(encoding="utf-8"))
    versions = costs.versions()
    if versions != budget["counted_with"]:
        told = [", ".join(f"{k} {v}" for k, v in v.items()) for v in (versions, budget["counted_with"])]
        print(f"skipped: this is {told[0]}; the budget was counted with {told[1]}, and their headers differ")
        sys.exit(SKIPPED)
    counts = costs.count_all([BASELINE, *costs.headers])
    broken = []
    for name in costs.headers:
        foreign = counts[name].foreign()
        allowed = budget["headers"].get(name)
        if allowed is None:
            broken.append(f"presence/{name}: has no budget")
            continue
        for what, found in (("lines", sum(foreign.values())), ("files", len(foreign))):
            if found > allowed[what] + budget["allowance"][what]:
                broken.append(f"presence/{name}: pulls in {found:,} {what} of others, {found - allowed[what]:,} more "
                              f"than its budget; {budget['allowance'][what]} more are allowed")
                break
    broken += [f"presence/{name}: has a budget but does not exist" for name in budget["headers"] if name not in counts]
    over = over_baseline(counts)
    umbrella = (f"presence/{UMBRELLA}: {counts[UMBRELLA].lines:,} lines, {over - 1:.1%} over the "
                f"{counts[BASELINE].lines:,} of Boost.Signals2, Container and Unordered alone")
    if over > MOST_OVER_BASELINE:
        broken.append(f"{umbrella}; at most {MOST_OVER_BASELINE - 1:.0%} is allowed")
    print("\n".join(broken) if broken else f"{umbrella}; {len(costs.headers)} headers within their budgets")
    if broken:
        new = {other: header for other, header in includes().items() if other not in budget["includes"]}
        print("\n".join(f"new since the budget: <{other}>, in {header}" for other, header in new.items()))
        print(f"if that is meant: {Path(sys.argv[0]).name} --renew {path}")
    sys.exit(1 if broken else 0)


def renew(costs, path):
    counts = costs.count_all([BASELINE, *costs.headers])
    foreign = {name: counts[name].foreign() for name in costs.headers}
    headers = {name: {"lines": sum(f.values()), "files": len(f)} for name, f in foreign.items()}
    rows = ",\n".join(f"    {json.dumps(name)}: {json.dumps(cost)}" for name, cost in headers.items())
    path.write_text(f'{{\n  "counted_with": {json.dumps(costs.versions())},\n'
                    f'  "allowance": {json.dumps(ALLOWANCE)},\n'
                    f'  "includes": {json.dumps(list(includes()))},\n'
                    f'  "headers": {{\n{rows}\n  }}\n}}\n', encoding="utf-8")
    print(f"{path}: {len(headers)} headers; the umbrella is {over_baseline(counts) - 1:.1%} over Boost alone")


def instantiations(costs, clang, name, output):
    """How many classes and functions clang instantiates, and for how many seconds. One may cause another, and that time
    counts once. The trace has the time of day, which gives their share in the processor time. (clang 14 writes no trace
    if the driver knows that nothing is to be generated.)"""
    flags = ["-Xclang", "-fsyntax-only", "-ftime-trace", "-ftime-trace-granularity=0"]
    seconds = costs.compile(clang, name, output, flags)
    trace = output.with_suffix(".json").read_bytes()  # 15 MB, but each event is in one piece
    event = r'"ts":(\d+),"dur":(\d+),"name":"(?:%s)"'
    spans = sorted((int(at), int(at) + int(took)) for at, took in
                   re.findall((event % "InstantiateClass|InstantiateFunction").encode(), trace))
    total = until = 0
    for begin, end in spans:
        total += max(0, end - max(begin, until))
        until = max(until, end)
    whole = int(re.search((event % "ExecuteCompiler").encode(), trace)[2])
    return {"instantiations": len(spans), "instantiation_seconds": round(seconds * total / whole, 3)}


def object_bytes(file):
    """Code and data, without what is for the linker and the debugger."""
    text, data, bss = run(["size", str(file)]).splitlines()[1].split()[:3]
    return int(text) + int(data) + int(bss)


def unoptimized(costs, output):
    times = {name: [] for name in UNOPTIMIZED}
    for _ in range(5):
        for name in UNOPTIMIZED:
            times[name].append(costs.compile(costs.compiler, name, output, ["-O0"]))
    return {name: round(statistics.median(seconds), 3) for name, seconds in times.items()}


def report(costs, path, clang):
    names = [*costs.headers, *costs.uses, *costs.baselines, *UNOPTIMIZED]
    counts = costs.count_all(names)
    measured = {name: {"lines": counts[name].lines, "files": counts[name].files} for name in names}
    measured[UMBRELLA]["lines_over_boost"] = round(over_baseline(counts), 4)
    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory) / "out.o"
        for name, seconds in unoptimized(costs, output).items():
            measured[name]["seconds"] = seconds
            print(f"{name}: {seconds} seconds", flush=True)
        for name in [name for name in names if name not in UNOPTIMIZED]:  # one at a time, and nothing else meanwhile
            often = 3 if name in TIMED or name not in costs.headers else 1
            times = [costs.compile(costs.compiler, name, output) for _ in range(often)]
            measured[name]["seconds"] = round(statistics.median(times), 3)
            if name in costs.uses:
                measured[name]["object_bytes"] = object_bytes(output)
            if clang is not None:
                measured[name].update(instantiations(costs, clang, name, output))
            print(f"{name}: {', '.join(f'{value:,} {what}' for what, value in measured[name].items())}", flush=True)
    if clang is None:
        print("instantiations were not counted: there is no clang++")
    benchmarks = [{"name": f"compile/header:{name}", "run_name": f"compile/header:{name}", "run_type": "aggregate",
                   "aggregate_name": "median", **found} for name, found in measured.items()]
    context = {**costs.versions(), "flags": " ".join(COMPILE), "clang": clang}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"context": context, "benchmarks": benchmarks}, indent=2) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--check", type=Path, metavar="BUDGET")
    mode.add_argument("--renew", type=Path, metavar="BUDGET")
    mode.add_argument("--report", type=Path, metavar="OUT.json")
    parser.add_argument("--compiler", default="g++", metavar="CXX")
    parser.add_argument("--include", nargs="*", default=[], metavar="DIR", help="where others' headers are")
    parser.add_argument("--clang", default=shutil.which("clang++-14") or shutil.which("clang++"), metavar="CXX",
                        help="counts instantiations")
    arguments = parser.parse_args()
    costs = Costs(arguments.compiler, arguments.include)
    if arguments.check:
        check(costs, arguments.check)
    elif arguments.renew:
        renew(costs, arguments.renew)
    else:
        report(costs, arguments.report, arguments.clang)


if __name__ == "__main__":
    main()
