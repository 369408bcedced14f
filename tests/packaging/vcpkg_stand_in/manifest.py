#!/usr/bin/env python3
"""manifest.py FILE...: are these what vcpkg takes, and what `vcpkg format-manifest` would write? By its documentation
of vcpkg.json: which fields there are, of what form, and in which order they are written."""

import json
import re
import sys
from pathlib import Path

STRING = r".+"
NAME = r"(?!(?:prn|aux|nul|con|lpt[1-9]|com[1-9]|core|default)$)[a-z0-9]+(-[a-z0-9]+)*"
URL = r"https?://[^\s]+"
# in the order in which they are written
MANIFEST = {"name": NAME, "version": r"\d+(\.\d+)*", "port-version": int, "description": STRING, "homepage": URL,
            "documentation": URL, "license": r"[A-Za-z0-9.+-]+", "supports": STRING, "dependencies": list,
            "default-features": list, "features": dict}
FEATURE = {"description": STRING, "supports": STRING, "license": r"[A-Za-z0-9.+-]+", "dependencies": list}
DEPENDENCY = {"name": NAME, "host": bool, "default-features": bool, "features": list, "platform": STRING,
              "version>=": r"[^#]+(#\d+)?"}


def fields(found, known, required, where):
    for name in required:
        if name not in found:
            yield f"{where} has no {name}"
    for name, value in found.items():
        kind = known.get(name)
        if kind is None:
            yield f"{where}: there is no field {name}"
        elif isinstance(kind, str):
            if not isinstance(value, str) or not re.fullmatch(kind, value):
                yield f"{where}: {name} is {value!r}"
        elif type(value) is not kind:
            yield f"{where}: {name} is no {kind.__name__}"
    order = [name for name in known if name in found]
    if [name for name in found if name in known] != order:
        yield f"{where}: the order is {', '.join(order)}"


def dependencies(found, where):
    names = []
    for each in found:
        if isinstance(each, dict):
            yield from fields(each, DEPENDENCY, ["name"], where)
            if list(each) == ["name"]:
                yield f"{where}: {each['name']} is written as a string"
            for feature in each.get("features", []):
                if not re.fullmatch(NAME, feature):
                    yield f"{where}: feature {feature!r}"
            names.append(each.get("name", ""))
        elif isinstance(each, str) and re.fullmatch(NAME, each):
            names.append(each)
        else:
            yield f"{where}: {each!r}"
    if names != sorted(set(names)):
        yield f"{where}: not each once and sorted: {', '.join(names)}"


def faults(text):
    manifest = json.loads(text)
    yield from fields(manifest, MANIFEST, ["name", "version", "description", "homepage", "license"], "the manifest")
    yield from dependencies(manifest.get("dependencies", []), "dependencies")
    features = manifest.get("features", {})
    if list(features) != sorted(features):
        yield "features: not sorted"
    for name, feature in features.items():
        if not re.fullmatch(NAME, name):
            yield f"features: {name!r}"
        yield from fields(feature, FEATURE, ["description"], f"feature {name}")
        yield from dependencies(feature.get("dependencies", []), f"feature {name}")
    if text != json.dumps(manifest, indent=2, ensure_ascii=False) + "\n":
        yield "not formatted: two spaces, one entry a line, a newline at the end"


def main():
    found = [f"{path}: {fault}" for path in sys.argv[1:] for fault in faults(Path(path).read_text(encoding="utf-8"))]
    print("\n".join(found) or "as vcpkg takes and writes them")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
