#!/usr/bin/env python3
"""The reference that docs/site/api.py makes: every public symbol is documented, one that is not is found, and whatever a page
or the map of symbols leads to is there. usage: api_reference_test.py ROOT

Exits with 77 where there is no Doxygen.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1)).resolve()

# Comments to be taken away, each of another kind of symbol: file, the line below or beside the comment, what is named then.
UNDOCUMENTED = [
    ("basic_hub.hpp", "  [[nodiscard]] std::size_t member_count(", "presence::basic_hub::member_count"),
    ("publishing.hpp", "  requires(sizeof...(Handler) < 2) void leave_client(", "presence::publishing::leave_client"),
    ("action.hpp", "  enter = 2,", "presence::action::enter"),
    ("room_state.hpp", "[[nodiscard]] constexpr std::string_view to_string(self_state", "presence::to_string"),
    ("sink.hpp", "concept attachable_sink =", "presence::attachable_sink"),
    ("options.hpp", "  std::size_t max_backlog =", "presence::presence_options::max_backlog"),
    ("fwd.hpp", "using hub =", "presence::hub"),
    ("member.hpp", "struct query {", "presence::query"),
    ("version.hpp", "#define PRESENCE_ABI", "PRESENCE_ABI"),
    ("basic_hub.hpp", "    std::vector<attachment_type> attachments;", "presence::basic_hub::resumed_session::attachments"),
    ("testing/script_calls.hpp", "  bool echo =", "presence::testing::publish_answer::echo"),
]


def run(root, *arguments):
    command = [sys.executable, str(root / "docs/site/api.py"), "--source", str(root), *arguments]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def without_comment(text, start):
    """`text` without the doc comment above the declaration to which the line that begins so belongs, or beside that line."""
    lines = text.split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(start))
    if "///<" in lines[at]:
        lines[at] = re.sub(r" *///<.*", "", lines[at])
        return "\n".join(lines)
    while lines[at - 1].strip().startswith(("template <", "///@")):
        at -= 1
    first = at
    while lines[first - 1].strip().startswith("///") and not lines[first - 1].strip().startswith("///@"):
        first -= 1
    assert first < at, f"no comment at {start!r}"
    return "\n".join(lines[:first] + lines[at:])


class Reference(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.pages = Path(cls.directory.name) / "docs/api"
        shutil.copytree(ROOT / "docs", cls.pages.parent, ignore=shutil.ignore_patterns("site", "examples"))
        done = run(ROOT, "--output", str(cls.pages))
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)
        cls.symbols = json.loads((cls.pages / "symbols.json").read_text(encoding="utf-8"))
        cls.anchors = {page: cls.anchors_of(page) for page in cls.pages.rglob("*.md")}

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    @staticmethod
    def anchors_of(page):
        return re.findall(r"\{ #(\S+) \}|<a id=\"([^\"]+)\"", page.read_text(encoding="utf-8"))

    def leads_somewhere(self, page, target):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        self.assertTrue(file.is_file(), f"{page.name}: {target}")
        if anchor and file in self.anchors:
            self.assertIn(anchor, [a or b for a, b in self.anchors[file]], f"{page.name}: {target}")

    def test_every_name_of_the_map_is_where_it_says(self):
        for name, target in self.symbols.items():
            with self.subTest(name):
                self.leads_somewhere(self.pages / "index.md", target)

    def test_links_of_the_pages_lead_somewhere(self):
        seen = 0
        for page in self.anchors:
            text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                seen += 1
                self.leads_somewhere(page, target)
        self.assertGreater(seen, 500)

    def test_anchors_are_unique(self):
        for page, anchors in self.anchors.items():
            names = [a or b for a, b in anchors]
            self.assertEqual(sorted(names), sorted(set(names)), page)

    def test_names_that_users_write_are_there(self):
        for name in ("hub", "local_presence", "hub::connect", "basic_hub::resume", "basic_presence::enter",
                     "batch::leave_client", "basic_attachment::update", "subscription::unsubscribe", "errc::room_full",
                     "hub_options::grace", "transport", "observed", "member::entered_at",
                     "testing::manual_clock::advance", "testing::transport_harness"):
            self.assertIn(f"presence::{name}", self.symbols)
        self.assertIn("presence/codec/json.hpp", self.symbols)
        self.assertIn("PRESENCE_EXTERN_TEMPLATES", self.symbols)

    def test_what_is_not_for_users_is_not_there(self):
        for name in self.symbols:
            self.assertNotRegex(name, r"detail::|_$|::operate$|PRESENCE_DETAIL|loopback::relay")

    def test_constraints_and_inherited_functions_are_shown(self):
        hub = (self.pages / "basic_hub.md").read_text(encoding="utf-8")
        self.assertIn("template <std::invocable<std::string_view> MakeSink>\nrequires attachable_sink<", hub)
        self.assertIn("class Clock = std::chrono::system_clock", hub)
        participant = (self.pages / "basic_presence.md").read_text(encoding="utf-8")
        self.assertIn("### From publishing", participant)
        self.assertIn("{ #basic_presence-enter_client }", participant)


class Omissions(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        for part in ("include", "docs"):
            shutil.copytree(ROOT / part, self.root / part, ignore=shutil.ignore_patterns("examples", "__pycache__"))

    def test_each_kind_of_symbol_without_a_comment_is_found(self):
        for header, start, _ in UNDOCUMENTED:
            path = self.root / "include/presence" / header
            path.write_text(without_comment(path.read_text(encoding="utf-8"), start), encoding="utf-8")
        done = run(self.root, "--check")
        self.assertNotEqual(done.returncode, 0)
        said = set(re.findall(r"^include/presence/(\S+):\d+: (\S+) has no doc comment$", done.stdout, re.MULTILINE))
        self.assertEqual(said, {(header, name) for header, _, name in UNDOCUMENTED})

    def test_a_comment_that_doxygen_does_not_understand_is_an_error(self):
        path = self.root / "include/presence/changes.hpp"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("/// The difference that", "/// \\nonsense The difference that"), encoding="utf-8")
        done = run(self.root, "--check")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("include/presence/changes.hpp", done.stderr)


if __name__ == "__main__":
    if shutil.which("doxygen") is None:
        print("skipped: there is no doxygen")
        sys.exit(77)
    unittest.main()
