#!/usr/bin/env python3
"""Runs `replay` as a user does. usage: replay_test.py PROGRAM [unittest arguments]"""

import gzip
import json
import os
import pty
import random
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import model

PROGRAM = ""
TRACE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "replay" / "trace.jsonl.gz"

GOOD = b'{"t":1000,"event":"enter","client":"alice","connection":"k1"}\n'


def run(*arguments, stdin=b"", **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, timeout=120, **options)


def encode(lines):
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def trace(*events):
    """('enter', 'alice', 'k1', 1000) and so on."""
    return [{"t": t, "event": event, "client": client, "connection": connection}
            for event, client, connection, t in events]


def random_trace(seed):
    """A few clients on a few connections, so that everything collides: times that are equal, connections that are used
    again, leaves and drops of what is not there. One connection id always belongs to the same client."""
    source = random.Random(seed)
    clients = source.randint(1, 6)
    connections = source.randint(1, 12)
    step = source.choice([0, 1, 3, 50])
    t = source.choice([0, 1, 1_464_746_763_000])
    lines = []
    for _ in range(source.randint(0, 120)):
        t += source.choice([0, 0, source.randint(0, step)])
        connection = source.randrange(connections)
        event = source.choice(["enter", "enter", "update", "leave", "drop", "drop"])
        lines.append({"t": t, "event": event, "client": f"c{connection % clients}", "connection": f"k{connection}"})
    return lines, source.choice([0, 1, 2, 5, 40, 1_000])


class Program(unittest.TestCase):
    maxDiff = None

    def answers(self, lines, grace, stdin=None):
        done = run("--json", "--grace", grace, "-", stdin=encode(lines) if stdin is None else stdin)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(done.stdout.decode(), model.as_printed(model.replay(lines, grace)))
        return json.loads(done.stdout)

    def file(self, content, name="trace.jsonl"):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        path = Path(directory.name) / name
        path.write_bytes(content)
        return path


class TheRecordedRoom(Program):
    @classmethod
    def setUpClass(cls):
        cls.plain = gzip.decompress(TRACE.read_bytes())
        cls.lines = [json.loads(line) for line in cls.plain.splitlines()]

    def test_counts_agree_with_the_model_for_any_grace(self):
        for grace in (0, 1, 1_000, 15_000, 120_000, 86_400_000):
            with self.subTest(grace=grace):
                done = run("--json", "--grace", grace)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.assertEqual(done.stdout.decode(), model.as_printed(model.replay(self.lines, grace)))

    def test_is_the_default_with_a_grace_of_15_seconds(self):
        wanted = model.as_printed(model.replay(self.lines, 15_000))
        self.assertEqual(run("--json").stdout.decode(), wanted)
        self.assertEqual(run(TRACE, "--json").stdout.decode(), wanted)

    def test_is_the_same_from_a_plain_file_and_from_standard_input(self):
        wanted = run("--json").stdout
        self.assertEqual(run("--json", self.file(self.plain)).stdout, wanted)
        self.assertEqual(run("--json", "-", stdin=self.plain).stdout, wanted)
        self.assertEqual(run("--json", "-", stdin=TRACE.read_bytes()).stdout, wanted)


