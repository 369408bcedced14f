#!/usr/bin/env python3
"""The summary in front of docs/performance.md says what its long tables say. usage: performance_test.py ROOT

Both are written by ./dev bench, but the document may be edited by hand, or one part of it be taken from another run.
"""

import re
import sys
from pathlib import Path

UNITS = {"ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9, "bytes": 1}
OF_ONE_CLIENT = 6  # the lines in front, of which the document says that nobody is faster


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def tables(document):
    """name of the generated block -> (headings, rows), of those that hold a table"""
    found = {}
    for name, text in re.findall(r"<!-- generated: (\w+) -->\n(.*?)<!-- end -->", document, re.DOTALL):
        lines = [line for line in text.split("\n") if line.startswith("|")]
        if lines:
            found[name] = (cells(lines[0]), [cells(line) for line in lines[2:]])
    return found


def plain(text):
    """A number as the tables write it: `1,737`, `26.2 million`, `196 ±12%`."""
    match = re.fullmatch(r"([\d.,]+)( million)?( ±\d+%)?", text)
    return float(match[1].replace(",", "")) * (1e6 if match[2] else 1)


def with_unit(text):
    value, unit = re.fullmatch(r"(.+) (\S+)", text).groups()
    return plain(value) * UNITS[unit]


def in_table(line, heading, table):
    """What the long table says, or none where it says nothing."""
    headings, rows = table
    if heading not in headings:
        return None
    wanted = [f"{value:,} {name}" for name, value in line.arguments.items()]
    for row in rows:
        has = row[0] == line.operation.replace("_", " ") and set(wanted) <= set(row[1].split(", "))
        if has and (line.counter == "ns_each" or row[2] == line.counter.replace("_", " ")):
            text = row[headings.index(heading)]
            return plain(text) * line.times if text else None
    sys.exit(f"docs/performance.md: the table '{line.program}' has no line for '{line.what}'")


def differences(summary, lines, headings, found):
    if [row[0] for row in summary[1]] != [line.what for line in lines]:
        yield "docs/performance.md: the summary has other lines than benchmarks/report/summary.py"
        return
    for line, row in zip(lines, summary[1]):
        ours = "real mutex" if line.ours == "presence_real_mutex" else "presence"
        for heading, text in zip([ours, *headings], row[1:]):
            long = in_table(line, heading, found[line.program])
            if (long is None) != (text == ""):
                yield f"docs/performance.md: '{line.what}', {heading}: only one of summary and table has a number"
            elif text and abs(with_unit(text) / long - 1) > 0.01:  # both are rounded
                yield f"docs/performance.md: '{line.what}', {heading}: {text} in front, {long:g} in the table"
    for line, row in list(zip(lines, summary[1]))[:OF_ONE_CLIENT]:
        if row[1] and any(text and with_unit(text) <= with_unit(row[1]) for text in row[2:]):
            yield f"docs/performance.md: '{line.what}' does not cost less than with any other, as the text says"


def main(root):
    sys.path.insert(0, str(root / "benchmarks" / "report"))
    import summary  # noqa: E402  (found in the tree that is checked)

    document = (root / "docs" / "performance.md").read_text(encoding="utf-8")
    found = tables(document)
    headings = [summary.HEADINGS[rival] for rival in summary.RIVALS]
    wrong = list(differences(found["summary"], summary.LINES, headings, found))
    reached = [row[-1] for row in found["goals"][1]]
    sentence = f"Of {len(reached)} goals that were set beforehand {reached.count('met')} are met."
    if sentence not in document:
        wrong.append(f"docs/performance.md should say: {sentence}")
    print("\n".join(wrong) if wrong else f"performance_test: {len(summary.LINES)} lines in front, as in the tables")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.dont_write_bytecode = True
    sys.exit(main(Path(sys.argv[1])))
