#!/usr/bin/env python3
"""Looks at a built site as a browser would. usage: check.py SITE

Every link, picture, style and script leads to a file of the site, and every anchor to an element that is there. Nothing is
loaded from another host, and links lead only to the hosts that are named here. Prints what is wrong and exits with 1.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# Where links for readers may lead.
HOSTS = {
    "jsonlines.org",
}
# Addresses in the theme's scripts that these pages never ask for: they have no Mermaid diagrams, which are drawn here before,
# no link to a repository, and no browser without ResizeObserver. The rest is text.
IN_SCRIPTS = {
    "https://unpkg.com/mermaid@11/dist/mermaid.min.js",
    "https://unpkg.com/resize-observer-polyfill",
    "https://api.github.com/repos/",
    "https://api.github.com/users/",
    "https://gitlab.com/api/v4/projects/",
    "https://clipboardjs.com/",
    "http://tartarus.org/",
    "https://bit.ly/2s3ChXG",
}
NAMES_ONLY = ("http://www.w3.org/", "https://www.w3.org/")  # of XML namespaces, not addresses
LOADED = {("link", "href"), ("script", "src"), ("img", "src"), ("source", "src"), ("iframe", "src"), ("object", "data"),
          ("use", "href"), ("video", "src"), ("audio", "src"), ("embed", "src")}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.anchors, self.links, self.loaded, self.twice = set(), [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        name = attributes.get("id") or (attributes.get("name") if tag == "a" else None)
        if name:
            if name in self.anchors:
                self.twice.append(name)
            self.anchors.add(name)
        for key, value in attributes.items():
            if value is None:
                continue
            if (tag, key) in LOADED and not (tag == "link" and attributes.get("rel") in ("canonical", "prev", "next")):
                self.loaded.append(value)
            elif key in ("href", "xlink:href") and tag in ("a", "area", "link"):
                self.links.append(value)
            elif key == "srcset":
                self.loaded += [part.split()[0] for part in value.split(",")]
            elif key == "style":
                self.loaded += re.findall(r"url\(['\"]?([^'\")]+)", value)


class Site:
    def __init__(self, root):
        self.root = root
        self.pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(root.rglob("*.html"))}

    def target(self, page, path):
        # a page for what is not there is shown at any address, so its links begin at the root
        base = self.root if path.startswith("/") or page.name == "404.html" else page.parent
        found = (base / unquote(path).lstrip("/")).resolve()
        return found / "index.html" if found.is_dir() else found

    def mistakes(self):
        for path, page in self.pages.items():
            for name in page.twice:
                yield path, f"two elements are #{name}"
            for link in page.loaded:
                yield from self.loaded(path, link)
            for link in page.links:
                yield from self.link(path, page, link)
        for style in sorted(self.root.rglob("*.css")):
            text = style.read_text(encoding="utf-8")
            for link in re.findall(r"url\(\s*['\"]?([^'\")]+)", text) + re.findall(r"@import\s+['\"]([^'\"]+)", text):
                yield from self.loaded(style, link)
        for script in sorted(self.root.rglob("*.js")):
            if script.name != "search_index.js":
                for address in sorted(set(re.findall(r"https?://[\w.-]+/[\w./@%-]*", script.read_text(encoding="utf-8")))):
                    if address not in IN_SCRIPTS and not address.startswith(NAMES_ONLY):
                        yield script, f"a script names {address}"

    def loaded(self, path, link):
        parts = urlsplit(link)
        if parts.scheme == "data" or (not parts.path and not parts.netloc):
            return
        if parts.scheme or parts.netloc:
            yield path, f"would load {link}"
        elif not self.target(path, parts.path).is_file():
            yield path, f"{link} is not there"

    def link(self, path, page, link):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            if parts.hostname not in HOSTS:
                yield path, f"{link} leads to a host that check.py does not name"
            return
        target = self.target(path, parts.path) if parts.path else path
        if not target.is_file():
            yield path, f"{link} leads nowhere"
        elif parts.fragment and target in self.pages:
            if unquote(parts.fragment) not in self.pages[target].anchors:
                yield path, f"{link}: there is no such anchor"


def main(root):
    site = Site(Path(root).resolve())
    if not site.pages:
        sys.exit(f"{root}: there is no page")
    wrong = sorted({f"{path.relative_to(site.root)}: {what}" for path, what in site.mistakes()})
    links = sum(len(page.links) + len(page.loaded) for page in site.pages.values())
    print("\n".join(wrong) if wrong else f"check: {len(site.pages)} pages, {links} links and files, all there")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
