#!/usr/bin/env python3
"""Puts the results of a run into the document: usage: report.py RESULTS DOCUMENT PLOTS

RESULTS is the directory with the JSON of the programs, of the peers and of the compile cost. In DOCUMENT what stands
between `<!-- generated: NAME -->` and `<!-- end -->` is written anew. PLOTS is the directory for the SVG.
"""

import re
import sys
from pathlib import Path

import plots
import tables
from results import Results

BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def blocks(results):
    has_peers = "peers" in results.contexts
    return {
        "summary": lambda: tables.summary(results),
        "conditions": lambda: tables.conditions(results),
        "goals": lambda: tables.goals(results),
        "participant": lambda: tables.rivals(results, "participant", peers=has_peers),
        "set": lambda: tables.rivals(results, "set", peers=has_peers),
        "hub": lambda: tables.rivals(results, "hub"),
        "memory": lambda: tables.counters(results, "memory"),
        "trace": lambda: tables.rivals(results, "trace"),
        "scaling": lambda: tables.rivals(results, "scaling"),
        "compile_cost": lambda: tables.compile_cost(results),
    }


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    results = Results(sys.argv[1])
    document = Path(sys.argv[2])
    makers = blocks(results)

    def renew(match):
        if match[2] not in makers:
            sys.exit(f"{document}: nothing makes '{match[2]}'; there are {', '.join(makers)}")
        return f"{match[1]}\n{makers[match[2]]()}\n\n{match[3]}"

    text = document.read_text(encoding="utf-8")
    document.write_text(BLOCK.sub(renew, text), encoding="utf-8")
    plots.all_plots(results, Path(sys.argv[3]))


if __name__ == "__main__":
    main()
