"""What Doxygen's XML and the headers themselves say of the public symbols."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

NAMESPACE = "presence"
# Part of a public header, but in a file of its own: what is in it belongs to the page of the other.
STANDS_IN = {"testing/impl/conformance_base.hpp": "testing/transport_conformance.hpp"}
UMBRELLA = "presence.hpp"

# Names that a reader is shown in the place of those of namespace detail.
SHOWN_AS = [
    (re.compile(r"detail::(?:publish_)?completion\b"), "completion"),
    (re.compile(r"detail::handler_and_not<\w+>"), "handler"),
    (re.compile(r"detail::held_in_any_transport<Codec, Mutex>"), "transport"),
    (re.compile(r"typename core::completion\b"), "completion"),
    (re.compile(r"typename core::get_handler\b"), "get_handler"),
    (re.compile(r"typename detail::clock_of<Transport>::type"), "/* see below */"),
]


@dataclass
class Symbol:
    """Something with a comment: also several overloads that share one."""
    kind: str  # class struct concept enum enumvalue function friend variable typedef define
    name: str
    scope: str  # qualified, without the name
    header: str  # below include/presence
    line: int
    signatures: list
    brief: ElementTree.Element = None
    detailed: ElementTree.Element = None
    section: object = None
    value: str = ""
    members: list = field(default_factory=list)
    bases: list = field(default_factory=list)
    also: list = field(default_factory=list)  # further names under which it is to be found
    last_line: int = 0

    @property
    def qualified(self):
        return f"{self.scope}::{self.name}" if self.scope else self.name

    @property
    def documented(self):
        return any(part is not None and "".join(part.itertext()).strip() for part in (self.brief, self.detailed))

    def same_comment(self, other):
        text = ["".join("".join(part.itertext()) for part in (s.brief, s.detailed) if part is not None) for s in (self, other)]
        return text[0].strip() == text[1].strip() != ""


class Model:
    def __init__(self, root, xml):
        self.include = root / "include" / NAMESPACE
        self.sources = {}
        self.complaints = []
        self.compounds = {}  # by Doxygen's id
        self.hidden = set()
        self.symbols = []  # of namespaces
        self.headers = sorted(str(p.relative_to(self.include)) for p in self.include.rglob("*.hpp")
                              if not {"detail", "impl"} & set(p.relative_to(self.include).parts))
        compounds = [ElementTree.parse(path).getroot().find("compounddef") for path in sorted(xml.glob("*.xml"))
                     if path.name.startswith(("class", "struct", "union", "concept", "namespace"))]
        for c in compounds:
            for inner in c.findall("innerclass"):
                if inner.get("prot") != "public":
                    self.hidden.add(inner.text)
        for c in compounds:
            self.add_compound(c)
        for path in sorted(xml.glob("*_8hpp.xml")):
            self.add_macros(ElementTree.parse(path).getroot().find("compounddef"))
        self.nest()
        self.check()

    # --- the headers ------------------------------------------------------------------------------------------------------

    def source(self, header):
        if header not in self.sources:
            self.sources[header] = (self.include / header).read_text(encoding="utf-8").split("\n")
        return self.sources[header]

    def introduction(self, header):
        """The comment above the include guard."""
        lines = []
        for line in self.source(header):
            if not line.startswith("//"):
                break
            lines.append(line.removeprefix("//").strip())
        return " ".join(lines)

    def parts(self, header):
        """Line → title and text, of the comments that divide a long class: `// --- the set ---`, and what follows below it."""
        found = {}
        lines = self.source(header)
        for number, line in enumerate(lines, 1):
            title = re.match(r"\s+// --- (.+?)(?: -+)?$", line)
            if not title:
                continue
            text = []
            for below in lines[number:]:
                if not re.match(r"\s+//(?!/)", below):
                    break
                text.append(below.strip().removeprefix("//").strip())
            found[number] = (title[1], " ".join(text).strip())
        return found

    def declaration(self, header, line):
        """The text of what is declared at a line, without its body, in one line."""
        lines = self.source(header)
        first = line - 1
        while first > 0 and re.match(r"\s*(template <|requires\b|\[\[deprecated|\"|std::move or)|.*(&&|,|>)$|\s+\S.*>\)?$",
                                     lines[first - 1]) and not lines[first - 1].strip().startswith("//"):
            first -= 1
        text = []
        depth = 0
        for at in range(first, len(lines)):
            code = re.sub(r"\s*//.*", "", lines[at]).strip()
            for i, c in enumerate(code):
                initializers = c == ":" and code[i - 1:i + 2] in (" : ", ": ") and i and code[i - 1] == " "
                begins_initializers = c == ":" and i == 0 and not code.startswith("::")
                if depth == 0 and (c in "{;" or initializers or begins_initializers):
                    if c == "{" and code[:i].rstrip().endswith("=") or c == "{" and self.is_braced_default(text, code[:i]):
                        return self.tidy(" ".join(text + [code.rstrip(";")]))
                    return self.tidy(" ".join(text + [code[:i]]))
                depth += (c in "([{") - (c in ")]}")
            text.append(code)
        raise ValueError(f"{header}:{line}: no end")

    @staticmethod
    def is_braced_default(before, code):
        """A variable's `x{…}`, and not the body of a function."""
        whole = " ".join(before + [code])
        while (fewer := re.sub(r"<[^<>]*>", "", whole)) != whole:
            whole = fewer
        return "(" not in whole and not re.search(r"\b(class|struct|enum|union) ", whole)

    @staticmethod
    def tidy(text):
        text = re.sub(r"\s+", " ", text).strip()
        for pattern, shown in SHOWN_AS:
            text = pattern.sub(shown, text)
        return text

    def whole_statement(self, header, pattern):
        """A declaration with its comments, as it stands in the source, from its `template` on."""
        lines = self.source(header)
        at = next(n for n, line in enumerate(lines) if re.search(pattern, line))
        first = at - 1 if lines[at - 1].startswith("template") else at
        depth = 0
        for last in range(at, len(lines)):
            code = re.sub(r"//.*", "", lines[last]).rstrip()
            depth += sum(c in "({[" for c in code) - sum(c in ")}]" for c in code)
            if depth == 0 and code.endswith(";"):
                return lines[first:last + 1], first + 1
        raise ValueError(f"{header}: {pattern} has no end")

    # --- the XML ----------------------------------------------------------------------------------------------------------

    def place(self, element):
        at = element.find("location")
        path = at.get("declfile") or at.get("file")
        header = path.split(f"{NAMESPACE}/", 1)[1] if f"{NAMESPACE}/" in path else path
        line = int(at.get("declline") or at.get("line"))
        name = element.findtext("name")
        if name and name not in self.source(header)[line - 1] and at.get("bodyfile") == path:
            line = int(at.get("bodystart"))  # Doxygen 1.9.4 takes an operator<< for something that was said before it
        return header, line

    def is_hidden(self, name):
        parts = re.sub(r"<.*", "", name).split("::")
        return "detail" in parts or any("::".join(parts[:n + 1]) in self.hidden for n in range(len(parts)))

    def add_compound(self, c):
        name = c.findtext("compoundname")
        kind = c.get("kind")
        if kind == "namespace":
            if name.split("::")[0] == NAMESPACE and not self.is_hidden(name):
                self.symbols += self.members(c, name)
            return
        if self.is_hidden(name) or not name.startswith(f"{NAMESPACE}::"):
            return
        header, line = self.place(c)
        plain = re.sub(r"\s*<.*", "", name)
        scope, _, last = plain.rpartition("::")
        last += re.sub(r"< (.*) >", r"<\1>", name[len(plain):].strip())
        made = Symbol(kind, last, scope, header, line, [], c.find("briefdescription"), c.find("detaileddescription"))
        if kind == "concept":
            made.signatures, made.line = self.whole_statement(header, rf"^concept {last} =")
            made.signatures = ["\n".join(made.signatures)]
        else:
            made.signatures = [self.class_head(header, line)]
            made.bases = [b.get("refid") for b in c.findall("basecompoundref") if b.get("prot") == "public"
                          and re.sub(r"<.*", "", b.text).rpartition("::")[2] in made.signatures[0].partition(" : ")[2]]
            made.members = self.members(c, name)
            made.last_line = int(c.find("location").get("bodyend") or 0)
        self.compounds[c.get("id")] = made

    def class_head(self, header, line):
        """As in the source, without what is private: Doxygen names a base that is a template parameter by its default."""
        lines = self.source(header)
        first = line - 1
        while lines[first - 1].startswith("template <") or lines[first - 1].startswith("requires"):
            first -= 1
        text = ""
        for code in lines[first:]:
            text += " " + re.sub(r"//.*", "", code)
            if "{" in code:
                break
        head = self.tidy(text.partition("{")[0])
        head = re.sub(r" final\b|\[\[nodiscard\]\] |\b(?:inline )?constexpr ", "", head)
        head = re.sub(r",? ?\bprivate [\w:]+(<[^{]*?>)?(?=,|$)", "", head)
        return self.after_template(head).replace("\n ", "\n")

    def members(self, c, scope):
        found = []
        is_class = c.get("kind") != "namespace"
        for section in c.findall("sectiondef"):
            for m in section.findall("memberdef"):
                if m.get("prot") != "public" or m.findtext("argsstring", "").replace(" ", "").endswith("=delete"):
                    continue
                kind, name = m.get("kind"), m.findtext("name")
                if self.is_hidden(f"{scope}::{name}") or "detail::" in name or name.endswith("_"):  # of a private union
                    continue
                if kind == "friend" and re.match(r"(friend )?(class|struct)\b", m.findtext("definition")):
                    continue
                header, line = self.place(m)
                made = Symbol(kind, name, re.sub(r"<.*", "", scope), header, line, [], m.find("briefdescription"),
                              m.find("detaileddescription"), section if section.get("kind") == "user-defined" else None)
                made.signatures = [self.signature(m, header, line)]
                if kind == "function" and "detail::" in made.signatures[0].split("\n")[-1]:
                    continue  # nobody else has what it is called with
                if kind == "variable" and "detail::" in made.signatures[0]:
                    made.signatures[0] = made.signatures[0].partition(" = ")[0]
                if name.startswith("~") and not made.documented:
                    continue
                if kind == "variable":
                    made.value = m.findtext("initializer", "")
                if kind == "enum":
                    made.members = [self.enumerator(v, made) for v in m.findall("enumvalue")]
                found.append(made)
        found.sort(key=lambda s: (s.header, s.line))
        return self.merged(found) if is_class else found

    def enumerator(self, v, of):
        name = v.findtext("name")
        return Symbol("enumvalue", name, of.qualified, of.header, of.line, [name], v.find("briefdescription"),
                      v.find("detaileddescription"), value=v.findtext("initializer", "").removeprefix("= "))

    def signature(self, m, header, line):
        if m.get("kind") == "enum":
            strong = "class " if m.get("strong") == "yes" else ""
            under = m.findtext("type") or "".join(m.find("type").itertext())
            return f"enum {strong}{m.findtext('name')} : {under}" if under else f"enum {strong}{m.findtext('name')}"
        if self.source(header)[line - 1].startswith("}"):  # of a struct { … } name
            return re.sub(r"struct presence::", "", f"{''.join(m.find('type').itertext())} {m.findtext('name')}")
        text = self.declaration(header, line)
        clause = m.find("requiresclause")
        if clause is not None:
            tokens = re.findall(r"\w+|\S", "".join(clause.itertext()))
            text = re.sub(r"requires\s*" + r"\s*".join(map(re.escape, tokens)), lambda x: f"\n{x[0]}\n", text, count=1)
        text = re.sub(r"^template <", "template <", text)
        text = self.after_template(text)
        return "\n".join(part.strip() for part in text.split("\n") if part.strip())

    @staticmethod
    def after_template(text):
        if not text.startswith("template <"):
            return text
        depth = 0
        for i, c in enumerate(text):
            depth += (c == "<") - (c == ">")
            if c == ">" and depth == 0:
                return f"{text[:i + 1]}\n{text[i + 1:]}"
        return text

    @staticmethod
    def merged(symbols):
        """Those of a group that have one comment for all of them are one."""
        made = []
        for s in symbols:
            if made and s.section is not None and s.section is made[-1].section and s.same_comment(made[-1]):
                made[-1].signatures += s.signatures
                if made[-1].name != s.name:
                    made[-1].also.append(s.name)
            else:
                made.append(s)
        return made

    def add_macros(self, c):
        for m in c.iter("memberdef"):
            if m.get("kind") != "define" or "_DETAIL_" in m.findtext("name") or m.findtext("name").endswith("_HPP"):
                continue
            header, line = self.place(m)
            parameters = [p.findtext("defname") for p in m.findall("param")]
            value = m.findtext("initializer", "") if not parameters else ""
            text = f"#define {m.findtext('name')}" + (f"({', '.join(parameters)})" if parameters else f" {value}".rstrip())
            self.symbols.append(Symbol("define", m.findtext("name"), "", header, line, [text], m.find("briefdescription"),
                                       m.find("detaileddescription"), c))

    # --- together ---------------------------------------------------------------------------------------------------------

    def nest(self):
        """Classes of classes go into these, the others beside functions and aliases."""
        by_name = {s.qualified: s for s in self.compounds.values()}
        for s in self.compounds.values():
            if s.scope in by_name:
                by_name[s.scope].members.append(s)
                by_name[s.scope].members.sort(key=lambda m: m.line)
            else:
                self.symbols.append(s)
        self.symbols.sort(key=lambda s: (s.header, s.line))
        self.symbols = self.merged(self.symbols)
        self.by_header = {h: [] for h in self.headers}
        for s in self.symbols:
            page = STANDS_IN.get(s.header, s.header)
            if page in self.by_header:
                self.by_header[page].append(s)
            else:
                self.complaints.append(f"{s.qualified}: in {s.header}, which is no public header")

    def everything(self, among=None):
        for s in self.symbols if among is None else among:
            yield s
            yield from self.everything(s.members)

    def check(self):
        for s in self.everything():
            if not s.documented:
                self.complaints.append(f"include/{NAMESPACE}/{s.header}:{s.line}: {s.qualified} has no doc comment")
        # what Doxygen could not read would otherwise be missed by nobody
        known = {s.name for s in self.symbols}
        for header in self.headers:
            for number, name in self.named_in(header):
                if name not in known:
                    self.complaints.append(f"include/{NAMESPACE}/{header}:{number}: Doxygen does not see {name}")

    def named_in(self, header):
        """The types, concepts and aliases that a header defines at the top, by a look at its lines."""
        inside_detail = False
        for number, line in enumerate(self.source(header), 1):
            if line.startswith("namespace "):
                inside_detail = "detail" in line
            elif line.startswith("}  // namespace"):
                inside_detail = False
            found = re.match(r"(?:class|struct|enum class)(?: \[\[\w+\]\])? (\w+)\b(?! *<)|concept (\w+) |using (\w+) =", line)
            if found and not inside_detail and not line.rstrip().endswith(";"):
                yield number, next(name for name in found.groups() if name)
