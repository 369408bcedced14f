#!/usr/bin/env python3
"""docs/options.md has every option with its default. usage: options_test.py ROOT"""

import re
import sys
from pathlib import Path

STRUCTS = (("options.hpp", "presence_options"), ("options.hpp", "hub_options"), ("options.hpp", "hub_limits"),
           ("identity.hpp", "identity"))
BY_ANOTHER_TABLE = ("limits",)


def fields(header, struct):
    """name -> default as the header writes it, of the data members of a struct"""
    body = re.search(rf"^struct {struct} \{{\n(.*?)^\}};", header, re.MULTILINE | re.DOTALL)[1]
    body = re.sub(r"//.*", "", body)
    constants = dict(re.findall(r"static constexpr std::size_t (\w+) = ([^;]+);", body))
    found = {}
    for line in body.split("\n"):
        match = re.fullmatch(r"  (?!static|friend|\[\[)[\w:]+(?:<.*>)? (\w+)( = [^;]+|\{.*\})?;\s*", line)
        if match:
            found[match[1]] = (match[2] or "").strip(" ={}")
    if "data_size" in found:  # said in words: unset means this
        found["data_size"] = constants["default_data_size"]
    return found


def expected(default):
    """How the document writes it, or nothing where it takes words."""
    if default in ("true", "false"):
        return "on" if default == "true" else "off"
    shifted = re.fullmatch(r"std::size_t\{(\d+)\} << (\d+)U?", default)
    if shifted:
        return f"{int(shifted[1]) << int(shifted[2]) >> 20} MiB"
    if re.fullmatch(r"[\d']+", default):
        return f"{int(default.replace(chr(39), '')):,}"
    return None


def main(root):
    document = (root / "docs" / "options.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in document.split("\n") if line.startswith("| `")]
    wrong, seen = [], 0
    for header, struct in STRUCTS:
        members = fields((root / "include" / "presence" / header).read_text(encoding="utf-8"), struct)
        if not members:
            sys.exit(f"{header}: no data members of {struct} that this script can read")
        for name, default in members.items():
            if name in BY_ANOTHER_TABLE:
                continue
            seen += 1
            row = next((row for row in rows if f"`{name}`" in row[0]), None)
            if row is None:
                wrong.append(f"docs/options.md: {struct}::{name} is missing")
                continue
            text = expected(default)
            if struct == "hub_options" and text and re.fullmatch(r"[\d,]+", text) and name != "sync_page":  # milliseconds
                seconds = int(text.replace(",", "")) / 1000
                text = f"{seconds:g} s" if seconds else "0"
            if text == "0" and row[1] == "none":
                text = "none"
            if text == "off" and struct == "identity":
                text = "no"
            if text and not re.search(rf"(^|\W){re.escape(text)}(\W|$)", row[1]):
                wrong.append(f"docs/options.md: {struct}::{name} is {text} by default, and not {row[1]}")
    known = {name for header, struct in STRUCTS
             for name in fields((root / "include" / "presence" / header).read_text(encoding="utf-8"), struct)}
    wrong += [f"docs/options.md: there is no {name}" for row in rows for name in re.findall(r"`(\w+)`", row[0])
              if name not in known]
    print("\n".join(wrong) if wrong else f"options_test: {seen} options, all documented")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
