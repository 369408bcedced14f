#!/usr/bin/env python3
"""The scripts that build the documentation site, as far as they need nothing but Python. usage: site_test.py ROOT"""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(sys.argv[1]).resolve()
sys.path.insert(0, str(ROOT / "docs" / "site"))

import assemble  # noqa: E402
import check  # noqa: E402
import crosslinks  # noqa: E402
import diagrams  # noqa: E402
import document  # noqa: E402
import navigation  # noqa: E402


class Documents(unittest.TestCase):
    def test_what_is_for_the_tests_only_goes_and_code_stays(self):
        text = ("# A\n\n<!-- snippet: hidden\n```\n#include <x>\n-->\n<!-- snippet: json -->\n```cpp\n<!-- kept -->\n```\n"
                "<!-- generated: set -->\n| a |\n<!-- end -->\n<!-- diagram: parts -->\n")
        self.assertEqual(document.without_comments(text), "# A\n\n```cpp\n<!-- kept -->\n```\n| a |\n<!-- diagram: parts -->\n")

    def test_links_are_mapped_outside_of_code_only(self):
        text = "[a\nb](x.md#y) `[c](d)` ![p](q.svg)\n```\n[e](f)\n```\n"
        self.assertEqual(document.map_links(text, lambda target: target.upper()),
                         "[a\nb](X.MD#Y) `[c](d)` ![p](Q.SVG)\n```\n[e](f)\n```\n")

    def test_a_link_that_shows_a_file_name_shows_its_title(self):
        text = "[b.md](b.md#c), [b.md, too](b.md)"
        self.assertEqual(document.map_names(text, lambda target, name: f"{target}!"), "[b.md#c!](b.md#c), [b.md, too](b.md)")


class Clauses(unittest.TestCase):
    TABLE = "| no. | rule |\n|---|---|\n| S1 | one |\n| S2 | as S1, not as `S1` |\n\n| no. | Test |\n|---|---|\n| S1 | `t` |\n"

    def linker(self, *pages):
        clauses = crosslinks.Clauses()
        texts = {page: clauses.define(page, text) for page, text in pages}
        return crosslinks.Linker(clauses, crosslinks.Symbols(), texts), texts

    def test_are_defined_in_tables_and_linked_elsewhere(self):
        linker, texts = self.linker(("a.md", self.TABLE), ("g/b.md", "# S1\n\nSee S1 and S2, not S3, RTS1 or S1-x. [S1](y)"))
        self.assertIn('| <a id="S1"></a>S1 | one |', texts["a.md"])
        self.assertIn("as [S1](#S1), not as `S1`", linker.link("a.md", texts["a.md"]))
        self.assertTrue(linker.link("a.md", texts["a.md"]).endswith("| [S1](#S1) | `t` |\n"))
        self.assertEqual(linker.link("g/b.md", texts["g/b.md"]),
                         "# S1\n\nSee [S1](../a.md#S1) and [S2](../a.md#S2), not S3, RTS1 or S1-x. [S1](y)")

    def test_two_of_one_number_are_a_mistake(self):
        with self.assertRaises(SystemExit):
            self.linker(("a.md", self.TABLE), ("b.md", self.TABLE))

    def test_items_of_a_declared_list_are_clauses(self):
        _, texts = self.linker(("threads.md", "# T\n\n## What holds\n\n1. one\n2. two\n\n## More\n\n1. no\n"))
        self.assertIn('2. <a id="T2"></a>two', texts["threads.md"])
        self.assertIn("\n1. no\n", texts["threads.md"])
        with self.assertRaises(SystemExit):
            self.linker(("threads.md", "# T\n\n## What is else\n"))


class Symbols(unittest.TestCase):
    symbols = crosslinks.Symbols(
        {"presence::basic_hub": "h#basic_hub", "presence::basic_hub::run_due": "h#run_due", "presence::hub": "h#hub",
         "presence::basic_hub::attach": "h#attach", "presence::basic_presence::attach": "p#attach",
         "presence::errc::room_full": "e#room_full", "presence::event::data": "m#data", "presence::to_string": "x",
         "presence::testing::manual_clock": "t", "presence::testing::manual_clock::set": "t#set",
         "presence/hub.hpp": "h"})

    def test_are_found_where_they_cannot_be_another(self):
        for code, target in {
            "presence::hub": "h#hub", "hub<status>": "h#hub", "basic_hub::run_due()": "h#run_due", "run_due": "h#run_due",
            "hub.run_due()": "h#run_due", "errc::room_full": "e#room_full", "room_full": "e#room_full",
            "manual_clock": "t", "testing::manual_clock": "t", "<presence/hub.hpp>": "h", "basic_hub::attach": "h#attach",
        }.items():
            self.assertEqual(self.symbols.resolve(code), target, code)

    def test_and_not_where_they_could(self):
        for code in ("attach()", "data", "std::hub", "x.run", "presence", "a + b", "hub.nothing", "status.data", "set()",
                     "to_string"):
            self.assertIsNone(self.symbols.resolve(code), code)

    def test_what_a_type_of_the_readers_own_has_leads_to_its_concept(self):
        symbols = crosslinks.Symbols({"presence::clock": "c#clock", "presence::occupancy_event::now": "o#now",
                                      "presence::presence_sink": "s#sink", "presence::transport_receiver::on_sync": "t#sync"})
        self.assertEqual(symbols.resolve("now()"), "c#clock")
        self.assertEqual(symbols.resolve("on_sync"), "s#sink")
        self.assertEqual(symbols.resolve("on_sync", "transport_receiver"), "t#sync")
        self.assertIsNone(symbols.resolve("now"))

    def test_below_a_heading_that_names_a_class_its_members_need_no_owner(self):
        linker = crosslinks.Linker(crosslinks.Clauses(), self.symbols, ["a.md"])
        text = "## `basic_hub`\n`attach`\n### More\n`attach`\n## Else\n`attach`\n## `manual_clock`\n`set`\n"
        self.assertEqual(linker.link("a.md", text), "## `basic_hub`\n[`attach`](h#attach)\n### More\n[`attach`](h#attach)\n"
                         "## Else\n`attach`\n## `manual_clock`\n[`set`](t#set)\n")

    def test_are_linked_once_a_section_and_not_in_headings(self):
        linker = crosslinks.Linker(crosslinks.Clauses(), self.symbols, ["a.md"])
        text = "# `hub`\n\n`hub`, `hub`\n\n## B\n\n`hub` [`hub`](x)\n"
        self.assertEqual(linker.link("a.md", text), "# `hub`\n\n[`hub`](h#hub), `hub`\n\n## B\n\n[`hub`](h#hub) [`hub`](x)\n")
        self.assertEqual(linker.mentions, {"h": {"a.md"}})


