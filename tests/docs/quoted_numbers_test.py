#!/usr/bin/env python3
"""Numbers that other pages take from docs/performance.md are those that stand there. usage: quoted_numbers_test.py ROOT"""

import re
import sys
from pathlib import Path

# page -> the columns that it shows, and its rows: first cell -> first cells of the row in docs/performance.md
PAGES = {
    "docs/index.md": (
        ("real mutex", "presence", "`naive`"),
        {
            "update, one listener, batches of 100": ("update", "100,000 members, 100 batch, 1 listeners"),
            "the same, one by one": ("update", "100,000 members, 1 batch, 1 listeners"),
            '"is this user present?"': ("is user present", "100,000 members"),
            "telling one of 10,000 sinks": ("publish", "10,000 sinks"),
            "a member without its data": ("members", "100,000 members", "bytes each"),
        },
    ),
    "docs/guides/server-operator.md": (
        ("real mutex",),
        {
            "session": ("bytes in hub", "", "session"),
            "attachment of a session to a room": ("bytes in hub", "", "attachment"),
            "room that somebody is attached to and nobody in": ("bytes in hub", "", "idle room"),
            "member of a room": ("bytes in hub", "", "member"),
        },
    ),
}
MONTHS = "January February March April May June July August September October November December".split()


def tables(text):
    """The tables of a document, each a list of rows, each a list of cells."""
    found, rows = [], []
    for line in text.split("\n") + [""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows:
            found.append(rows)
            rows = []
    return found


def measured(performance, labels, columns):
    """What the row with these labels says in these columns; one number where it does not tell the two mutexes apart."""
    for rows in tables(performance):
        for row in rows[2:]:
            if tuple(row[:len(labels)]) == labels:
                named = {head: re.sub(r" ±.*", "", cell) for head, cell in zip(rows[0], row) if head}
                return tuple(named.get(column) or named["presence"] for column in columns)
    return None


def main(root):
    root = Path(root)
    performance = (root / "docs/performance.md").read_text(encoding="utf-8")
    wrong = []
    day = re.search(r"Measured on (\d+)-(\d+)-(\d+)", performance)
    if not day:
        wrong.append("docs/performance.md does not say when it was measured")
    elif f"{int(day[3])} {MONTHS[int(day[2]) - 1]} {day[1]}" not in (root / "docs/index.md").read_text(encoding="utf-8"):
        wrong.append(f"docs/index.md does not say that its numbers were {day[0][0].lower()}{day[0][1:]}")
    for page, (columns, rows) in PAGES.items():
        text = (root / page).read_text(encoding="utf-8")
        said = {row[0]: row[1:] for table in tables(text) for row in table[2:]}
        for name, labels in rows.items():
            numbers = tuple(re.sub(r" (ns|bytes)$", "", cell) for cell in said.get(name, ()))
            there = measured(performance, labels, columns)
            if there is None or numbers != there:
                wrong.append(f"{page}, '{name}' says {numbers}, docs/performance.md {there}")
    for each in wrong:
        print(each)
    return bool(wrong)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
