#!/usr/bin/env python3
"""docs/reliability.md counts and names what there is: mutants, fuzzers, tests. usage: reliability_test.py ROOT"""

import re
import runpy
import sys
from pathlib import Path


def section(text, heading):
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)[1]


def same(what, listed, there):
    yield from (f"docs/reliability.md: {what} {name} is missing" for name in sorted(there - listed))
    yield from (f"docs/reliability.md: there is no {what} {name}" for name in sorted(listed - there))


def rows(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.split("\n") if line.startswith("| `")]


def counted(text, pattern, number):
    found = re.findall(pattern, text)
    if not found:
        yield f"docs/reliability.md does not say any more: {pattern}"
    yield from (f"docs/reliability.md says {n}, there are {number}: {pattern}" for n in found if int(n) != number)


def main(root):
    text = (root / "docs" / "reliability.md").read_text(encoding="utf-8")
    mutants = {mutant[0] for mutant in runpy.run_path(str(root / "tests" / "simulation" / "mutants"))["MUTANTS"]}
    fuzzers = {path.name.removesuffix("_fuzzer.cpp") for path in (root / "tests" / "fuzz").glob("*_fuzzer.cpp")}
    tests = runpy.run_path(str(root / "tests" / "hygiene" / "check.py"))["Tree"](root, "").test_names()
    mutant_rows, fuzzer_rows = rows(section(text, "Mutants")), rows(section(text, "Fuzzers"))
    reports = rows(section(text, "Reports of others, and an attack"))
    caught_by = {name for row in mutant_rows for name in re.findall(r"\w+\.\w+", row[2].split("`")[-1])}
    named = {name for row in reports for name in re.findall(r"`(\w+\.\w+)`", row[2])}

    wrong = [*same("mutant", {row[0].strip("`") for row in mutant_rows}, mutants),
             *same("fuzzer", {row[0].strip("`") for row in fuzzer_rows}, fuzzers),
             *counted(text, r"\(#mutants\): (\d+) mistakes", len(mutants)),
             *counted(text, r"puts each of (\d+) mistakes", len(mutants)),
             *counted(text, r"\(#fuzzers\): (\d+),", len(fuzzers)),
             *(f"docs/reliability.md: there is no test {name}" for name in sorted((caught_by | named) - set(tests)))]
    if not caught_by or not named:
        wrong.append("docs/reliability.md: this test reads its tables wrongly")
    print("\n".join(wrong) if wrong else f"reliability_test: {len(mutants)} mutants, {len(fuzzers)} fuzzers, "
          f"{len(caught_by | named)} tests")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