class Semantics(Program):
    def test_random_traces_agree_with_the_model(self):
        for seed in range(200):
            lines, grace = random_trace(seed)
            with self.subTest(seed=seed, grace=grace):
                self.answers(lines, grace)

    def test_no_line_at_all(self):
        self.assertEqual(self.answers([], 15_000)["events"]["enter"], 0)

    def test_a_second_enter_is_an_update(self):
        result = self.answers(trace(("enter", "a", "k1", 1), ("enter", "a", "k1", 2)), 10)
        self.assertEqual(result["events"], {"enter": 1, "update": 1, "leave": 0, "present": 0})

    def test_an_update_of_an_unseen_connection_is_an_enter(self):
        result = self.answers(trace(("update", "a", "k1", 1)), 10)
        self.assertEqual(result["events"], {"enter": 1, "update": 0, "leave": 0, "present": 0})

    def test_leave_and_drop_of_what_is_not_there_are_ignored(self):
        result = self.answers(trace(("leave", "a", "k1", 1), ("drop", "a", "k2", 1), ("enter", "a", "k3", 1),
                                    ("drop", "a", "k3", 1), ("drop", "a", "k3", 2), ("leave", "a", "k3", 3)), 10)
        self.assertEqual(result["ignored"], 4)
        self.assertEqual(result["leave_reasons"], {"left": 0, "timed_out": 1})

    def test_what_is_due_at_a_line_s_time_comes_before_the_line(self):
        lines = trace(("enter", "a", "k1", 0), ("drop", "a", "k1", 5), ("enter", "a", "k2", 15))
        self.assertEqual(self.answers(lines, 10)["users"], {"online": 2, "offline": 1})
        self.assertEqual(self.answers(lines, 11)["users"], {"online": 1, "offline": 0})
        self.assertEqual(self.answers(lines, 11)["peak_members"], 2)
        self.assertEqual(self.answers(lines, 11)["peak_users"], 1)

    def test_a_dropped_connection_that_enters_again_is_another_member(self):
        result = self.answers(trace(("enter", "a", "k1", 0), ("drop", "a", "k1", 1), ("enter", "a", "k1", 2)), 10)
        self.assertEqual((result["events"]["enter"], result["events"]["leave"], result["peak_members"]), (2, 1, 2))

    def test_the_last_grace_period_passes(self):
        result = self.answers(trace(("enter", "a", "k1", 0), ("drop", "a", "k1", 0)), 86_400_000)
        self.assertEqual((result["final_members"], result["final_users"]), (0, 0))

    def test_line_ends_and_unknown_fields_do_not_matter(self):
        lines = trace(("enter", "a", "k1", 1), ("leave", "a", "k1", 2))
        more = [dict(line, reason="quit", extra={"deep": [1, {}]}) for line in lines]
        self.answers(lines, 10, encode(more))
        self.answers(lines, 10, encode(lines).replace(b"\n", b"\r\n"))
        self.answers(lines, 10, encode(lines)[:-1])

    def test_lines_that_lie_across_the_reader_s_buffer(self):
        padding = [0, 1, 65_000, 65_300, 10, 65_420, 30_000, 30_000, 30_000]
        lines = trace(*(("enter", "a", f"k{i}", i) for i in range(len(padding))))
        self.answers(lines, 10, encode(dict(line, x="x" * n) for line, n in zip(lines, padding)))

    def test_ids_may_be_any_text(self):
        self.answers(trace(("enter", "Zoë:1 \"\\\x00", "k\n1", 1), ("drop", "Zoë:1 \"\\\x00", "k\n1", 2),
                           ("enter", "c" * 256, "k" * 256, 2)), 10)


