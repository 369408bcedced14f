"""Links from prose to the reference, and from both to the clauses of the documents.

A clause is defined where its number is the first cell of a row in a table headed `no.`, or is an item of a list that a page
declares with NUMBERED. Elsewhere in running text its number becomes a link. A symbol is linked where code in running text
names it and it cannot be another one: once in each section, so that pages stay readable.
"""

import posixpath
import re

import document

# Numbered lists whose items are clauses: page, heading above the list, letter.
NUMBERED = [("threads.md", "What holds", "T")]

# What the documents' examples call their objects.
OBJECTS = {
    "hub": "basic_hub",
    "session": "basic_session",
    "alice": "basic_session",
    "bob": "basic_session",
    "attachment": "basic_attachment",
    "participant": "basic_presence",
    "a": "basic_presence",
    "b": "basic_presence",
    "p": "basic_presence",
    "subscription": "subscription",
}

# Overloaded in several headers, so that a lonely name says nothing.
OVERLOADED = {"to_string"}

# What a type of the reader's own has: the concept that asks for it says more than some class that has it too.
OF_CONCEPTS = {
    "now": "clock",
    "lock": "mutex",
    "unlock": "mutex",
    "codec": "transport_with_codec",
    "on_attached": "presence_sink",
    "on_detached": "presence_sink",
    "on_presence": "presence_sink",
    "on_sync": "presence_sink",
}

# Pages on which a lonely word is one of these, if it can be.
SCOPES = {"errors.md": "errc", "performance.md": "transport_receiver", "transport.md": "transport_receiver"}


def relative(target, page):
    """The link from a page to `target`, both from the root of the site."""
    path, hash_, anchor = target.partition("#")
    if path == page:
        return f"#{anchor}" if anchor else posixpath.basename(page)
    return posixpath.relpath(path, posixpath.dirname(page) or ".") + hash_ + anchor


class Clauses:
    def __init__(self):
        self.targets = {}  # S1 -> semantics.md#S1

    def define(self, page, text):
        """The page's text with an anchor at each clause that it defines."""
        text = document.map_prose(text, lambda prose: self._define_rows(page, prose))
        for where, heading, letter in NUMBERED:
            if where == page:
                text = self._define_items(page, text, heading, letter)
        return text

    def _anchor(self, page, name):
        if name in self.targets:
            raise SystemExit(f"{page}: clause {name} is defined already, in {self.targets[name]}")
        self.targets[name] = f"{page}#{name}"
        return f'<a id="{name}"></a>'

    def _define_rows(self, page, prose):
        lines, inside = prose.split("\n"), False
        for i, line in enumerate(lines):
            if not line.startswith("|"):
                inside = False
            elif re.match(r"\| *no\. *\|", line):
                # the tests of the clauses stand in a table of their own, with the same first column
                inside = not re.search(r"\| *tests? *\| *$", line, re.IGNORECASE)
            elif inside and (row := re.match(r"\| *([A-Z]\d+) *\|", line)):
                lines[i] = f"| {self._anchor(page, row[1])}{row[1]} |{line[row.end():]}"
        return "\n".join(lines)

    def _define_items(self, page, text, heading, letter):
        before, mark, rest = text.partition(f"\n## {heading}\n")
        section, next_mark, after = rest.partition("\n## ")
        if not mark or not re.search(r"^1\. ", section, re.MULTILINE):
            raise SystemExit(f"{page}: there is no numbered list below '{heading}'; see NUMBERED in crosslinks.py")
        item = lambda m: f"{m[1]}. {self._anchor(page, letter + m[1])}"
        section = re.sub(r"^(\d+)\. ", item, section, flags=re.MULTILINE)
        return before + mark + section + next_mark + after

    def link(self, page, text):
        def one(m):
            target = self.targets.get(m[0])
            return f"[{m[0]}]({relative(target, page)})" if target else m[0]
        return re.sub(r"(?<![\w/.#-])[A-Z]\d{1,2}(?![\w-])", one, text)


