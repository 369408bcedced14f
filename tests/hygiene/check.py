#!/usr/bin/env python3
"""Rules about the source tree that no compiler checks. usage: check.py RULE ROOT [--compiler CXX]

Prints what breaks the rule and exits with 1; exits with 77 where there is nothing to check yet.
"""

import argparse
import json
import re
import runpy
import subprocess
import sys
from collections import Counter
from pathlib import Path

SKIPPED = 77


def read(path):
    return path.read_text(encoding="utf-8")


class Tree:
    def __init__(self, root, compiler):
        self.root = Path(root)
        self.include = self.root / "include"
        self.headers = sorted(self.include.rglob("*.hpp"))
        self.tests = sorted((self.root / "tests").rglob("*.[ch]pp"))
        self.documents = [p for p in [self.root / "README.md", *sorted((self.root / "docs").rglob("*.md"))] if p.is_file()]
        self.compiler = compiler

    def name(self, path):
        return str(path.relative_to(self.root))

    def test_names(self):
        """suite.name of every test in the sources, as often as it is defined."""
        macro = re.compile(r"\b(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)")
        return Counter(f"{m[1]}.{m[2]}" for path in self.tests + self.headers for m in macro.finditer(read(path)))


def headers_are_short(tree):
    for header in tree.headers:
        lines = read(header).count("\n")
        if lines > 400:
            yield f"{tree.name(header)}: {lines} lines; more than 400 is more than one thing"


def guards_name_their_path(tree):
    for header in tree.headers:
        guard = re.sub(r"\W", "_", str(header.relative_to(tree.include))).upper()
        found = re.search(r"^#ifndef (\w+)\n#define (\w+)$", read(header), re.MULTILINE)
        if not found or {found[1], found[2]} != {guard}:
            yield f"{tree.name(header)}: its include guard should be {guard}"


def one_header_includes_signals2(tree):
    users = [tree.name(h) for h in tree.headers if re.search(r"#\s*include\s*<boost/signals2", read(h))]
    if len(users) != 1:
        yield f"Boost.Signals2 is to be included by one header, not by {len(users)}: {', '.join(users)}"


def core_needs_neither_asio_nor_json(tree):
    """Of what the umbrella really pulls in, not of what the headers seem to include."""
    umbrella = tree.include / "presence" / "presence.hpp"
    if not umbrella.is_file():
        sys.exit(SKIPPED)
    command = [tree.compiler, "-std=c++20", "-M", f"-I{tree.include}", str(umbrella)]
    pulled = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    for part in ("boost/asio", "boost/beast", "boost/json", "msgpack.hpp", "msgpack/", "uv.h", "presence/codec/json", "presence/testing",
                 "presence/asio", "presence/ably", "presence/redis"):
        for path in pulled:
            if f"/{part}" in path:
                yield f"presence/presence.hpp pulls in {path}"
                break
    for header in tree.headers:
        if re.search(r"#\s*include\s*<iostream>", read(header)):
            yield f"{tree.name(header)} includes <iostream>"


def version_of(tree):
    header = read(tree.include / "presence" / "version.hpp")
    return ".".join(re.findall(r"#define PRESENCE_VERSION_(?:MAJOR|MINOR|PATCH) +(\d+)", header))


def vcpkg_manifests(tree):
    return [tree.root / "vcpkg.json", tree.root / "tests/packaging/vcpkg/presence/vcpkg.json"]


def versions_agree(tree):
    version = version_of(tree)
    for path in vcpkg_manifests(tree):
        said = json.loads(read(path))["version"]
        if said != version:
            yield f"{tree.name(path)} says version {said}, version.hpp {version}"
    abi = re.search(r"#define PRESENCE_ABI v(\w+)", read(tree.include / "presence" / "version.hpp"))
    if abi and abi[1] != "_".join(version.split(".")[:2]):
        yield f"PRESENCE_ABI is v{abi[1]}, the version {version}"
    newest = re.search(r"^## \[(\d.*?)\]", read(tree.root / "CHANGELOG.md"), re.MULTILINE)
    if not newest or newest[1] != version:
        yield f"CHANGELOG.md's newest version is {newest and newest[1]}, version.hpp's {version}"
    for path in ("config.yml", "all/conandata.yml"):
        path = tree.root / "tests/packaging/conan-index" / path
        if re.findall(r'^  "(.+)":$', read(path), re.MULTILINE) != [version]:
            yield f"{tree.name(path)} has not exactly version {version}"
    page = tree.root / "docs/packaging.md"
    for said in re.findall(r"\bpresence(?:::v|[-/ ]|/\[~)(\d+[._]\d+(?:\.\d+)?)", read(page)):
        if said.replace("_", ".") not in (version, version.rpartition(".")[0]):
            yield f"{tree.name(page)} says version {said}, version.hpp {version}"


def vcpkg_lists_every_boost_library(tree):
    """Both manifests name exactly the Boost libraries that the headers include, those of JSON under its feature. The
    headers under ably/ need nothing else of Boost."""
    used = {"core": set(), "json": set()}
    for header in tree.headers:
        part = "json" if "json" in header.name or "ably" in header.parts else "core"
        for library in re.findall(r"#\s*include\s*<boost/(\w+)", read(header)):
            used[part].add("boost-" + library.replace("_", "-"))
    used["json"] -= used["core"]
    for path in vcpkg_manifests(tree):
        manifest = json.loads(read(path))
        listed = {"core": manifest, "json": manifest["features"]["json"]}
        for part, libraries in used.items():
            names = [d if isinstance(d, str) else d["name"] for d in listed[part]["dependencies"]]
            names = {n for n in names if n.startswith("boost-")}
            if names != libraries:
                yield f"{tree.name(path)}, {part}: lists {sorted(names)}, the headers include {sorted(libraries)}"


