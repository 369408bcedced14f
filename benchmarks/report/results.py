"""The results of a run: what the programs and the peers wrote, by name."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"(?P<operation>[\w.]+)(?:<(?P<rival>\w+)>)?(?P<arguments>(?:/.*)?)$")
PEERS = ("ably", "y_protocols", "phoenix")
NOT_ARGUMENTS = {"iterations", "repeats", "min_time"}
ARGUMENT = re.compile(r"/(\w+):(.*?)(?=/\w+:|$)")  # a value may hold a slash


@dataclass(frozen=True)
class Key:
    program: str
    operation: str
    rival: str
    arguments: tuple  # of (name, value), in the order in which they were given


class Results:
    """Medians. A number is asked for by program, operation, rival and arguments; None where it was not measured."""

    def __init__(self, directory):
        self.contexts = {}
        self.medians = {}
        self.spreads = {}
        for path in sorted(Path(directory).glob("*.json")):
            self._read(path)

    def _read(self, path):
        document = json.loads(path.read_text(encoding="utf-8"))
        self.contexts[path.stem] = document["context"]
        for entry in document["benchmarks"]:
            if entry.get("error_occurred"):
                raise SystemExit(f"{path.name}: {entry['name']}: {entry.get('error_message')}")
            if entry["aggregate_name"] not in ("median", "cv"):
                continue
            match = NAME.fullmatch(entry["run_name"])
            if match is None:
                raise SystemExit(f"{path.name}: a name that is not operation<rival>/argument:value: {entry['run_name']}")
            arguments = tuple((name, int(value) if value.isdigit() else value)
                              for name, value in ARGUMENT.findall(match["arguments"].replace("/real_time", ""))
                              if name not in NOT_ARGUMENTS)
            key = Key(path.stem, match["operation"], match["rival"] or "presence", arguments)
            (self.medians if entry["aggregate_name"] == "median" else self.spreads)[key] = entry

    def get(self, program, operation, rival="presence", counter="ns_each", **arguments):
        """The first result that has these arguments, perhaps among others. A counter that it lacks is a mistake."""
        for key, entry in self.medians.items():
            if (key.program, key.operation, key.rival) == (program, operation, rival):
                if arguments.items() <= dict(key.arguments).items():
                    return entry[counter]
        return None

    def spread(self, key):
        """Standard deviation over mean of the repetitions."""
        return self.spreads.get(key, {}).get("ns_each", 0)

    def keys(self, program):
        return [key for key in self.medians if key.program == program]