class MalformedLines(Program):
    CASES = [
        (b"", "the line is empty"),
        (b"   ", "not JSON: incomplete JSON"),
        (b"hello", "not JSON: syntax error"),
        (b'{"t":1000', "not JSON: incomplete JSON"),
        (GOOD.strip() * 2, "not JSON: extra data"),
        (b"\xef\xbb\xbf" + GOOD.strip(), "not JSON: syntax error"),
        (b"[" * 100 + b"]" * 100, "not JSON: too deep"),
        (GOOD.strip().replace(b"alice", b"\xff"), "not JSON: "),
        (GOOD.strip().replace(b"alice", b"\\ud800"), "not JSON: "),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"event":"enter","client":"a","connection":"k"}', '"t" is missing'),
        (b'{"t":"1000","event":"enter","client":"a","connection":"k"}', '"t" is not an integer'),
        (b'{"t":1000.5,"event":"enter","client":"a","connection":"k"}', '"t" is not an integer'),
        (b'{"t":null,"event":"enter","client":"a","connection":"k"}', '"t" is not an integer'),
        (b'{"t":-1,"event":"enter","client":"a","connection":"k"}', '"t" is not a time in milliseconds between'),
        (b'{"t":18446744073709551615,"event":"enter","client":"a","connection":"k"}', '"t" is not a time'),
        (b'{"t":253402300800000,"event":"enter","client":"a","connection":"k"}', '"t" is not a time'),
        (b'{"t":999,"event":"enter","client":"a","connection":"k"}', '"t" goes back'),
        (b'{"t":1000,"client":"a","connection":"k"}', '"event" is missing'),
        (b'{"t":1000,"event":4,"client":"a","connection":"k"}', '"event" is not a string'),
        (b'{"t":1000,"event":"Enter","client":"a","connection":"k"}', '"event" is none of enter, update, leave and drop'),
        (b'{"t":1000,"event":"enter","connection":"k"}', '"client" is missing'),
        (b'{"t":1000,"event":"enter","client":["a"],"connection":"k"}', '"client" is not a string'),
        (b'{"t":1000,"event":"enter","client":"","connection":"k"}', '"client" is empty'),
        (b'{"t":1000,"event":"enter","client":"*","connection":"k"}', '"client" is "*"'),
        (b'{"t":1000,"event":"enter","client":"%s","connection":"k"}' % (b"a" * 257), '"client" is longer than 256 bytes'),
        (b'{"t":1000,"event":"enter","client":"a"}', '"connection" is missing'),
        (b'{"t":1000,"event":"enter","client":"a","connection":7}', '"connection" is not a string'),
        (b'{"t":1000,"event":"enter","client":"a","connection":""}', '"connection" is empty'),
        (b'{"t":1000,"event":"enter","client":"bob","connection":"k1"}', "the connection is that of another client"),
        (b'{"x":"' + b"x" * 65_536 + b'"}', "longer than 65536 bytes"),
        (b"x" * 1_000_000, "longer than 65536 bytes"),
    ]

    def refused(self, done, where, what):
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        error = done.stderr.decode()
        self.assertTrue(error.startswith(f"{where}: {what}"), error)
        self.assertEqual(error.count("\n"), 1)

    def test_are_told_with_their_number_and_what_is_wrong(self):
        for line, what in self.CASES:
            with self.subTest(line=line[:80]):
                self.refused(run("--json", "-", stdin=GOOD + line + b"\n" + GOOD), "<stdin>:2", what)

    def test_are_told_with_the_name_of_the_file(self):
        path = self.file(GOOD * 4 + b"{}\n")
        self.refused(run("--json", path), f"{path}:5", '"t" is missing')

    def test_count_where_the_file_just_ends(self):
        self.refused(run("--json", "-", stdin=GOOD + GOOD[:-10]), "<stdin>:2", "not JSON: incomplete JSON")

    def test_stop_the_live_view_too(self):
        done = run("-", stdin=GOOD + b"{}\n")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, b'<stdin>:2: "t" is missing\n')


