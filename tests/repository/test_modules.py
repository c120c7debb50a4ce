"""Every module: a public surface, a length that one can read, nothing left for later."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

LONGEST = 400
LATER = ("TO" + "DO", "FIX" + "ME", "X" * 3)
FOLDERS = ("cubeai_auto", "cube_templates", "projects", "docs", "tests", "benchmarks", ".ci")
TEXT = {".py", ".c", ".h", ".ld", ".j2", ".css", ".md", ".toml", ".json", ".sh", ""}


def python_modules(repository: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((repository / "cubeai_auto").rglob("*.py")):
        yield path.relative_to(repository).as_posix(), path.read_text("utf-8")


def own_files(repository: Path) -> Iterator[Path]:
    """All files of ours: no caches, no results."""
    yield from (path for path in repository.iterdir() if path.is_file() and path.suffix in TEXT)
    for folder in FOLDERS:
        for path in (repository / folder).rglob("*"):
            parts = path.relative_to(repository).parts
            ours = "runs" not in parts and not any(p.startswith(".") and p != ".ci" for p in parts)
            if ours and "__pycache__" not in parts and path.is_file() and path.suffix in TEXT:
                yield path


def declared(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=names))
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.List(elts=names))
            ):
                return [str(ast.literal_eval(name)) for name in names]
    return None


def test_every_module_says_what_is_public(repository: Path) -> None:
    for name, source in python_modules(repository):
        tree = ast.parse(source)
        assert ast.get_docstring(tree), f"{name} has no docstring"
        public = declared(tree)
        if public is None:
            empty = all(isinstance(n, ast.Expr | ast.ImportFrom) for n in tree.body)
            assert empty, f"{name} has no __all__"
            assert name.endswith("__init__.py"), name
            continue
        assert len(public) == len(set(public)), f"{name} lists a name twice"
        known = {
            alias.asname or alias.name
            for n in ast.walk(tree)
            if isinstance(n, ast.ImportFrom | ast.Import)
            for alias in n.names
        }
        for node in tree.body:
            match node:
                case ast.FunctionDef(name=own) | ast.ClassDef(name=own):
                    known.add(own)
                case ast.Assign(targets=targets):
                    known |= {t.id for t in targets if isinstance(t, ast.Name)}
                case ast.AnnAssign(target=ast.Name(id=own)):
                    known.add(own)
        assert set(public) <= known, f"{name} lists what it does not have: {set(public) - known}"


def test_modules_are_short(repository: Path) -> None:
    long = {name: source.count("\n") for name, source in python_modules(repository)}
    assert not {name: lines for name, lines in long.items() if lines > LONGEST}


def test_nothing_is_left_for_later(repository: Path) -> None:
    found = []
    count = 0
    for path in own_files(repository):
        count += 1
        text = path.read_text("utf-8")
        found += [f"{path.relative_to(repository)}: {word}" for word in LATER if word in text]
    assert count > 200
    assert not found, "\n".join(found)
