"""Pages that show source files: examples with what they print, and what else a document links to."""

import re

import document

LANGUAGES = {".cpp": "cpp", ".hpp": "cpp", ".c": "c", ".h": "c", ".py": "python", ".sh": "bash", ".json": "json",
             ".md": "md", ".cmake": "cmake", ".yml": "yaml", ".js": "js", ".mjs": "js", ".toml": "toml"}


def language(path):
    return "cmake" if path.name == "CMakeLists.txt" else LANGUAGES.get(path.suffix, "text")


def is_text(path):
    return path.is_file() and b"\0" not in path.read_bytes()[:4096]


def leading_comment(path):
    """The comment at the top of a source file, as text."""
    mark = "#" if language(path) == "cmake" else "//"
    lines = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line.startswith(mark):
            break
        lines.append(line.removeprefix(mark).strip())
    return " ".join(lines)


def about_directory(path):
    """What an example of several files is: the comment at the top of its program, or of its build file."""
    return next((leading_comment(path / name) for name in ("main.cpp", "CMakeLists.txt") if (path / name).is_file()), "")


def first_sentence(text):
    return re.split(r"(?<=\.) ", text, maxsplit=1)[0]


def example_page(path):
    text = f"# {path.stem}\n\n{leading_comment(path)}\n\n"
    code = re.sub(r"\A(//.*\n)+", "", path.read_text(encoding="utf-8"))
    text += document.code_block(code, "cpp")
    expected = path.with_suffix(".expected")
    if expected.is_file():
        text += f"\nIt prints:\n\n{document.code_block(expected.read_text(encoding='utf-8'), 'text')}"
    return text


def directory_page(path):
    files = [f for f in sorted(path.rglob("*")) if is_text(f) and "__pycache__" not in f.parts]
    named = {f: f.relative_to(path).as_posix() for f in files}
    text = f"# {path.name}\n\n{about_directory(path)}\n\n"
    documents = [f"[{named[f]}]({named[f]})" for f in files if f.suffix == ".md"]
    if documents:
        text += f"More about it: {', '.join(documents)}.\n\n"
    for file in files:
        if file.suffix != ".md":
            text += f"## {named[file]}\n\n{document.code_block(file.read_text(encoding='utf-8'), language(file))}\n"
    return text


def source_page(path, file):
    text = f"# {path}\n\n"
    if file.is_dir():
        names = [f.relative_to(file).as_posix() for f in sorted(file.rglob("*")) if f.is_file()]
        return text + document.code_block("\n".join(n for n in names if "__pycache__" not in n), "text")
    if not is_text(file):
        return text + "Not a text file.\n"
    return text + document.code_block(file.read_text(encoding="utf-8"), language(file))
