"""The configuration for MkDocs: mkdocs.yml with the made pages in its navigation."""

import re


def expand(nav, made):
    """`nav` with lists of pages in the places of names that end in a slash."""
    done = []
    for entry in nav:
        title, what = next(iter(entry.items())) if isinstance(entry, dict) else (None, entry)
        if isinstance(what, str) and what.endswith("/"):
            what = made[what]
        if isinstance(what, list):
            what = expand(what, made)
        done.append({title: what} if title else what)
    return done


def write(root, output, made):
    import yaml  # MkDocs' own; not there where only the tests of these scripts run

    text = (root / "docs" / "site" / "mkdocs.yml").read_text(encoding="utf-8")
    # Only `nav` is read: the rest has tags that MkDocs knows.
    part = re.search(r"^nav:\n(?:[ #-].*\n|\n)+", text, re.MULTILINE)
    nav = expand(yaml.safe_load(part[0])["nav"], made)
    configuration = {"nav": nav, "docs_dir": str(output / "pages"), "site_dir": str(output / "site")}
    (output / "mkdocs.yml").write_text(yaml.safe_dump(configuration, allow_unicode=True) + text.replace(part[0], ""),
                                       encoding="utf-8")
