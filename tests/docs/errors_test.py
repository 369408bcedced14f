#!/usr/bin/env python3
"""docs/errors.md names every enumerator of errc with its number, and nothing else; who gives it, as the headers do; and
which errors are temporary. usage: errors_test.py ROOT"""

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


def side(header):
    """The letter by which the document calls whoever makes the errors of a header."""
    if header.startswith("codec/"):
        return "C"
    if header in ("message_id.hpp", "sync_cursor.hpp", "shared_data.hpp", "result.hpp"):
        return "V"
    if "participant" in header or header in ("basic_presence.hpp", "detail/util/attempt.hpp"):
        return "P"
    return "H"


def makers(include):
    """name -> the sides whose headers make this error; where it is only compared with is left out."""
    made = {}
    for path in sorted(include.rglob("*.hpp")):
        header = path.relative_to(include).as_posix()
        if header == "error.hpp" or header.startswith("testing/"):
            continue
        code = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
        for compared, name in re.findall(r"(case |[=!]= |)(?<!std::)\berrc::(\w+)", code):
            if not compared:
                made.setdefault(name, set()).add(side(header))
    return made


def temporary(header):
    body = re.search(r"bool is_temporary\(.*?\n\}", header, re.DOTALL)[0]
    return set(re.findall(r"case errc::(\w+):", body))


def table(document):
    """The cells of each row of the table whose first two columns are headed `number` and `errc`."""
    rows, inside = [], False
    for line in document.split("\n"):
        cells = [c.strip() for c in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[:2] == ["number", "`errc`"]:
            inside = True
        elif inside and not re.fullmatch(r":?-+:?", cells[0]):
            rows.append((cells[0], cells[1].strip("`"), *cells[2:]))
    return rows


def main(root):
    include = Path(root) / "include" / "presence"
    header = (include / "error.hpp").read_text(encoding="utf-8")
    document = (Path(root) / "docs/errors.md").read_text(encoding="utf-8")
    defined = enumerators(header)
    rows = table(document)
    wrong = []
    if not rows:
        wrong.append("docs/errors.md has no table headed `number` and `errc`")
    names = [name for _, name, *_ in rows]
    for number, name, *rest in rows:
        if name not in defined:
            wrong.append(f"docs/errors.md: there is no errc::{name}")
        elif str(defined[name]) != number:
            wrong.append(f"docs/errors.md: errc::{name} is {defined[name]}, not {number}")
    wrong += [f"docs/errors.md: errc::{name} ({number}) is missing" for name, number in defined.items() if name not in names]
    wrong += [f"docs/errors.md: errc::{name} is there twice" for name in sorted({n for n in names if names.count(n) > 1})]
    wrong += [f"docs/errors.md: errc::{name}: meaning, giver or advice is missing" for _, name, *rest in rows
              if len(rest) != 3 or not all(rest)]
    given_by = {name: rest[1] for _, name, *rest in rows if len(rest) == 3}
    wrong += [f"docs/errors.md: errc::{name} is given by {letter}, too" for name, letters in makers(include).items()
              for letter in sorted(letters) if not re.search(rf"\b{letter}:", given_by.get(name, ""))]
    said = re.search(r"what `is_temporary\(error\)` says:(.*?)lack of memory", document, re.DOTALL)
    if not said or set(re.findall(r"`(\w+)`", said[1])) != temporary(header):
        wrong.append(f"docs/errors.md does not say that these are temporary: {', '.join(sorted(temporary(header)))}")
    numbers = [int(number) for number, *_ in rows if number.isdigit()]
    if numbers != sorted(numbers):
        wrong.append("docs/errors.md: the numbers are not in order")
    print("\n".join(wrong) if wrong else f"errors_test: {len(rows)} errors, all documented")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
