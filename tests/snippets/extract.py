#!/usr/bin/env python3
"""Turns the C++ in the documents into programs, so that the build compiles what the reader reads.

usage: extract.py ROOT OUTPUT_DIR DOCUMENT...     (documents are paths below ROOT)

Prints one line `NAME;SOURCE;KIND;JSON` per generated program: KIND is `run` for a whole program, `compile` for fragments,
JSON is 1 if it needs presence::json. Sources are written only when they change, and #line directives make the compiler
speak of the document's lines.

A block fenced with ```cpp is:
  - a program of its own if it has `int main`: compiled and run;
  - otherwise a fragment: the fragments of one document make one translation unit, each in a function of its own, after all
    of the document's #includes and <presence/presence.hpp>.

An HTML comment right above the block changes that; several may be given, separated by commas:
  <!-- snippet: namespace -->       the fragment stands at namespace scope; later blocks of the document see it
  <!-- snippet: continues -->       the fragment goes on in the function of the fragment before it
  <!-- snippet: json -->            the program needs presence::json
  <!-- snippet: file=PATH -->       the block is literally a part of PATH, which is compiled elsewhere; only that is checked;
                                    blocks in other languages may have it too, and those in C and Python have to
  <!-- snippet: skip REASON -->     not C++ that can stand alone; the reason is not optional
  <!-- snippet: hidden              code that the compiler needs before the block and the reader does not
  CODE
  -->
"""

import re
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

KNOWN = ("namespace", "continues", "json", "file", "skip")
QUOTED = ("c", "python")  # languages whose blocks are parts of files that the tests run


class SnippetError(Exception):
    pass


@dataclass
class Block:
    document: str
    line: int  # of its first line of code
    code: str
    words: dict = field(default_factory=dict)  # directive -> argument
    hidden: str = ""
    hidden_line: int = 0

    def __str__(self):
        return f"{self.document}:{self.line - 1}"

    @property
    def is_program(self):
        return re.search(r"^\s*int main\(", self.code, re.MULTILINE) is not None


def parse_directives(text, where):
    words = {}
    for part in text.split(","):
        word, _, argument = part.strip().partition("=")
        if not argument:
            word, _, argument = word.partition(" ")
        if word not in KNOWN:
            raise SnippetError(f"{where}: unknown snippet directive '{word}'")
        if word == "skip":  # the reason may hold commas
            argument = text.strip()[len("skip"):].strip()
            if not argument:
                raise SnippetError(f"{where}: 'snippet: skip' without a reason")
            return {**words, "skip": argument}
        words[word] = argument.strip()
    return words


def blocks_of(document, text):
    """The ```cpp blocks of a document, and those in other languages that are parts of files, with what the comments above
    them say."""
    words, hidden, hidden_line = {}, "", 0
    lines = text.split("\n")
    i = 0
    while i < len(lines):
        line = lines[i].strip()
        where = f"{document}:{i + 1}"
        comment = re.match(r"<!--\s*snippet:\s*(.*?)\s*(-->)?$", line)
        fence = re.match(r"(```+|~~~+)\s*(\w*)", line)
        if comment and comment[1] == "hidden" and not comment[2]:
            end = next((j for j in range(i, len(lines)) if lines[j].strip() == "-->"), None)
            if end is None:
                raise SnippetError(f"{where}: hidden code without an end")
            hidden, hidden_line = "\n".join(lines[i + 1:end]), i + 2
            i = end
        elif comment:
            if not comment[2]:
                raise SnippetError(f"{where}: a snippet directive ends on its own line")
            words.update(parse_directives(comment[1], where))
        elif fence:
            end = next((j for j in range(i + 1, len(lines)) if lines[j].strip() == fence[1]), None)
            if end is None:
                raise SnippetError(f"{where}: code block without an end")
            quoted = set(words) == {"file"} and not hidden
            code = textwrap.dedent("\n".join(lines[i + 1:end]))
            if fence[2] == "cpp" or quoted:
                yield Block(document, i + 2, code, words, hidden, hidden_line)
            elif fence[2] in QUOTED and "skip" not in words:
                raise SnippetError(f"{where}: a block in {fence[2]} is part of a file: <!-- snippet: file=PATH -->")
            elif hidden or set(words) - {"skip"}:
                raise SnippetError(f"{where}: above a block that is not ```cpp only the directives file and skip make sense")
            words, hidden = {}, ""
            i = end
        elif line and (words or hidden):
            raise SnippetError(f"{where}: snippet directives must stand right above their block")
        i += 1


def check_part_of_file(block, root):
    path = root / block.words["file"]
    if not path.is_file():
        raise SnippetError(f"{block}: no such file: {block.words['file']}")
    wanted = block.code.strip("\n").split("\n")
    there = path.read_text().split("\n")
    for start in range(len(there) - len(wanted) + 1):
        window = textwrap.dedent("\n".join(there[start:start + len(wanted)])).split("\n")
        if [l.rstrip() for l in window] == [l.rstrip() for l in wanted]:
            return
    raise SnippetError(f"{block}: is not, word for word, a part of {block.words['file']}")


def split_includes(code, line):
    """#includes with their line numbers, and the code with them blanked out so that its lines keep their numbers."""
    includes, rest = [], []
    for number, text in enumerate(code.split("\n"), line):
        if re.match(r"\s*#\s*include\b", text):
            includes.append((number, text.strip()))
            rest.append("")
        else:
            rest.append(text)
    return includes, "\n".join(rest)


def fragments_unit(document, blocks, root):
    """One translation unit of a document's fragments."""
    path = root / document
    includes, body = [], []
    inside = False
    for block in blocks:
        pieces = []
        for code, line in ((block.hidden, block.hidden_line), (block.code, block.line)):
            if code.strip():
                found, rest = split_includes(code, line)
                includes += found
                pieces.append(f'#line {line} "{path}"\n{rest}')
        if "continues" in block.words:
            if not inside:
                raise SnippetError(f"{block}: there is no fragment in a function that it could continue")
        elif inside:
            body.append("}")
            inside = False
        if "namespace" not in block.words and "continues" not in block.words:
            body.append(f"void fragment_of_line_{block.line}() {{")
        inside = "namespace" not in block.words
        body += pieces
    if inside:
        body.append("}")
    head = [f'#line {line} "{path}"\n{text}' for line, text in includes]
    return "\n".join(["#include <presence/presence.hpp>", *head, *body, ""])


def write_if_changed(path, text):
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)


def main(root, output, documents):
    root, output = Path(root), Path(output)
    output.mkdir(parents=True, exist_ok=True)
    for document in documents:
        stem = re.sub(r"\W", "_", document.removesuffix(".md"))
        fragments, programs = [], []
        for block in blocks_of(document, (root / document).read_text()):
            if "file" in block.words:
                check_part_of_file(block, root)
            elif "skip" not in block.words:
                (programs if block.is_program else fragments).append(block)
        units = []
        for block in programs:
            text = f'{block.hidden}\n#line {block.line} "{root / document}"\n{block.code}\n'
            units.append((f"{stem}_{block.line}", text, "run", "json" in block.words))
        if fragments:
            text = fragments_unit(document, fragments, root)
            units.append((stem, text, "compile", any("json" in b.words for b in fragments)))
        for name, text, kind, json in units:
            source = output / f"{name}.cpp"
            write_if_changed(source, text)
            print(f"{name};{source};{kind};{int(json)}")


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], sys.argv[3:])
    except SnippetError as error:
        sys.exit(str(error))
