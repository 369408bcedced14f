#!/usr/bin/env python3
"""README and docs/packaging.md: each block of lines to copy is tried by a test of tests/packaging, or says why not.

usage: packaging_test.py ROOT
"""

import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
fence = re.compile(r"(?:^<!-- packaging: (.+?) -->\n+)?^```(\w+)\n.*?^```$", re.MULTILINE | re.DOTALL)
scripts = "".join((root / "tests/packaging" / name).read_text(encoding="utf-8")
                  for name in ("CMakeLists.txt", "conan/run"))

faults = []
tried = 0
for document, languages in (("README.md", {"cmake"}), ("docs/packaging.md", {"cmake", "sh", "ini", "py"})):
    variable = {"README.md": "_readme}", "docs/packaging.md": "_page}"}[document]
    for said, language in fence.findall((root / document).read_text(encoding="utf-8")):
        name = said.partition(",")[0]
        if language not in languages or re.match(r"untested, .+", said):
            continue
        if not name:
            faults.append(f"{document}: a block of {language} without a name")
        elif f"{variable}:{name}\"" not in scripts and f"{document}:{name}\"" not in scripts:
            faults.append(f"{document}: no test tries the block {name}")
        tried += 1
if tried < 10:
    faults.append(f"only {tried} blocks were found")
print("\n".join(faults) or f"{tried} blocks, all tried")
sys.exit(1 if faults else 0)
