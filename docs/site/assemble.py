#!/usr/bin/env python3
"""Makes the pages of the site from the documents as they stand in the repository.

usage: assemble.py --source ROOT --output DIR --d2 PROGRAM

In DIR/pages: the documents without what is for the tests; the examples as pages; copies of other files that a link leads to;
diagrams where a document says `<!-- diagram: NAME -->`; links between prose, clauses and the reference. The reference is in
DIR/pages/api already, made by api.py, or there is none. In DIR/mkdocs.yml: the configuration.
"""

import argparse
import json
import posixpath
import re
import shutil
from pathlib import Path

import crosslinks
import diagrams
import document
import navigation
import sources

# What the generator is told of a page. The opening page has a layout of its own: docs/site/overrides/home.html. The search shows
# prose before the reference, and no sources.
SETTINGS = [
    ("index.md", "template: home.html\nhide: [navigation, toc]"),
    ("api/", "search:\n  boost: 0.5"),
    ("examples/index.md", ""),
    ("examples/", "search:\n  exclude: true"),
    ("source/", "search:\n  exclude: true"),
]


class Site:
    def __init__(self, root, output, d2):
        self.root, self.output, self.d2 = root, output, d2
        self.pages = {}  # path of a page -> (Markdown, path in the repository from which its links count)
        self.copied = {}  # path in the site -> file
        self.drawn = set()
        self.headers = {}

    # what there is

    def read_documents(self):
        docs = self.root / "docs"
        for path in sorted(docs.rglob("*")):
            name = path.relative_to(docs).as_posix()
            if not path.is_file() or name.startswith(("site/", "examples/")):
                continue
            if path.suffix == ".md":
                self.pages[name] = (path.read_text(encoding="utf-8"), f"docs/{name}")
            else:
                self.copied[name] = path
        for page, name in (("changelog.md", "CHANGELOG.md"), ("readme.md", "README.md")):
            self.pages[page] = ((self.root / name).read_text(encoding="utf-8"), name)

    def read_examples(self):
        examples = self.root / "docs" / "examples"
        rows = []
        for path in sorted(examples.iterdir()):
            if path.suffix == ".cpp":
                page, about = f"examples/{path.stem}.md", sources.leading_comment(path)
                self.pages[page] = (sources.example_page(path), f"docs/examples/{path.name}")
            elif path.is_dir():
                page = f"examples/{path.name}/index.md"
                self.pages[page] = (sources.directory_page(path), f"docs/examples/{path.name}/index.md")
                about = self.read_example_documents(path) or sources.about_directory(path)
            else:
                continue
            rows.append((page, path.stem, sources.first_sentence(about)))
        listing = "".join(f"* [{name}]({posixpath.relpath(page, 'examples')}): {about}\n" for page, name, about in rows)
        text = ("# Examples\n\nWhole programs. The tests build and run each, and compare what it prints.\n\n" + listing)
        self.pages["examples/index.md"] = (text, "docs/examples/index.md")
        return [{name: page} for page, name, _ in rows]

    def read_example_documents(self, directory):
        """The Markdown files of an example become pages of their own; what its README says first is what it is about."""
        about = ""
        for path in sorted(directory.rglob("*.md")):
            name = path.relative_to(self.root / "docs").as_posix()
            text = path.read_text(encoding="utf-8")
            self.pages[name] = (text, f"docs/{name}")
            if path.name == "README.md":
                about = re.sub(r"\s+", " ", re.split(r"\n\s*\n", document.without_comments(text), maxsplit=2)[1])
        return about

    def read_reference(self):
        """Takes the pages of the reference. Its symbols and headers, and its navigation."""
        api = self.output / "pages" / "api"
        for path in sorted(api.rglob("*.md")):
            name = path.relative_to(self.output / "pages").as_posix()
            self.pages[name] = (path.read_text(encoding="utf-8"), name)
        symbols = {name: f"api/{target}" for name, target in read_json(api / "symbols.json").items()}
        themes = [{theme: [{header_of(page): f"api/{page}"} for page in pages]}
                  for theme, pages in read_json(api / "pages.json").items()]
        return symbols, ["api/index.md", *themes]

    # what becomes of it

    def page_of(self, path):
        """The page that shows a file or directory of the repository, made if there is none."""
        inside = path.removeprefix("docs/")
        if path == "README.md":
            return "index.md"
        if path == "CHANGELOG.md":
            return "changelog.md"
        if path in self.headers:
            return self.headers[path]
        if path.startswith("docs/") and (inside in self.pages or inside in self.copied):
            return inside
        if path == "docs/examples":
            return "examples/index.md"
        if path.startswith("docs/examples/"):
            first, _, rest = path.removeprefix("docs/examples/").partition("/")
            if not rest and f"examples/{Path(first).stem}.md" in self.pages:
                return f"examples/{Path(first).stem}.md"
            if f"examples/{first}/index.md" in self.pages:
                return f"examples/{first}/index.md" + (f"#{document.slug(rest)}" if rest else "")
        file = self.root / path
        if not file.exists():
            return None
        page = f"source/{path}.md"
        if page not in self.pages:
            self.pages[page] = (sources.source_page(path, file), path)
        return page

    def title_of(self, page, base, target):
        """Of a page to which a document's link gives its file's name, as that is all that a code host shows."""
        if target.endswith(".md") and not page.startswith("api/"):
            found = self.page_of(posixpath.normpath(posixpath.join(posixpath.dirname(base), target)))
            return document.title(self.pages[found][0]) if found in self.pages else ""
        return ""

    def link_target(self, page, base, target):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            return target
        path, hash_, anchor = target.partition("#")
        if page.startswith("api/") and base == page:  # the reference links within the site
            return target
        file = posixpath.normpath(posixpath.join(posixpath.dirname(base), path))
        # a heading of the repository's front page is not one of the site's
        found = "readme.md" if hash_ and file == "README.md" else self.page_of(file)
        if found is None:
            raise SystemExit(f"{base}: {target} leads nowhere")
        if hash_ and "#" not in found and not found.startswith("source/"):
            found += hash_ + anchor
        return crosslinks.relative(found, page)

    def insert_diagrams(self, page, text):
        def one(mark):
            name = mark[1]
            source = self.root / "docs" / "site" / "diagrams" / f"{name}.d2"
            if not source.is_file():
                raise SystemExit(f"{page}: there is no diagram '{name}'")
            self.drawn.add(name)
            return f"\n{diagrams.draw(self.d2, source)}\n"
        mark = re.compile(r"^<!-- diagram: (\S+) -->$", re.MULTILINE)
        return document.map_prose(text, lambda prose: mark.sub(one, prose))

    def unused_diagrams(self):
        there = {path.stem for path in (self.root / "docs" / "site" / "diagrams").glob("*.d2")}
        return sorted(there - self.drawn)

    def assemble(self):
        self.read_documents()
        examples = self.read_examples()
        symbols, reference = self.read_reference()
        self.headers = {f"include/{name}": page for name, page in symbols.items() if name.endswith(".hpp")}

        clauses = crosslinks.Clauses()
        done, pending = {}, list(self.pages)
        while pending:  # a link may make a page of what it leads to
            page = pending.pop()
            text, base = self.pages[page]
            if not page.startswith("source/"):
                text = clauses.define(page, document.without_comments(text))
                text = document.map_names(text, lambda target, name: self.title_of(page, base, target) or name)
                text = document.map_links(text, lambda target: self.link_target(page, base, target))
            done[page] = text
            pending += [new for new in self.pages if new not in done and new not in pending]

        linker = crosslinks.Linker(clauses, crosslinks.Symbols(symbols), done)
        for page, text in done.items():
            if not page.startswith("source/"):
                done[page] = self.insert_diagrams(page, linker.link(page, text))
        if self.unused_diagrams():
            raise SystemExit(f"docs/site/diagrams: in no document: {', '.join(self.unused_diagrams())}")
        for page, text in done.items():
            if page.startswith("api/"):
                done[page] = text + mentions(page, linker.mentions.get(page, ()), done)
        self.write(done)
        navigation.write(self.root, self.output, {"examples/": ["examples/index.md", *examples], "api/": reference})

    def write(self, pages):
        root = self.output / "pages"
        for page, text in pages.items():
            path = root / page
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(settings(page) + text, encoding="utf-8")
        for name, file in self.copied.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, path)
        shutil.copytree(self.root / "docs" / "site" / "css", root / "css", dirs_exist_ok=True)
        shutil.copytree(self.root / "docs" / "site" / "overrides", self.output / "overrides", dirs_exist_ok=True)


def settings(page):
    found = next((said for start, said in SETTINGS if page.startswith(start)), "")
    return f"---\n{found}\n---\n" if found else ""


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def header_of(page):
    return page.removesuffix(".md") + ".hpp"


def mentions(page, others, pages):
    """Where the documents speak of what a page of the reference describes."""
    links = [f"[{document.title(pages[other])}]({crosslinks.relative(other, page)})" for other in sorted(others)
             if not other.startswith(("api/", "source/", "changelog"))]
    return f"\n\n## In the documents\n\n{' · '.join(links)}\n" if links else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--d2", default="d2")
    arguments = parser.parse_args()
    Site(arguments.source.resolve(), arguments.output.resolve(), arguments.d2).assemble()


if __name__ == "__main__":
    main()