class Symbols:
    """Where each name of the reference is explained: `presence::hub`, and `presence/fwd.hpp`."""

    def __init__(self, targets=()):
        self.targets = {name.removeprefix("presence::"): target for name, target in dict(targets).items()}
        self.by_ending = {}
        for name in self.targets:
            parts = name.split("::")
            for i in range(len(parts)):
                self.by_ending.setdefault("::".join(parts[i:]), set()).add(name)

    def resolve(self, code, scope="", testing=False):
        """The target of what stands between backticks, or none.

        Members of `scope` need no owner. What the kit for tests has is meant where `testing` says so, or by its full name.
        """
        if code.strip("<>").endswith(".hpp"):
            return self.targets.get(code.strip("<>"))
        found = re.fullmatch(r"(?:presence::)?([A-Za-z_][\w]*(?:(?:::|\.)~?[A-Za-z_]\w*)*)(?:<[^()]*>)?(\(.*\))?", code)
        if not found or found[1].startswith("std::") or found[1] == "presence":
            return None
        name, called = found[1], found[2] is not None
        if "." in name:
            owner, _, member = name.rpartition(".")
            if "." in owner or "::" in owner:
                return None
            return self.targets.get(f"{OBJECTS.get(owner, owner)}::{member}")
        if name in OVERLOADED:
            return None
        if f"{scope}::{name}" in self.targets:
            return self.targets[f"{scope}::{name}"]
        if name in OF_CONCEPTS and (called or "_" in name):
            return self.targets.get(OF_CONCEPTS[name])
        for known in (name, f"testing::{name}" if testing or "_" in name else ""):
            if known in self.targets:
                return self.targets[known]
        # a lonely word may be anything: a member's name has to look like one
        if "::" not in name and "_" not in name and not called:
            return None
        candidates = {self.targets[full] for full in self.by_ending.get(name, ())
                      if testing or not full.startswith("testing::")}
        return candidates.pop() if len(candidates) == 1 else None


class Linker:
    def __init__(self, clauses, symbols, pages):
        self.clauses, self.symbols, self.pages = clauses, symbols, set(pages)
        self.mentions = {}  # page of the reference -> pages that link to it
        self.seen, self.scope, self.scope_level = set(), "", 0  # of the section at hand

    def link(self, page, text):
        self.seen, self.scope, self.scope_level = set(), "", 0
        return document.map_prose(text, lambda prose: self._link_prose(page, prose))

    def _link_prose(self, page, prose):
        done = []
        for part in re.split(r"^(#+ .*\n?)", prose, flags=re.MULTILINE):
            if re.match(r"#+ ", part):
                self._begin_section(part)
                done.append(part)
            else:
                done.append(self._link_section(page, part))
        return "".join(done)

    def _begin_section(self, heading):
        """A heading that names a class is the scope of what stands below it."""
        level = heading.index(" ")
        self.seen = set()
        named = [name for name in re.findall(r"(?:`|^#+ )([\w:]+)(?:`|$)", heading.strip())
                 if {name, f"testing::{name}"} & self.symbols.targets.keys()]
        if named:
            self.scope, self.scope_level = named[0], level
            if named[0] not in self.symbols.targets:
                self.scope = f"testing::{named[0]}"
        elif level <= self.scope_level:
            self.scope = ""

    def _link_section(self, page, prose):
        def on_text(text):
            text = re.sub(r"\bdocs/([\w/-]+\.md)\b", lambda m: self._page_link(page, m[0], m[1], m[0]), text)
            return document.map_tokens(text, lambda t: self.clauses.link(page, t), lambda whole, _: whole)

        def on_code(whole, inside):
            if page.startswith("api/"):  # it has linked what it names
                return whole
            named = re.fullmatch(r"docs/([\w/-]+\.md)", inside)
            if named:
                return self._page_link(page, whole, named[1], whole)
            target = self.symbols.resolve(inside, self.scope or SCOPES.get(page, ""), page == "testing.md")
            if target is None or target in self.seen or target == page:
                return whole
            self.seen.add(target)
            self.mentions.setdefault(target.partition("#")[0], set()).add(page)
            return f"[{whole}]({relative(target, page)})"

        return document.map_tokens(prose, on_text, on_code)

    def _page_link(self, page, text, target, otherwise):
        return f"[{text}]({relative(target, page)})" if target in self.pages and target != page else otherwise