class UnreadableFiles(Program):
    def refused(self, path, why):
        done = run("--json", path)
        self.assertEqual((done.returncode, done.stdout), (1, b""))
        self.assertEqual(done.stderr.decode(), f"{path}: cannot read: {why}\n")

    def test_that_are_not_there(self):
        self.refused("/nonexistent/trace", "No such file or directory")
        self.refused("", "No such file or directory")

    def test_that_are_directories(self):
        self.refused(tempfile.gettempdir(), "Is a directory")

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_that_are_forbidden(self):
        path = self.file(GOOD)
        path.chmod(0)
        self.refused(path, "Permission denied")

    def test_that_are_cut_off(self):
        packed = gzip.compress(GOOD * 100)
        self.refused(self.file(packed[:-9], "cut.gz"), "unexpected end of file")

    def test_that_are_damaged(self):
        packed = bytearray(gzip.compress(GOOD))
        packed[-5] ^= 1
        self.refused(self.file(bytes(packed), "damaged.gz"), "incorrect data check")

    def test_standard_input_that_is_closed(self):
        done = subprocess.run(["sh", "-c", 'exec "$0" --json - <&-', PROGRAM], capture_output=True, timeout=120)
        self.assertEqual((done.returncode, done.stderr), (1, b"<stdin>: cannot read: Bad file descriptor\n"))

    def test_standard_output_that_is_full(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "wb") as full:
            for arguments in (["--json"], []):
                done = subprocess.run([PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, timeout=120)
                self.assertEqual((done.returncode, done.stderr), (1, b"cannot write to standard output\n"))


class Arguments(Program):
    def test_that_are_wrong_are_told_with_the_usage(self):
        for arguments in (["--grace"], ["--grace", "x"], ["--grace", "-1"], ["--grace", "1.5"], ["--grace", ""],
                          ["--grace", "99999999999999999999"], ["--speed", "0"], ["--speed", "-2"], ["--speed", "nan"],
                          ["--speed", "inf"], ["--speed", "fast"], ["--nonsense"], ["-", "-"], ["--json=maybe", "-"],
                          ["--grace", "1", "--grace", "2"]):
            with self.subTest(arguments=arguments):
                done = run(*arguments, stdin=GOOD)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertIn("usage: replay [--grace MS] [--speed N] [--json] [FILE|-]", done.stderr.decode())

    def test_help_names_them_all(self):
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        for word in ("--grace", "--speed", "--json", "FILE"):
            self.assertIn(word, done.stdout.decode())

    def test_may_come_in_any_order_and_form(self):
        wanted = run("--json", "--grace", "5", "-", stdin=GOOD).stdout
        self.assertEqual(run("-", "--grace=5", "--json", stdin=GOOD).stdout, wanted)
        self.assertEqual(run("--json", "--", self.file(GOOD)).stdout, wanted)

    def test_speed_takes_its_time_and_changes_no_count(self):
        lines = trace(("enter", "a", "k1", 1_000), ("drop", "a", "k1", 2_000), ("enter", "a", "k2", 3_000))
        start = time.monotonic()
        done = run("--json", "--grace", "500", "--speed", "10", "-", stdin=encode(lines))
        self.assertGreaterEqual(time.monotonic() - start, 0.2)
        self.assertEqual(done.stdout.decode(), model.as_printed(model.replay(lines, 500)))


class WhatPeopleSee(Program):
    def terminal(self, stdin, **environment):
        """What the program writes to a terminal."""
        path = self.file(stdin)
        parent, child = pty.openpty()
        process = subprocess.Popen([PROGRAM, path], stdin=subprocess.DEVNULL, stdout=child, stderr=child,
                                   env={"PATH": os.environ["PATH"], **environment})
        os.close(child)
        seen = b""
        try:
            while piece := os.read(parent, 65_536):
                seen += piece
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(parent)
        self.assertEqual(process.wait(timeout=120), 0)
        return seen.decode()

    def test_a_pipe_gets_lines_without_escape_sequences(self):
        done = run()
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        text = done.stdout.decode()
        self.assertNotRegex(text, r"[\x00-\x09\x0b-\x1f\x7f]")
        reports = re.findall(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  \d+ members? ", text, re.MULTILINE)
        self.assertTrue(10 <= len(reports) <= 40, reports)
        self.assertTrue(all(len(line) <= 120 for line in text.splitlines()), text)
        self.assertRegex(text, r"(?m)^lines +26440 read, 44 of them ignored")

    def test_of_a_short_trace_every_line_is_shown(self):
        lines = trace(("enter", "alice", "k1", 1_000), ("enter", "bob", "k2", 2_000), ("leave", "alice", "k1", 3_000))
        text = run("-", stdin=encode(lines)).stdout.decode()
        self.assertEqual(text.splitlines()[:3], [
            "1970-01-01 00:00:01  1 member      alice",
            "1970-01-01 00:00:02  2 members     alice  bob",
            "1970-01-01 00:00:03  1 member      bob",
        ])

    def test_a_terminal_is_drawn_in_place(self):
        text = self.terminal(GOOD * 2, TERM="xterm")
        self.assertIn("\x1b[?7l", text)
        self.assertIn("alice", text)
        self.assertIn("100%", text)
        self.assertIn("\x1b[32menter\x1b[0m", text)
        self.assertNotIn("\x1b[3", self.terminal(GOOD, TERM="xterm", NO_COLOR="1"))

    def test_a_terminal_that_cannot_do_that_gets_lines(self):
        self.assertNotIn("\x1b", self.terminal(GOOD, TERM="dumb"))
        self.assertNotIn("\x1b", self.terminal(GOOD))

    def test_ids_cannot_command_the_terminal(self):
        bad = "a\x1b[2J\x9b2Jz\x07"
        lines = trace(("enter", bad, "k1", 1_000))
        self.assertIn("a?[2J?2Jz?", run("-", stdin=encode(lines)).stdout.decode())
        self.assertNotIn("\x1b[2J", self.terminal(encode(lines), TERM="xterm"))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = sys.argv.pop(1)
    unittest.main()
