#!/usr/bin/env python3
"""docs/errors.md names every enumerator of errc with its number, and nothing else. usage: errors_test.py ROOT"""

import re
import sys
from pathlib import Path


def enumerators(header):
    """name -> number, of `enum class errc`."""
    body = re.search(r"enum class errc\b[^{]*\{(.*?)\n\};", header, re.DOTALL)
    if not body:
        sys.exit("error.hpp: no enum class errc")
    code = re.sub(r"//.*", "", body[1])
    found = re.findall(r"\b(\w+)\s*=\s*([\d']+)\s*,", code)
    if len(found) != code.count("="):
        sys.exit("error.hpp: an enumerator of errc that this script cannot read")
    return {name: int(number.replace("'", "")) for name, number in found}


def table(document):
    """(number, name) of each row of the table whose first two columns are headed `number` and `errc`."""
    rows, inside = [], False
    for line in document.split("\n"):
        cells = [c.strip() for c in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[:2] == ["number", "`errc`"]:
            inside = True
        elif inside and not re.fullmatch(r":?-+:?", cells[0]):
            rows.append((cells[0], cells[1].strip("`")))
    return rows


def main(root):
    defined = enumerators((Path(root) / "include/presence/error.hpp").read_text(encoding="utf-8"))
    rows = table((Path(root) / "docs/errors.md").read_text(encoding="utf-8"))
    wrong = []
    if not rows:
        wrong.append("docs/errors.md has no table headed `number` and `errc`")
    names = [name for _, name in rows]
    for number, name in rows:
        if name not in defined:
            wrong.append(f"docs/errors.md: there is no errc::{name}")
        elif str(defined[name]) != number:
            wrong.append(f"docs/errors.md: errc::{name} is {defined[name]}, not {number}")
    wrong += [f"docs/errors.md: errc::{name} ({number}) is missing" for name, number in defined.items() if name not in names]
    wrong += [f"docs/errors.md: errc::{name} is there twice" for name in sorted({n for n in names if names.count(n) > 1})]
    numbers = [int(number) for number, _ in rows if number.isdigit()]
    if numbers != sorted(numbers):
        wrong.append("docs/errors.md: the numbers are not in order")
    print("\n".join(wrong) if wrong else f"errors_test: {len(rows)} errors, all documented")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
