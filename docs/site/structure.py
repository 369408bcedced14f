#!/usr/bin/env python3
"""The pages say the same on the site as on a code host. usage: structure.py PAGES SITE

A code host reads Markdown by CommonMark's rules, MkDocs by older ones: a list without an empty line before it, or one that is
indented by two spaces, is none to it. So lists, tables, headings and code blocks are counted in both. Prints the differences
and exits with 1.
"""

import re
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt

COUNTED = {"h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "table", "tr", "td", "pre", "strong", "em", "blockquote", "img"}


class Elements(HTMLParser):
    """Counts the elements of a text, or of a site's page those of its article."""

    def __init__(self, text, whole):
        super().__init__()
        self.count, self.counting, self.whole, self.drawing = Counter(), whole, whole, False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.counting = self.counting or tag == "article"
        self.drawing = self.drawing or tag == "figure"
        if self.counting and not self.drawing and tag in COUNTED:
            start = dict(attributes).get("start", "") if tag == "ol" else ""
            self.count[f"{tag} from {start}" if start else tag] += 1

    def handle_endtag(self, tag):
        self.drawing = self.drawing and tag != "figure"
        self.counting = self.counting and (self.whole or tag != "article")


def differences(markdown, html):
    text = re.sub(r"\A---\n.*?\n---\n", "", markdown, flags=re.DOTALL)
    wanted = Elements(MarkdownIt("commonmark").enable("table").render(text), True).count
    there = Elements(html, False).count
    return [f"{there[tag]} times <{tag}>, on a code host {wanted[tag]}" for tag in sorted(wanted | there)
            if there[tag] != wanted[tag]]


def main(pages, site):
    compared, wrong = 0, []
    for path in sorted(Path(pages).rglob("*.md")):
        html = Path(site) / path.relative_to(pages).with_suffix(".html")
        compared += 1
        wrong += [f"{path.relative_to(pages)}: {what}"
                  for what in differences(path.read_text(encoding="utf-8"), html.read_text(encoding="utf-8"))]
    print("\n".join(wrong) if wrong else f"structure: {compared} pages as on a code host")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
