#!/usr/bin/env python3
"""What a document shows as a program's output is what the program is known to print. usage: outputs_test.py ROOT

A block below the line `<!-- output: PATH -->` is, word for word, the file PATH, or a part of it.
"""

import re
import sys
from pathlib import Path


def outputs(text):
    """(path, block) of each block that claims to be an output; the block is None where none follows."""
    for claim in re.finditer(r"^<!-- output: (\S+) -->\n(?:```\w*\n(.*?)^```$)?", text, re.MULTILINE | re.DOTALL):
        yield claim[1], claim[2]


def main(root):
    root = Path(root)
    wrong, seen = [], 0
    for document in sorted((root / "docs").rglob("*.md")):
        text = document.read_text(encoding="utf-8")
        claims = list(outputs(text))
        name = document.relative_to(root)
        if len(claims) != text.count("<!-- output:"):
            wrong.append(f"{name}: an output that is not said as outputs_test.py wants it")
        for path, block in claims:
            seen += 1
            file = root / path
            if not file.is_file():
                wrong.append(f"{name}: there is no {path}")
            elif not block or block not in file.read_text(encoding="utf-8"):
                wrong.append(f"{name}: what it shows of {path} is not what stands there")
    if not seen:
        wrong.append("no document shows an output")
    for each in wrong:
        print(each)
    return bool(wrong)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
