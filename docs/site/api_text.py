"""Doc comments, as Doxygen gives them, to Markdown."""

import re

from api_model import NAMESPACE

# What begins a sentence that is about one thing only, and gets a line of its own.
LEAD = re.compile(r"(Errors?(?: beside th(?:ese|ose)(?: above)?)?|Errors that it reports|Throws|Preconditions?|Concurrency|"
                  r"Complexity|Exception safety)(?:: |(?= `))")
COST = re.compile(r"(?:O\([^)]*\)|Linear\b|Constant time\b|In constant time\b).*$")
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z`“\"(*\[…]|O\()")


class Text:
    def __init__(self, symbols, bare, docs):
        self.symbols = symbols
        self.bare = bare  # names that mean one thing wherever they stand
        self.docs = docs
        self.page = self.up = self.to_prose = ""
        self.errors = {name.rpartition("::")[2]: target for name, target in symbols.items()
                       if name.startswith(f"{NAMESPACE}::errc::")}

    def on(self, page, up, to_prose):
        """From now on links start on this page."""
        self.page, self.up, self.to_prose = page, up, to_prose

    # --- whole comments ---------------------------------------------------------------------------------------------------

    def paragraphs(self, s, scope):
        found = []
        for part in (s.brief, s.detailed):
            for p in part.findall("para") if part is not None else []:
                found += self.para(p, scope)
        return [p for p in found if p.strip()]

    def block(self, s, scope):
        """Paragraphs, and what is said of errors, costs and so on in a list below each."""
        lines = []
        for p in self.paragraphs(s, scope):
            if p.startswith(("```", "|", "- ", "1. ")):
                lines += [p, ""]
                continue
            lines += [self.listed(p), ""]
        return "\n".join(lines).strip()

    def listed(self, paragraph):
        told, items = self.parts(paragraph)
        text = self.sentence_case(" ".join(told))
        if text and re.search(r"[\w`)]$", text):
            text += "."
        lines = [text, ""] if told else []
        return "\n".join(lines + [f"- {item}" for item in items]).strip()

    @staticmethod
    def parts(paragraph):
        told, listed, into = [], [], None
        for sentence in SENTENCE.split(paragraph):
            lead = LEAD.match(sentence)
            if lead:
                listed.append(f"**{lead[1]}:** {sentence[lead.end():].strip()}")
                into = listed
            elif COST.match(sentence):
                listed.append(f"**Complexity:** {sentence}")
                into = None
            elif into is not None:
                listed[-1] += f" {sentence}"
            else:
                told.append(sentence)
        if not told and len(listed) == 1 and listed[0].startswith("**Complexity"):
            return [paragraph], []
        return told, listed

    def one_line(self, s, scope):
        return self.sentence_case(" ".join(p for p in self.paragraphs(s, scope)))

    def first_sentence(self, s, scope):
        for p in self.paragraphs(s, scope):
            first = SENTENCE.split(p)[0]
            return self.sentence_case(re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", first))
        return ""

    @staticmethod
    def sentence_case(text):
        return text[:1].upper() + text[1:] if text[:1].islower() else text

    # --- inside a comment -------------------------------------------------------------------------------------------------

    def para(self, p, scope):
        """A paragraph, cut where it holds a list, a table or code."""
        pieces = [""]

        def add(text):
            pieces[-1] += text

        def own(text):
            pieces.extend([text, ""])

        add(self.escaped(p.text))
        for e in p:
            if e.tag in ("verbatim", "programlisting", "preformatted"):
                own(f"```cpp\n{self.listing(e)}\n```")
            elif e.tag in ("itemizedlist", "orderedlist"):
                mark = "1. " if e.tag == "orderedlist" else "- "
                items = [" ".join(" ".join(self.para(q, scope)) for q in item.findall("para")).strip()
                         for item in e.findall("listitem")]
                own("\n".join(mark + self.squeezed(i) for i in items))
            elif e.tag == "table":
                own(self.table(e, scope))
            else:
                add(self.inline(e, scope))
            add(self.escaped(e.tail))
        return [piece if piece.startswith(("```", "|", "- ", "1. ")) else self.prose_links(self.squeezed(piece))
                for piece in pieces if piece.strip()]

    def inline(self, e, scope):
        if e.tag == "computeroutput":
            return self.code("".join(e.itertext()), scope)
        inner = self.escaped(e.text) + "".join(self.inline(c, scope) + self.escaped(c.tail) for c in e)
        if e.tag == "emphasis":
            return f"*{inner}*"
        if e.tag == "bold":
            return f"**{inner}**"
        if e.tag == "ulink":
            return f"[{inner}]({e.get('url')})"
        if e.tag == "sp":
            return " "
        if e.tag in ("ndash", "mdash", "hellip", "nonbreakablespace"):
            return {"ndash": "–", "mdash": "—", "hellip": "…", "nonbreakablespace": " "}[e.tag]
        if e.tag in ("ref", "para"):
            return inner
        raise ValueError(f"doc comments are not expected to hold <{e.tag}>")

    def table(self, e, scope):
        rows = []
        for row in e.findall("row"):
            cells = [" ".join(" ".join(self.para(p, scope)) for p in entry.findall("para")) for entry in row.findall("entry")]
            rows.append("| " + " | ".join(re.sub(r"(?<!\\)\|", r"\\|", c.strip()) for c in cells) + " |")
            if len(rows) == 1:
                rows.append("|" + "---|" * len(cells))
        return "\n".join(rows)

    @staticmethod
    def listing(e):
        lines = e.findall("codeline")
        if not lines:
            return "".join(e.itertext()).strip("\n")
        return "\n".join(Text.code_text(line).rstrip() for line in lines)

    @staticmethod
    def code_text(e):
        text = e.text or ""
        for c in e:
            text += (" " if c.tag == "sp" else Text.code_text(c)) + (c.tail or "")
        return text

    @staticmethod
    def squeezed(text):
        return re.sub(r"\s+", " ", text).strip()

    @staticmethod
    def escaped(text):
        text = (text or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return re.sub(r"([*\[\]])", r"\\\1", text)

    # --- links ------------------------------------------------------------------------------------------------------------

    def prose(self, text, scope):
        """A comment that did not come through Doxygen."""
        parts = re.split(r"`([^`]+)`", text)
        return self.prose_links("".join(self.code(p, scope) if i % 2 else self.escaped(p) for i, p in enumerate(parts)))

    def prose_links(self, text):
        """docs/threads.md becomes a link to that page."""
        return re.sub(r"(?<![\w/])docs/([\w/-]+\.md)", lambda m: self.link_to_prose(m[1]), text)

    def link_to_prose(self, target):
        page, _, heading = target.partition("#")
        lines = (self.docs / page).read_text(encoding="utf-8").split("\n")
        title = next(line[2:] for line in lines if line.startswith("# "))
        if heading:
            below = [line.lstrip("# ") for line in lines if line.startswith("##") and self.slug(line.lstrip("# ")) == heading]
            if not below:
                raise ValueError(f"docs/{page} has no heading {heading}")
            title = f"{title}: {below[0]}"
        return f"[{title}]({self.to_prose}{target})"

    @staticmethod
    def slug(heading):
        return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")

    def code(self, text, scope):
        """A code span; a link where it names something."""
        target = self.resolve(text, scope)
        span = f"``{text}``" if "`" in text else f"`{text}`"
        if target is None:
            return span
        page, _, anchor = target.partition("#")
        if page == self.page:
            return f"[{span}](#{anchor})" if anchor else span
        return f"[{span}]({self.up}{target})"

    def resolve(self, text, scope):
        text = text.strip()
        header = re.fullmatch(r"<?(?:presence/)?([\w/]+\.hpp)>?", text)
        if header:
            return self.symbols.get(f"{NAMESPACE}/{header[1]}")
        name = re.sub(r"\(.*\)$", "", text)
        name = re.sub(r"<.*>$", "", name)
        if not re.fullmatch(r"~?\w+(::\w+)*", name):
            return None
        outer = scope
        while outer:
            found = self.symbols.get(f"{outer}::{name}")
            if found is not None:
                return found
            outer = outer.rpartition("::")[0]
        if name in self.symbols:
            return self.symbols[name]
        return self.errors.get(name, self.bare.get(name))