class Navigation(unittest.TestCase):
    def test_made_pages_come_in(self):
        nav = [{"A": [{"x": "x.md"}]}, {"B": "b/"}]
        self.assertEqual(navigation.expand(nav, {"b/": ["b/i.md", {"z": "z.md"}]}),
                         [{"A": [{"x": "x.md"}]}, {"B": ["b/i.md", {"z": "z.md"}]}])


class Diagrams(unittest.TestCase):
    SVG = ('<svg viewBox="0 0 100 50"><rect fill="#FFFFFF" class=" fill-N7" stroke-width="0" /><style><![CDATA['
           '.d2-1 .fill-N1{fill:#0A0F25;}.d2-1 .text{font:x}]]></style><text fill="#0A0F25" class="text fill-N1">a</text></svg>')

    def test_have_the_colours_of_the_page(self):
        self.assertNotIn("#", diagrams.figure(self.SVG, "what"))
        self.assertIn(".d2-1 .text{font:x}", diagrams.figure(self.SVG, "what"))
        self.assertIn('aria-label="a &lt; b"', diagrams.figure(self.SVG, "a < b"))


class Assembly(unittest.TestCase):
    def test_links_lead_to_pages(self):
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory)
            for name in ("docs/g/a.md", "docs/b.md", "docs/examples/c.cpp", "docs/examples/d/e.hpp", "README.md", "dev"):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text("text\n", encoding="utf-8")
            site = assemble.Site(root, root / "out", "d2")
            (root / "CHANGELOG.md").write_text("# Changes\n", encoding="utf-8")
            site.read_documents()
            site.read_examples()
            for link, target in {"../b.md#x": "../b.md#x", "../examples/c.cpp": "../examples/c.md", "#here": "#here",
                                 "../examples/d/": "../examples/d/index.md", "../../README.md": "../index.md", "../../README.md#x": "../readme.md#x",
                                 "../examples/d/e.hpp": "../examples/d/index.md#ehpp", "https://a.b/": "https://a.b/",
                                 "../../dev#L3": "../source/dev.md"}.items():
                self.assertEqual(site.link_target("g/a.md", "docs/g/a.md", link), target)
            self.assertIn("source/dev.md", site.pages)
            with self.assertRaises(SystemExit):
                site.link_target("g/a.md", "docs/g/a.md", "nowhere.md")


class Check(unittest.TestCase):
    GOOD = '<a href="b.html#x">b</a><img src="p.svg"><a href="#me" id="me">here</a>'

    def mistakes(self, page, **files):
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory).resolve()
            for name, text in {"a.html": page, "b.html": '<p id="x">', "p.svg": "<svg/>", **files}.items():
                (root / name.replace("_", ".")).write_text(text, encoding="utf-8")
            return [what for _, what in check.Site(root).mistakes()]

    def test_a_good_site_has_no_mistake(self):
        self.assertEqual(self.mistakes(self.GOOD), [])

    def test_each_mistake_is_seen(self):
        for page in ('<a href="c.html">', '<a href="b.html#y">', '<a href="#y">', '<img src="q.svg">', '<script src="//x.y/z">',
                     '<link rel="stylesheet" href="https://x.y/z">', '<a href="https://example.org/">', '<p id="a"><p id="a">',
                     '<img srcset="q.svg 2x">', '<p style="background: url(https://x.y/z)">'):
            self.assertEqual(len(self.mistakes(page)), 1, page)
        self.assertEqual(len(self.mistakes("", s_css="@import 'https://x.y/z'; a { b: url(t.woff) }")), 2)
        self.assertEqual(len(self.mistakes("", s_js="fetch('https://x.y/z')")), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
