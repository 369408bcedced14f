#!/usr/bin/env python3
"""The rules that documents refer to are there, and in the section that a link leads to. usage: clauses_test.py ROOT

Rules are numbered in docs/semantics.md (S, O, W, R, P, H, D) and, as T, by the list in docs/threads.md, "What holds".
"""

import re
import sys
from pathlib import Path

RULE = re.compile(r"\b([SOWRPHDT])(\d{1,2})\b(?: to \1?(\d{1,2})\b)?")


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def rules_by_section(text):
    """anchor -> rules whose table row stands below that heading, those of its subsections included"""
    found, open_headings = {}, []
    for line in text.split("\n"):
        heading = re.match(r"(#+) +(.*?) *$", line)
        row = re.match(r"\| ([SOWRPHD]\d+) \|", line)
        if heading:
            level = len(heading[1])
            open_headings = [h for h in open_headings if h[0] < level] + [(level, anchor(heading[2]))]
        elif row:
            for _, name in open_headings:
                found.setdefault(name, set()).add(row[1])
    return found


def named(text):
    """Rules that a text names; `S1 to S4` and `W1 to 8` are all in between, too."""
    for letter, first, last in RULE.findall(text):
        for number in range(int(first), int(last or first) + 1):
            yield f"{letter}{number}"


def prose(text):
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^<!--.*?-->", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def main(root):
    semantics = (root / "docs" / "semantics.md").read_text(encoding="utf-8")
    sections = rules_by_section(semantics)
    threads = (root / "docs" / "threads.md").read_text(encoding="utf-8")
    held = re.search(r"^## What holds\n(.*?)^## ", threads, re.MULTILINE | re.DOTALL)[1]
    defined = set().union(*sections.values()) | {f"T{number}" for number in re.findall(r"^(\d+)\. ", held, re.MULTILINE)}
    wrong, seen = [], 0
    for document in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        name = document.relative_to(root)
        text = prose(document.read_text(encoding="utf-8"))
        for rule in named(text):
            seen += 1
            if rule not in defined:
                wrong.append(f"{name}: there is no rule {rule}")
        for words, page, where in re.findall(r"\[([^\]]*)\]\(([^)#\s]*)#([^)\s]+)\)", text):
            target = document if not page else (document.parent / page).resolve()
            if target.name == "semantics.md" and where in sections:
                wrong += [f"{name}: {rule} is not in semantics.md#{where}" for rule in named(words)
                          if rule not in sections[where]]
    if not seen:
        wrong.append("no document names a rule: this test reads them wrongly")
    print("\n".join(dict.fromkeys(wrong)) if wrong else f"clauses_test: {seen} references to {len(defined)} rules")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]).resolve()))