def links_lead_somewhere(tree):
    for document in tree.documents:
        text = re.sub(r"^```.*?^```", "", read(document), flags=re.MULTILINE | re.DOTALL)
        text = re.sub(r"`[^`\n]*`", "", text)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            if re.match(r"[a-z]+:", path):
                continue
            file = document if not path else document.parent / path
            if not file.exists():
                yield f"{tree.name(document)}: {target} leads nowhere"
            elif anchor and file.suffix == ".md" and anchor not in anchors(read(file)):
                yield f"{tree.name(document)}: {target}: there is no such heading"
    for source in tree.headers + tree.tests:
        for page in set(re.findall(r"\bdocs/[\w/]+\.md\b", read(source))):
            if not (tree.root / page).is_file():
                yield f"{tree.name(source)} refers to {page}, which does not exist"


def anchors(text):
    """The anchors that the usual Markdown renderers give to headings."""
    headings = re.findall(r"^#+ +(.*?) *$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", h).lower()).replace(" ", "-") for h in headings}


def tests_do_not_sleep(tree):
    for path in tree.tests:
        for number, line in enumerate(read(path).split("\n"), 1):
            if re.search(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b", line):
                yield f"{tree.name(path)}:{number}: time in tests comes from a clock that the test moves"


def test_names_are_unique(tree):
    for name, times in tree.test_names().items():
        if times > 1:
            yield f"{name} is defined {times} times; a clause table or a filter could not tell which is meant"


def test_files_have_a_namespace(tree):
    """Several test files make one translation unit: what unit/hub/resume_test.cpp defines is in hub_resume_test."""
    for path in tree.tests:
        if not path.name.endswith("_test.cpp"):
            continue
        name = f"{path.parent.name}_{path.stem}"
        if not re.search(rf"^namespace (\w+::)*{name} \{{$", read(path), re.MULTILINE):
            yield f"{tree.name(path)}: what it defines should be in a namespace that ends with {name}"


def every_clause_names_a_test(tree):
    """The table of docs/semantics.md whose last column names tests: each is defined, and no clause goes without."""
    document = tree.root / "docs" / "semantics.md"
    if not document.is_file():
        sys.exit(SKIPPED)
    defined = tree.test_names()
    in_table = False
    seen = 0
    for number, line in enumerate(read(document).split("\n"), 1):
        cells = [c.strip() for c in line.strip().strip("|").split("|")] if line.strip().startswith("|") else []
        if not cells:
            in_table = False
        elif re.match(r"tests?\b", cells[-1], re.IGNORECASE):
            in_table = True
        elif in_table and not re.fullmatch(r":?-+:?", cells[-1]):
            names = re.findall(r"`([^`]+)`", cells[-1])
            seen += 1
            if not names:
                yield f"docs/semantics.md:{number}: '{cells[0]}' names no test"
            for name in names:
                if name not in defined:
                    yield f"docs/semantics.md:{number}: there is no test {name}"
    if not seen:
        yield "docs/semantics.md has no table whose last column is headed 'Test'"


def hashes_have_a_seed(tree):
    """A hash without a seed lets whoever chooses the keys choose a million that collide."""
    for header in tree.headers:
        if "testing" in header.parts or "participant" in header.parts:
            continue  # keys of a test, and those that a hub has let pass: its members' client ids
        text = re.sub(r"\s+", " ", re.sub(r"//.*", "", read(header)))
        for found in re.finditer(r"unordered_(?:flat_|node_)?(?:multi)?(?:map|set)< ?(?:const )?std::(?:string|string_view|pair)\b", text):
            declared = text[found.start():text.index(";", found.start())]
            if "seeded_hash" not in declared:
                yield f"{tree.name(header)}: {declared[:60]}…: texts from outside want the seeded_hash of detail/util/hash.hpp"


def mutants_apply(tree):
    """tests/simulation/mutants changes lines by their text: where that is gone, a check is missing and nobody notices."""
    script = runpy.run_path(str(tree.root / "tests" / "simulation" / "mutants"))
    for name, _, header, old, *_ in script["MUTANTS"]:
        text = read(tree.root / "include" / "presence" / header)
        for line in [old] if isinstance(old, str) else old:
            if line not in text:
                yield f"{name}: {header} has no line: {line}"


RULES = [headers_are_short, guards_name_their_path, one_header_includes_signals2, core_needs_neither_asio_nor_json,
         versions_agree, vcpkg_lists_every_boost_library, links_lead_somewhere, tests_do_not_sleep,
         test_names_are_unique, test_files_have_a_namespace, every_clause_names_a_test, hashes_have_a_seed,
         mutants_apply]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rule", choices=[rule.__name__ for rule in RULES])
    parser.add_argument("root")
    parser.add_argument("--compiler", default="c++")
    arguments = parser.parse_args()
    rule = next(r for r in RULES if r.__name__ == arguments.rule)
    broken = list(rule(Tree(arguments.root, arguments.compiler)))
    print("\n".join(broken) if broken else f"{arguments.rule}: yes")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
