"""Diagrams, drawn by D2 from docs/site/diagrams, as pieces of a page.

They have no colours of their own: D2 marks each shape with the role of its colour (`fill-B6`, `stroke-B1`), and the site's
css gives the roles colours that follow the light or dark scheme.
"""

import html
import re
import subprocess

SCALE = 0.85  # D2 leaves much space, and its text is a little larger than that of the pages

def caption(source):
    """The first line of the source, a comment: what the diagram shows, for whoever cannot see it."""
    first = source.read_text(encoding="utf-8").split("\n", 1)[0]
    if not first.startswith("# "):
        raise SystemExit(f"{source}: its first line should be a comment that says what the diagram shows")
    return first[2:]


def draw(d2, source):
    """The diagram as one line of HTML."""
    options = ["--no-xml-tag", "--omit-version", "--layout", "tala", "--pad", "4", "--salt", source.stem]
    result = subprocess.run([d2, *options, str(source), "-"], capture_output=True, text=True, timeout=60)
    if result.returncode != 0 or re.search(r"\bwarn", result.stderr):
        raise SystemExit(f"{source}: {result.stderr.strip()}")
    return figure(result.stdout, caption(source))


def figure(svg, text):
    svg = svg.replace("<![CDATA[", "").replace("]]>", "")
    svg = re.sub(r"\.[\w-]+ \.(?:fill|stroke|background-color|color|sketch-overlay)-[^{}]*\{[^{}]*\}", "", svg)
    svg = re.sub(r'\s(?:fill|stroke)="(?:#[0-9a-fA-F]+|white|black)"(?=[^<>]*\bclass="[^"]*(?:fill|stroke)-)', "", svg)
    svg = re.sub(r"<rect[^>]*fill-N7\"[^>]*stroke-width=\"0\"[^>]*/>", "", svg, count=1)  # the paper
    width = int(re.search(r'viewBox="0 0 (\d+) \d+"', svg)[1]) * SCALE
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(text)}" style="width:{width:.0f}px" ', 1)
    svg = re.sub(r"\s*\n\s*", " ", svg).strip()
    return f'<figure class="diagram">{svg}</figure>'
