"""The Markdown of the documents, as far as the site has to know it: code, comments, links."""

import re


def pieces(text):
    """(is_code, lines) of each stretch of fenced code, fences included, and of what stands between."""
    stretch, fence = [], None
    for line in text.split("\n"):
        mark = re.match(r"\s*(```+|~~~+)", line)
        if fence is None and mark:
            yield False, stretch
            stretch, fence = [line], mark[1]
        elif fence is not None and line.strip() == fence:
            yield True, [*stretch, line]
            stretch, fence = [], None
        else:
            stretch.append(line)
    yield fence is not None, stretch


def map_prose(text, change):
    """The text with `change` applied to all that is not fenced code."""
    done = ["\n".join(lines) if is_code else change("\n".join(lines)) for is_code, lines in pieces(text) if lines]
    return "\n".join(done)


def without_comments(text):
    """Without what is for the tests only: directives, hidden code, marks of generated parts. Diagrams are for the reader."""
    # hidden code may look like a fence, so it goes before anything else
    text = re.sub(r"^<!--\s*snippet: hidden\n.*?^-->\n", "", text, flags=re.MULTILINE | re.DOTALL)
    comment = re.compile(r"\n[ \t]*<!--(?! diagram: ).*?-->[ \t]*(?=\n|\Z)", re.DOTALL)
    return map_prose(text, lambda prose: comment.sub("", "\n" + prose)[1:])


TOKEN = re.compile(
    r"""(?P<link>!?\[(?:[^\[\]]|\[[^\]]*\])*\]\([^)]*\))   # a link, or a picture
      | (?P<code>(?<!`)(?P<ticks>`+)(?!`)(?P<inside>.+?)(?<!`)(?P=ticks)(?!`))
      | (?P<html><[a-zA-Z/!][^>]*>)""",
    re.VERBOSE | re.DOTALL)


def map_tokens(prose, on_text, on_code, on_link=lambda link: link):
    """Applies each to its kind; what a link says stays as it is, and so does HTML. A paragraph at a time."""
    done = []
    for paragraph in re.split(r"(\n[ \t]*\n)", prose):
        at = 0
        for token in TOKEN.finditer(paragraph):
            done.append(on_text(paragraph[at:token.start()]))
            if token["link"]:
                done.append(on_link(token[0]))
            elif token["code"]:
                done.append(on_code(token[0], token["inside"].strip()))
            else:
                done.append(token[0])
            at = token.end()
        done.append(on_text(paragraph[at:]))
    return "".join(done)


def map_links(text, change):
    """`change(target)` for the target of each link and picture outside of code."""
    same = lambda piece, *_: piece

    def on_link(link):
        # a picture may stand inside of a link, and is one
        return re.sub(r"\]\(([^)\s]+)([^)]*)\)", lambda m: f"]({change(m[1])}{m[2]})", link)

    return map_prose(text, lambda prose: map_tokens(prose, same, same, on_link))


def map_names(text, name):
    """`name(target, text)` for the text of each link outside of code that is the name of the file it leads to."""
    same = lambda piece, *_: piece

    def on_link(link):
        plain = re.fullmatch(r"\[([\w./-]+\.md)\]\(([^)\s]+)\)", link)
        return f"[{name(plain[2], plain[1])}]({plain[2]})" if plain else link

    return map_prose(text, lambda prose: map_tokens(prose, same, same, on_link))


def title(text):
    heading = re.search(r"^# +(.*?) *$", text, re.MULTILINE)
    return re.sub(r"[`*]", "", heading[1]) if heading else ""


def slug(heading):
    """The anchor that code hosts, and the site, give to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def code_block(code, language):
    ticks = "```"
    while ticks in code:
        ticks += "`"
    return f"{ticks}{language}\n{code.rstrip()}\n{ticks}\n"
