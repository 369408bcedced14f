"""Makes Markdown of the model: a page for each header and an index by theme."""

import html
import re
from pathlib import PurePosixPath

from api_model import NAMESPACE, UMBRELLA
from api_names import Names, page_of, plain
from api_text import Text

KINDS = {"define": "macro", "typedef": "alias", "friend": "function", "variable": "variable", "function": "function"}

# What a reader is told of the names that stand for some of namespace detail.
STAND_INS = [
    (re.compile(r"\bcompletion handler\b"),
     "`completion` is a function object that is called with a `std::error_code`, or nothing; it may be one that can only be "
     "moved."),
    (re.compile(r"\bhandler(?:\.\.\.)? Handler\b"),
     "`handler` is met by anything that can be called with a `std::error_code`, and by `nullptr`."),
]

# Where a header's subject is explained: pages of docs/, each perhaps with a heading.
PROSE = {
    "action.hpp": ["semantics.md#words"],
    "any_transport.hpp": ["transport.md"],
    "backplane.hpp": ["backplane.md"],
    "basic_hub.hpp": ["tutorial.md", "semantics.md#the-hub", "permissions.md", "threads.md"],
    "basic_presence.hpp": ["tutorial.md", "semantics.md#the-room-of-a-participant", "semantics.md#operations", "threads.md",
                           "errors.md"],
    "batch.hpp": ["semantics.md#wishes"],
    "changes.hpp": ["threads.md#what-holds"],
    "clock.hpp": ["clock.md"],
    "codec.hpp": ["codec.md"],
    "codec/bytes.hpp": ["codec.md"],
    "codec/json.hpp": ["codec.md"],
    "codec/text.hpp": ["codec.md"],
    "data_traits.hpp": ["codec.md#size"],
    "error.hpp": ["errors.md"],
    "extern_template.hpp": ["platforms.md"],
    "extras.hpp": ["design.md#values"],
    "failure.hpp": ["errors.md#how-they-arrive"],
    "fwd.hpp": ["tutorial.md", "threads.md#one-thread"],
    "identity.hpp": ["permissions.md"],
    "loopback.hpp": ["transport.md"],
    "member.hpp": ["semantics.md#words"],
    "member_order.hpp": ["semantics.md#the-set"],
    "member_set.hpp": ["semantics.md#the-set", "design.md#the-presence-set"],
    "message.hpp": ["semantics.md#words"],
    "message_id.hpp": ["semantics.md#the-set"],
    "mode.hpp": ["permissions.md"],
    "mutex.hpp": ["threads.md#one-thread"],
    "observer.hpp": ["backplane.md"],
    "options.hpp": ["options.md"],
    "overview.hpp": ["semantics.md#the-hub"],
    "payload.hpp": ["codec.md"],
    "publishing.hpp": ["tutorial.md", "semantics.md#operations"],
    "result.hpp": ["errors.md#how-they-arrive"],
    "room_state.hpp": ["semantics.md#the-room-of-a-participant", "semantics.md#own-members"],
    "session.hpp": ["tutorial.md", "semantics.md#the-hub", "threads.md#how-things-end"],
    "shared_data.hpp": ["design.md#values"],
    "sink.hpp": ["threads.md", "semantics.md#the-hub"],
    "subscription.hpp": ["threads.md#how-things-end"],
    "sync_cursor.hpp": ["transport.md"],
    "tracked.hpp": ["threads.md#how-things-end"],
    "transport.hpp": ["transport.md"],
    "version.hpp": ["platforms.md"],
}
PROSE_OF_THE_KIT = ["testing.md"]
WIDE = 80  # characters of code that fit
LONG = 200  # characters of a field's description, from which on each has a paragraph instead of a row


