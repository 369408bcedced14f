"""Where each name is explained: the page and the anchor."""

import re
from pathlib import PurePosixPath

from api_model import NAMESPACE, STANDS_IN, UMBRELLA


def page_of(header):
    header = STANDS_IN.get(header, header)
    return str(PurePosixPath(header).with_suffix(".md"))


def plain(name):
    """A name as a part of an anchor."""
    for sign, word in (("operator<<", "operator-out"), ("operator|", "operator-or"), ("operator&", "operator-and"),
                       ("operator==", "operator-equal"), ("operator=", "assign"), ("operator()", "call"),
                       ("operator->", "arrow"), ("operator*", "value-of"), ("operator+=", "add"), ("~", "destructor-")):
        name = name.replace(sign, word)
    return re.sub(r"\W+", "-", name).strip("-")


class Names:
    def __init__(self, model):
        self.model = model
        self.symbols = {}  # qualified name, or header -> page#anchor
        self.anchors = {}  # id() of each symbol -> page, anchor
        for header in model.headers:
            self.symbols[f"{NAMESPACE}/{header}"] = "index.md" if header == UMBRELLA else page_of(header)
            self.name_all(header, model.by_header[header], "")
        self.expand_aliases()

    def name_all(self, header, symbols, inside):
        taken = {a for page, a in self.anchors.values() if page == page_of(header)}
        for s in symbols:
            for name in (s.name, *s.also):
                anchor = f"{inside}-{name}" if inside else name
                anchor = self.free(plain(anchor), taken)
                if name == s.name:
                    self.anchors[id(s)] = (page_of(header), anchor)
                qualified = f"{s.scope}::{name}" if s.scope else name
                self.symbols.setdefault(qualified, f"{page_of(header)}#{self.anchors[id(s)][1]}")
            self.name_all(header, s.members, self.anchors[id(s)][1])
            taken = {a for page, a in self.anchors.values() if page == page_of(header)}

    def only_one(self):
        """Enumerators and options whose bare names nothing else has."""
        found = {}
        for s in self.model.everything():
            if "testing" not in s.qualified:
                found.setdefault(s.name, []).append(s)
        return {name: self.symbols[all_of[0].qualified] for name, all_of in found.items() if len(all_of) == 1
                and (all_of[0].kind == "enumvalue" or re.search(r"(options|limits)::", all_of[0].qualified))}

    @staticmethod
    def free(anchor, taken):
        n = 2
        made = anchor
        while made in taken:
            made = f"{anchor}-{n}"
            n += 1
        taken.add(made)
        return made

    def inherited(self, s):
        """Members of public bases that are of this library and that the class does not define itself."""
        own = {m.name for m in s.members}
        for refid in s.bases:
            base = self.model.compounds.get(refid)
            if base is not None:
                yield base, [m for m in base.members if m.kind == "function" and m.name not in own]

    def expand_aliases(self):
        """What can be called on a `hub` is explained where the class is that this is another name for."""
        for s in list(self.model.everything()):
            for base, members in self.inherited(s):
                for m in members:
                    page, anchor = self.anchors[id(s)]
                    self.symbols.setdefault(f"{s.qualified}::{m.name}", f"{page}#{anchor}-{plain(m.name)}")
        for s in self.model.symbols:
            target = re.search(r"= (basic_\w+|message)<", s.signatures[0]) if s.kind == "typedef" else None
            if target:
                prefix = f"{NAMESPACE}::{target[1]}::"
                for name in [n for n in self.symbols if n.startswith(prefix)]:
                    self.symbols.setdefault(f"{s.qualified}::{name[len(prefix):]}", self.symbols[name])
