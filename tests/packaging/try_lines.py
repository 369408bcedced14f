#!/usr/bin/env python3
"""Does what a document tells a user to do, with exactly the document's lines.

usage: try_lines.py DOCUMENT:BLOCK... --dir DIR [--app SOURCE] [--put PATH=FROM]... [--replace OLD NEW]...
                    [--replace_by_sha256_of FILE OLD] [--env NAME=VALUE]... [--include FILE] [-- CMAKE_OPTION...]

A block is what is fenced below the comment `<!-- packaging: BLOCK -->`, or in a text without fences (BLOCK is "usage")
all that is indented. In the empty directory DIR are put what --put says (copies of files and directories) and app.cpp;
then, by the fence's language:
  cmake      the lines of a CMakeLists.txt, between what every project has: a project and a target of an app.cpp
  ini, py    a file, with the name that the comment says: `<!-- packaging: BLOCK, conanfile.txt -->`
  sh         commands, run in DIR one after the other
Without an sh block the project is configured and built here. In the end the program is run.

--replace stands for what a document cannot know, as the address of the archive; each has to be found. --include names a
CMake file to be read ahead of the document's lines.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

FENCED = re.compile(r"^<!-- packaging: ([\w ,.]+?) -->\n+```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks_of(document):
    """BLOCK -> (language, file name or None, lines)"""
    found = {}
    if document.suffix != ".md":
        indented = re.findall(r"^ {4}(.+\n)", document.read_text(encoding="utf-8"), re.MULTILINE)
        return {"usage": ("cmake", None, "".join(indented))}
    for said, language, lines in FENCED.findall(document.read_text(encoding="utf-8")):
        name, _, file = said.partition(", ")
        if name in found:
            sys.exit(f"{document}: there are two blocks {name}")
        found[name] = (language, file or None, lines)
    return found


def project_of(lines, include):
    app = re.search(r"target_link_libraries\((\w+)", lines)[1]
    before = f'include("{include}")\n' if include else ""
    return app, ("cmake_minimum_required(VERSION 3.21)\nproject(consumer LANGUAGES CXX)\n"
                 f"add_executable({app} app.cpp)\n{before}{lines}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("blocks", nargs="+")
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--app", type=Path)
    parser.add_argument("--put", action="append", default=[])
    parser.add_argument("--replace", action="append", nargs=2, default=[])
    parser.add_argument("--replace_by_sha256_of", nargs=2)
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("--include", type=Path)
    own, options = sys.argv[1:], []
    if "--" in own:
        own, options = own[:own.index("--")], own[own.index("--") + 1:]
    arguments = parser.parse_intermixed_args(own)

    blocks = []
    for block in arguments.blocks:
        document, name = block.rsplit(":", 1)
        known = blocks_of(Path(document))
        if name not in known:
            sys.exit(f"{document} has no block {name}")
        blocks.append(known[name])
    replaced = arguments.replace
    if arguments.replace_by_sha256_of:
        file, old = arguments.replace_by_sha256_of
        replaced.append([old, hashlib.sha256(Path(file).read_bytes()).hexdigest()])
    for old, new in replaced:
        if not any(old in lines for *_, lines in blocks):
            sys.exit(f"{arguments.blocks}: there is no '{old}'")
        blocks = [(language, file, lines.replace(old, new)) for language, file, lines in blocks]

    directory = arguments.dir
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for put in arguments.put:
        path, source = put.split("=", 1)
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if Path(source).is_dir() else shutil.copyfile
        copy(source, directory / path)
    if arguments.app:
        shutil.copyfile(arguments.app, directory / "app.cpp")

    environment = os.environ | dict(e.split("=", 1) for e in arguments.env)

    def run(*command):
        print("+", *command, flush=True)
        if subprocess.run(command, cwd=directory, env=environment).returncode:
            sys.exit(f"FAILED: {command}")

    app, commands = "app", []
    for language, file, lines in blocks:
        if language == "sh":
            commands.append(lines)
        elif language == "cmake":
            app, text = project_of(lines, arguments.include)
            (directory / "CMakeLists.txt").write_text(text, encoding="utf-8")
        else:
            (directory / file).write_text(lines, encoding="utf-8")
    for lines in commands:
        run("bash", "-euxo", "pipefail", "-c", lines)
    if not commands:
        run("cmake", "-S", ".", "-B", "build", "-G", "Ninja", *options)
        run("cmake", "--build", "build")
    if arguments.app:
        places = [directory, directory / "build", directory / "build" / "Release"]
        programs = [place / app for place in places if (place / app).is_file()]
        if not programs:
            sys.exit(f"FAILED: no program {app} was built")
        run(str(programs[0]))


if __name__ == "__main__":
    main()
