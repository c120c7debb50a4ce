"""Imports run one way: the table below is the law, and docs/architecture.md says the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

BASE = (
    "errors", "quantity", "jsontext", "files", "process", "contract", "target", "board",
    "discovery",
)  # fmt: skip

# Each room and the rooms it may import. tflm is open to engines because the oracle lives there.
ROOMS: dict[str, tuple[str, ...]] = {
    "base": ("base",),
    "resources": (),
    "tflite": ("base",),
    "reports": ("base",),
    "codegen": ("base", "tflite"),
    "firmware": ("base",),
    "tflm": ("base", "tflite"),
    "models": ("base",),
    "engines": ("base", "tflite", "reports", "codegen", "firmware", "tflm"),
    "cubemx": ("base",),
    "compare": ("base", "tflite", "reports", "tflm"),
    "render": ("base", "reports", "compare"),
    "project": (
        "base", "tflite", "reports", "firmware", "tflm", "models", "engines", "cubemx", "compare",
        "render",
    ),
    "cli": (
        "base", "tflite", "reports", "firmware", "tflm", "engines", "cubemx", "compare", "render",
        "project",
    ),
}  # fmt: skip

# The package's own front door: the names it offers, by the room they come from.
FRONT = {"__version__": "base", "load_project": "project", "Project": "project"}
STARTING = {"subprocess", "pty", "multiprocessing", "asyncio"}
STARTING_CALLS = ("system", "popen", "posix_spawn", "posix_spawnp", "fork", "forkpty", "startfile")
TRAINING = {"tensorflow", "keras", "tf_keras"}


@dataclass(frozen=True)
class Imported:
    """One imported name: ``module`` and, for ``from``, what is taken from it."""

    module: str
    names: tuple[str, ...]
    line: int
    inside_function: bool
    for_types_only: bool


def imports(source: str) -> Iterator[Imported]:
    """Every import of a module, wherever it stands, and ``import_module("literal")``."""

    def visit(node: ast.AST, inside: bool, types: bool) -> Iterator[Imported]:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield Imported(alias.name, (), node.lineno, inside, types)
            case ast.ImportFrom(module=module, names=names, level=0):
                yield Imported(module or "", tuple(a.name for a in names), node.lineno, inside, types)
            case ast.ImportFrom():
                yield Imported(".", (), node.lineno, inside, types)
            case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
                if ast.unparse(function).rpartition(".")[2] in {"import_module", "__import__"}:
                    yield Imported(name, (), node.lineno, inside, types)
        within = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        typing = types or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        for child in ast.iter_child_nodes(node):
            yield from visit(child, within, typing)

    yield from visit(ast.parse(source), False, False)


def modules(repository: Path) -> dict[str, Path]:
    found = {}
    for path in sorted((repository / "cubeai_auto").rglob("*.py")):
        parts = path.relative_to(repository).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def room_of(module: str) -> str:
    first = [*module.split("."), ""][1]
    return "base" if first in BASE else "cli" if first == "__main__" else first


def rooms_imported(found: Imported) -> set[str]:
    if found.module != "cubeai_auto":
        return {room_of(found.module)} if found.module.startswith("cubeai_auto.") else set()
    return {FRONT.get(name) or room_of(f"cubeai_auto.{name}") for name in found.names}


def broken_rules(module: str, source: str) -> list[str]:
    """What a module of the package imports and should not."""
    own = room_of(module)
    allowed = {own, *ROOMS.get(own, ())} if own else {"project"}
    wrong = []
    for found in imports(source):
        where = f"{module}:{found.line}"
        if found.module == ".":
            wrong.append(f"{where}: a relative import")
        wrong += [f"{where}: {own} imports {room}" for room in rooms_imported(found) - allowed]
        top = found.module.partition(".")[0]
        if top in STARTING and module != "cubeai_auto.process":
            wrong.append(f"{where}: {top}, but only cubeai_auto.process starts programs")
        if top in TRAINING and not (own == "models" and found.inside_function):
            wrong.append(f"{where}: {top}, but only functions of models import it")
    return wrong


def test_imports_run_one_way(repository: Path) -> None:
    found = modules(repository)
    assert len(found) > 100
    wrong = [w for name, path in found.items() for w in broken_rules(name, path.read_text("utf-8"))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("module", "source", "what"),
    [
        ("cubeai_auto.tflite.x", "from cubeai_auto.engines import base", "tflite imports engines"),
        ("cubeai_auto.files", "def f():\n    import cubeai_auto.render.svg", "base imports render"),
        (
            "cubeai_auto.render.x",
            "if TYPE_CHECKING:\n    from cubeai_auto.project import a",
            "render imports project",
        ),
        ("cubeai_auto.compare.x", "from cubeai_auto import render", "compare imports render"),
        ("cubeai_auto.engines.x", "from cubeai_auto import load_project", "engines imports project"),
        ("cubeai_auto.codegen.x", "import_module('cubeai_auto.firmware')", "codegen imports firmware"),
        ("cubeai_auto.codegen.x", "from . import emit", "relative"),
        ("cubeai_auto.firmware.x", "import subprocess", "subprocess"),
        ("cubeai_auto.models.x", "import tensorflow as tf", "tensorflow"),
        ("cubeai_auto.cli.x", "def f():\n    from keras import layers", "keras"),
        ("cubeai_auto", "from cubeai_auto import engines", "imports engines"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_seen(module: str, source: str, what: str) -> None:
    (wrong,) = broken_rules(module, source)
    assert what in wrong


def test_what_is_allowed_is_allowed() -> None:
    assert not broken_rules("cubeai_auto.models.x", "def f():\n    import tensorflow")
    assert not broken_rules("cubeai_auto.engines.x", "from cubeai_auto import __version__, errors")
    assert not broken_rules("cubeai_auto.process", "import subprocess")


def test_programs_are_started_in_one_place(repository: Path) -> None:
    """``os.system`` and its like are calls, not imports."""
    wrong = []
    for name, path in modules(repository).items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Attribute(value=ast.Name(id="os"), attr=attr) if name != "cubeai_auto.process":
                    if attr in STARTING_CALLS or attr.startswith(("exec", "spawn")):
                        wrong.append(f"{name}:{node.lineno}: os.{attr}")
    assert not wrong, "\n".join(wrong)


def test_recipes_import_tensorflow_inside_functions(repository: Path) -> None:
    recipes = sorted((repository / "projects").glob("*/model.py"))
    assert recipes
    for path in recipes:
        for found in imports(path.read_text("utf-8")):
            heavy = found.module.partition(".")[0] in TRAINING
            assert not heavy or found.inside_function, f"{path}:{found.line}"


def test_the_table_has_no_cycles_and_all_rooms(repository: Path) -> None:
    order = TopologicalSorter({room: set(may) - {room} for room, may in ROOMS.items()})
    assert list(order.static_order())
    found = {room_of(name) for name in modules(repository)} - {""}
    assert found == set(ROOMS)


def test_modules_do_not_import_each_other_in_circles(repository: Path) -> None:
    """Of the imports that happen when a module is loaded."""
    known = modules(repository)
    graph: dict[str, set[str]] = {}
    for name, path in known.items():
        needed = set()
        for found in imports(path.read_text("utf-8")):
            if found.inside_function or found.for_types_only:
                continue
            targets = [f"{found.module}.{n}" for n in found.names]
            needed |= {t if t in known else found.module for t in targets or [found.module]}
        graph[name] = (needed & known.keys()) - {name}
    try:
        assert list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_architecture_page_has_the_same_table(repository: Path) -> None:
    page = (repository / "docs" / "architecture.md").read_text("utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("| ")
    ]
    table = {row[0]: row for row in rows if row[0] in ROOMS}
    assert table.keys() == ROOMS.keys()
    for room, may in ROOMS.items():
        written = tuple(name.strip() for name in table[room][2].split(",") if name.strip() != "-")
        assert written == may, room
    for module in BASE:
        assert f"`{module}`" in table["base"][1], module
