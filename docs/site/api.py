#!/usr/bin/env python3
"""The API reference: runs Doxygen over the public headers and makes Markdown pages of what it found.

  api.py --source ROOT --output DIR   writes DIR/index.md, a page for each header, and for whoever builds the site
                                      DIR/symbols.json, where each name is explained ("presence::hub": "fwd.md#hub") and each
                                      header ("presence/fwd.hpp": "fwd.md"), and DIR/pages.json, the pages by theme
  api.py --source ROOT --check        only looks whether every public symbol has a doc comment

Fails, with the places, where Doxygen warns or a public symbol is not documented. Exits with 77 where there is no Doxygen.
Public is what a user may name or call: not namespace detail, not what is private or protected. A destructor, and what is
deleted, need no comment of their own.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from api_model import Model
from api_pages import Pages

SKIPPED = 77


def run_doxygen(root, directory):
    """The directory with the XML. Ends the program where Doxygen has something to say."""
    config = (root / "docs/site/Doxyfile").read_text(encoding="utf-8")
    log = directory / "warnings"
    config += f'\nOUTPUT_DIRECTORY = "{directory}"\nWARN_LOGFILE = "{log}"\n'
    done = subprocess.run(["doxygen", "-"], input=config, text=True, cwd=root, capture_output=True, check=False)
    warnings = log.read_text(encoding="utf-8").strip() if log.is_file() else ""
    if done.returncode != 0 or warnings:
        said = warnings or done.stderr.strip() or f"it exited with {done.returncode}"
        sys.exit(f"api.py: doxygen is not content with the headers:\n{said.replace(f'{root}/', '')}")
    return directory / "xml"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True, metavar="ROOT")
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--output", type=Path, metavar="DIR", help="is emptied first")
    mode.add_argument("--check", action="store_true")
    parser.add_argument("--prose", default="../", metavar="PREFIX", help="the way from DIR to the other pages (../)")
    arguments = parser.parse_args()
    if shutil.which("doxygen") is None:
        print("api.py: skipped, there is no doxygen")
        sys.exit(SKIPPED)
    root = arguments.source.resolve()
    with tempfile.TemporaryDirectory() as directory:
        model = Model(root, run_doxygen(root, Path(directory)))
    if model.complaints:
        print("\n".join(model.complaints))
        sys.exit(f"api.py: {len(model.complaints)} to mend")
    count = sum(1 for _ in model.everything())
    if arguments.check:
        print(f"api.py: {count} public symbols in {len(model.headers)} headers, all documented")
        return
    pages = Pages(model, root, arguments.prose)
    shutil.rmtree(arguments.output, ignore_errors=True)
    for name, text in pages.write().items():
        path = arguments.output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name, content in (("symbols.json", pages.symbols), ("pages.json", pages.themes)):
        (arguments.output / name).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"api.py: {count} public symbols on {len(model.headers)} pages")


if __name__ == "__main__":
    main()