class Pages:
    def __init__(self, model, root, prose):
        self.model = model
        self.root = root
        self.prose = prose
        self.names = Names(model)
        self.symbols = self.names.symbols
        self.anchors = self.names.anchors
        self.themes = {}
        self.defaults = self.default_arguments()
        self.text = Text(self.symbols, self.names.only_one(), root / "docs")

    def default_arguments(self):
        """fwd.hpp declares the templates that have default arguments."""
        text = "\n".join(self.model.source("fwd.hpp"))
        found = re.findall(r"^template <([^;]*?=[^;]*?)>\n(?:class|struct) (\w+);", text, re.MULTILINE)
        return {name: re.sub(r"\s+", " ", parameters) for parameters, name in found}

    # --- pages ------------------------------------------------------------------------------------------------------------

    def write(self):
        pages = {}
        for header in self.model.headers:
            if header != UMBRELLA:
                pages[page_of(header)] = self.page(header)
        pages["index.md"] = self.index()
        return pages

    def up(self, header):
        return "../" * (len(PurePosixPath(page_of(header)).parts) - 1)

    def page(self, header):
        self.text.on(page_of(header), self.up(header), self.up(header) + self.prose)
        lines = [f"# {header}", ""]
        if introduction := self.model.introduction(header):
            lines += [self.text.prose(introduction, NAMESPACE), ""]
        lines += ["```cpp", f"#include <{NAMESPACE}/{header}>", "```", ""]
        pages = PROSE.get(header, PROSE_OF_THE_KIT if header.startswith("testing/") else [])
        if pages:
            lines += [f"Explained in {', '.join(self.text.link_to_prose(p) for p in pages)}.", ""]
        symbols = self.model.by_header[header]
        if len({s.name for s in symbols}) > 1:
            lines += self.contents(symbols)
        for s in symbols:
            lines += self.entry(s, 2)
        return "\n".join(lines).rstrip() + "\n"

    def contents(self, symbols):
        rows = ["| name | is | what |", "|---|---|---|"]
        seen = set()
        for s in symbols:
            if s.name in seen:
                continue
            seen.add(s.name)
            rows.append(f"| [{self.cell(f'`{s.name}`')}](#{self.anchors[id(s)][1]}) | {KINDS.get(s.kind, s.kind)} | "
                        f"{self.cell(self.first_sentence(s))} |")
        return rows + [""]

    def first_sentence(self, s):
        return self.text.first_sentence(s, s.qualified)

    @staticmethod
    def cell(text):
        """A bar in code would be one of the table's to some renderers, and with a backslash shows it in others."""
        text = re.sub(r"(?<!`)`([^`]*\|[^`]*)`", lambda m: f"<code>{html.escape(m[1]).replace('|', '&#124;')}</code>", text)
        return text.replace("|", "&#124;").replace("\n", " ").strip()

    def heading(self, s, level, name=None, anchor=None):
        label = name or self.title(s)
        escaped = label.replace("<", "&lt;").replace("*", r"\*").replace("|", r"\|")
        return [f"{'#' * level} {escaped} {{ #{anchor or self.anchors[id(s)][1]} }}", ""]

    def title(self, s):
        if " -> " in s.signatures[0] and s.signatures[0].split("(")[0].endswith(s.name) and s.kind == "function":
            return "Deduction guides"
        if s.kind in ("class", "struct", "concept", "enum"):
            return s.name if s.scope.count("::") == 0 or s.scope.endswith("testing") else "::".join(
                (*[p for p in s.scope.split("::") if p not in (NAMESPACE, "testing")], s.name))
        others = [name for name in dict.fromkeys(s.also) if not name.startswith("operator")]
        return re.sub(r"< (.*) >", r"<\1>", ", ".join((s.name, *others)))

    def entry(self, s, level):
        if s.kind in ("class", "struct"):
            return self.class_entry(s, level)
        lines = self.heading(s, level) + self.code(s) + self.description(s)
        if s.kind == "enum":
            numbered = any(v.value for v in s.members)
            lines += ["| name | number | meaning |", "|---|---|---|"] if numbered else ["| name | meaning |", "|---|---|"]
            for v in s.members:
                value = f" `{v.value}` |" if numbered else ""
                anchor = f"<a id=\"{self.anchors[id(v)][1]}\"></a>"
                lines.append(f"| {anchor}`{v.name}` |{value} {self.cell(self.text.one_line(v, s.qualified))} |")
            lines.append("")
        return lines

    def code(self, s, signatures=None):
        signatures = signatures or s.signatures
        if s.kind == "concept":
            return ["```cpp", *signatures, "```", ""]
        code = []
        for text in signatures:
            text = self.laid_out(text) + ("" if s.kind == "define" else ";")
            if code and "\n" in code[-1] + text:
                code.append("")
            code.append(text)
        return ["```cpp", *code, "```", ""]

    @staticmethod
    def laid_out(text):
        """A signature in lines that fit on a page: one for each parameter where it is longer."""
        lines = []
        for line in text.split("\n"):
            opens, closes = ("<", ">") if line.startswith("template <") else ("(", ")")
            begin = line.find(opens)
            if len(line) > WIDE and line.startswith("using "):
                lines.append(line.replace(" = ", " =\n    ", 1))
                continue
            if len(line) <= WIDE or begin < 0 or line.startswith("requires"):
                lines.append(line)
                continue
            depth, parameters, at, end = 0, [], begin + 1, len(line)
            for i in range(begin, len(line)):
                depth += (line[i] in "(<{[") - (line[i] in ")>}]" and line[i - 1] != "-")
                if (line[i] == "," and depth == 1) or depth == 0:
                    parameters.append(line[at:i].strip())
                    at = i + 1
                if depth == 0:
                    end = i
                    break
            if len(parameters) < 2:
                lines.append(line)
                continue
            lines.append(line[:begin + 1])
            lines += [f"    {p}{',' if n + 1 < len(parameters) else line[end:]}" for n, p in enumerate(parameters)]
        return "\n".join(lines)

    def description(self, s, scope=None):
        return [self.text.block(s, scope or s.qualified), ""]

    def class_head(self, s):
        head = s.signatures[0]
        if s.name in self.defaults:
            head = re.sub(r"^template <.*>\n", f"template <{self.defaults[s.name]}>\n", head)
        return head.replace(" : ", "\n    : ") if len(head.split("\n")[-1]) >= WIDE else head

    def class_entry(self, s, level):
        lines = self.heading(s, level) + ["```cpp", self.laid_out(self.class_head(s)) + ";", "```", ""] + self.description(s)
        aliases = [m for m in s.members if m.kind == "typedef"]
        fields = [m for m in s.members if m.kind == "variable"]
        rest = [m for m in s.members if m.kind not in ("typedef", "variable", "class", "struct", "enum")]
        nested = [m for m in s.members if m.kind in ("class", "struct", "enum")]
        explained = self.stand_ins(s.members)
        lines += explained
        if aliases:
            lines += self.alias_table(aliases, level + 1)
        if fields:
            lines += self.fields(s, fields, level + 1)
        lines += self.functions(s, rest, level + 1)
        for base, members in self.names.inherited(s):
            if members:
                lines += self.from_base(s, base, members, level + 1, explained)
        for m in nested:
            lines += self.entry(m, level + 1)
        return lines

    def alias_table(self, aliases, level):
        lines = [f"{'#' * level} Types", "", "| name | is | what |", "|---|---|---|"]
        for a in aliases:
            _, _, what = a.signatures[0].partition(" = ")
            what = "" if what in (a.name, "completion") else f"`{what}`"
            anchor = f"<a id=\"{self.anchors[id(a)][1]}\"></a>"
            lines.append(f"| {anchor}`{a.name}` | {self.cell(what)} | {self.cell(self.text.one_line(a, a.scope))} |")
        return lines + [""]

    def fields(self, s, fields, level):
        texts = [self.text.one_line(f, s.qualified) for f in fields]
        lines = [f"{'#' * level} Data", ""]
        if max(map(len, texts)) > LONG:
            for f in fields:
                lines += self.heading(f, level + 1) + self.code(f) + self.description(f, s.qualified)
            return lines
        lines += ["| name | type | meaning |", "|---|---|---|"]
        for f, text in zip(fields, texts):
            kind, _, default = f.signatures[0].partition(f" {f.name}")
            default = default.strip().removeprefix("=").strip()
            default = f" = `{default}`" if default not in ("", "{}") else ""
            anchor = f"<a id=\"{self.anchors[id(f)][1]}\"></a>"
            lines.append(f"| {anchor}`{f.name}` | {self.cell(f'`{kind}`{default}')} | {self.cell(text)} |")
        return lines + [""]

    def functions(self, s, functions, level):
        """In the parts into which the source divides a long class."""
        lines = []
        parts = {n: part for n, part in self.model.parts(s.header).items() if s.line < n <= s.last_line}
        said = None
        if not parts:
            level -= 1
        for f in functions:
            before = [n for n in parts if n < f.line]
            now = parts[max(before)] if before else ("functions", "")
            if parts and now != said:
                lines += [f"{'#' * level} {now[0].capitalize()}", ""]
                if now[1]:
                    lines += [self.text.listed(self.text.prose(now[1], s.qualified)), ""]
                said = now
            lines += self.heading(f, level + 1) + self.code(f) + self.description(f, s.qualified)
        return lines

    @staticmethod
    def stand_ins(members):
        used = " ".join(" ".join(m.signatures) for m in members)
        return [f"{note}\n" for pattern, note in STAND_INS if pattern.search(used)]

    def from_base(self, s, base, members, level, explained):
        page, anchor = self.anchors[id(base)]
        where = f"#{anchor}" if page == page_of(s.header) else f"{self.up(s.header)}{page}#{anchor}"
        lines = [f"{'#' * level} From {base.name}", "", f"[`{base.name}`]({where}) says what these have in common.", ""]
        lines += [note for note in self.stand_ins(members) if note not in explained]
        for m in members:
            lines += self.heading(m, level + 1, anchor=f"{self.anchors[id(s)][1]}-{plain(m.name)}")
            lines += self.code(m) + self.description(m, s.qualified)
        return lines

    # --- index ------------------------------------------------------------------------------------------------------------

    def layers(self):
        """The table "Layers" of docs/design.md: theme → the names in its second column."""
        text = (self.root / "docs/design.md").read_text(encoding="utf-8")
        table = re.search(r"^## Layers\n\n((?:\|.*\n)+)", text, re.MULTILINE)
        rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table[1].strip().split("\n")[2:]]
        return {row[0]: re.findall(r"`([^`]+)`", row[1]) for row in rows}

    def included_by_name(self):
        """The public headers that the umbrella does not reach."""
        reached, pending = set(), [UMBRELLA]
        while pending:
            header = pending.pop()
            if header not in reached:
                reached.add(header)
                pending += re.findall(rf"^#include <{NAMESPACE}/(\S+)>", "\n".join(self.model.source(header)), re.MULTILINE)
        return [h for h in self.model.headers if h not in reached]

    def index(self):
        self.text.on("index.md", "", self.prose)
        layers = self.layers()
        themes = {theme: [] for theme in layers}
        others = []
        for header in self.model.headers:
            if header == UMBRELLA:
                continue
            stem = str(PurePosixPath(header).with_suffix(""))
            theme = next((t for t, names in layers.items() if stem in names or f"{stem.split('/')[0]}/…" in names), None)
            (themes[theme] if theme else others).append(header)
        themes["for the whole"] = others
        self.themes = {theme.capitalize(): [page_of(h) for h in headers] for theme, headers in themes.items() if headers}
        alone = ", ".join(self.text.code(h, NAMESPACE) for h in self.included_by_name() if "/" not in h)
        lines = ["# Reference", "", "Every name that a program may use, by header, made from the comments in the headers. "
                 f"`<{NAMESPACE}/{UMBRELLA}>` includes what hubs and participants need; included by name are {alone}, the codecs "
                 "and the kit for tests. Clauses such as S17 and codes such as RTP2b are explained in "
                 f"{self.text.link_to_prose('semantics.md')}, every error in {self.text.link_to_prose('errors.md')}.", ""]
        for theme, headers in themes.items():
            if not headers:
                continue
            lines += [f"## {theme.capitalize()}", "", "| header | what is in it |", "|---|---|"]
            for h in headers:
                names = {}
                for s in self.model.by_header[h]:
                    if not s.name.startswith("operator"):
                        names.setdefault(s.name, s)
                listed = ", ".join(f"[`{n}`]({page_of(h)}#{self.anchors[id(s)][1]})" for n, s in names.items())
                lines.append(f"| [`{h}`]({page_of(h)}) | {listed} |")
            lines.append("")
        return "\n".join(lines).rstrip() + "\n"
