#!/usr/bin/env python3
"""The shared library exports the functions of its header, each with the version that it has, and nothing else; and the
tests call each of them. usage: exports_test.py NM LIBRARY HEADER VERSION TEST..."""

import re
import subprocess
import sys
from pathlib import Path


def declared(header):
    """The functions that the header marks as exported."""
    code = re.sub(r"//.*", "", header)
    return re.findall(r"^PRESENCE_C_API\s[^;(]*?\b(\w+)\(", code, re.MULTILINE)


def main(nm, library, header, version, *tests):
    functions = declared(Path(header).read_text(encoding="utf-8"))
    command = [nm, "--dynamic", "--defined-only", "--with-symbol-versions", library]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    exported = [line.split(maxsplit=1)[1] for line in lines]
    wanted = [f"A {version}"] + [f"T {name}@@{version}" for name in functions]
    called = "".join(Path(test).read_text(encoding="utf-8") for test in tests)

    wrong = [f"not exported: {each}" for each in sorted(set(wanted) - set(exported))]
    wrong += [f"exported, and not in the header: {each}" for each in sorted(set(exported) - set(wanted))]
    wrong += [f"declared twice: {name}" for name in sorted(set(functions)) if functions.count(name) > 1]
    wrong += [f"no test calls {name}" for name in functions if not re.search(rf"\b{name}\b", called)]
    if not functions:
        wrong.append(f"{header} declares nothing")
    print("\n".join(wrong) if wrong else f"exports_test: {len(functions)} functions of {version}")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
