"""Files with one mistake each: the line, the key, and a part of what the message has to say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cubeai_auto.errors import ConfigError
from cubeai_auto.project import load_config

Make = Callable[[str | bytes], Path]

# Appended to six right lines that end inside [dataset]; the mistake stands on the line given.
ONE_MISTAKE = [
    ("[engine]\noptimisation = 'time'", 8, "engine.optimisation", "did you mean 'optimization'?"),
    ("[engine]\nepochs = 3", 8, "engine.epochs", "did you mean 'model.epochs'?"),
    ("[engine]\nzebra = 3", 8, "engine.zebra", "known here: name, optimization"),
    ("[engin]\nname = 'auto'", 7, "engin", "did you mean 'engine'?"),
    ("\n[validate.on]\nx = 1", 8, "validate.on", "cannot be a table; allowed: a list"),
    ("[engine]\nopt_level = 'O9'", 8, "engine.opt_level", '"O9"; allowed: one of "Os", "O2", "O3"'),
    ("[engine]\nname = 'buildin'", 8, "engine.name", 'did you mean "builtin"?'),
    ("[engine]\nfast_float = 1", 8, "engine.fast_float", "cannot be 1; allowed: true or false"),
    ("[engine]\nfast_float = 'true'", 8, "engine.fast_float", "without quotes"),
    ("[engine]\nexecutable = ''", 8, "engine.executable", "allowed: a path"),
    ("[engine]\nexecutable = 'a\\u0000'", 8, "engine.executable", None),
    ('[engine]\nexecutable = "a\\u0000"', 8, "engine.executable", "NUL"),
    ("[engine]\nexecutable = 5", 8, "engine.executable", "allowed: a path; text is written in quotes"),
    ("[validate]\nsamples = 0", 8, "validate.samples", "a whole number from 1 to"),
    ("[validate]\nsamples = true", 8, "validate.samples", "cannot be true"),
    ("[validate]\nsamples = 2.5", 8, "validate.samples", "cannot be 2.5"),
    ("[validate]\nsamples = '20'", 8, "validate.samples", "without quotes"),
    ("[validate]\nsamples = 1979-05-27", 8, "validate.samples", "cannot be 1979-05-27"),
    ("[validate]\nsamples = 0x" + "f" * 99, 8, "validate.samples", "beyond 64 bits"),
    ("[validate]\nseed = -1", 8, "validate.seed", "from 0 to 4294967295"),
    ("[validate]\ntimeout = inf", 8, "validate.timeout", "above 0"),
    ("[validate]\ntimeout = 0", 8, "validate.timeout", "above 0"),
    ("[validate]\non = []", 8, "validate.on", "cannot be []"),
    ("[validate]\non = 'host'", 8, "validate.on", 'a list is written ["host"]'),
    ("[validate]\non = ['host', 'host']", 8, "validate.on", '"host" stands there twice'),
    (
        "[validate]\non = [\n'host',\n'qemu'\n]",
        10,
        "validate.on[1]",
        'one of "host", "emulator", "board"',
    ),
    ("[signal]\nwindow = 7", 8, "signal.window", "from 8 to 4096"),
    ("[signal]\nsplit = 'user'", 8, "signal.split", 'did you mean "users"?'),
    ("[signal]\ntest_users = 3", 8, "signal.test_users", "allowed: a list"),
    ("[signal]\ntest_users = ['3']", 8, "signal.test_users[0]", "without quotes"),
    ("[signal]\ntest_users = [3, 4, 3]", 8, "signal.test_users", "3 stands there twice"),
    ("[signal]\nraw_unit = 'G'", 8, "signal.raw_unit", 'one of "g", "mg"'),
    ("[signal]\nfull_scale = 0", 8, "signal.full_scale", "above 0"),
    ("[budgets]\naccuracy = 95.5", 8, "budgets.accuracy", "is it a percentage? then write 0.955"),
    ("[budgets]\naccuracy = -0.1", 8, "budgets.accuracy", "a number from 0 to 1"),
    ("[budgets]\naccuracy = 101", 8, "budgets.accuracy", "a number from 0 to 1"),
    ("[budgets]\nflash = '64 KB'", 8, "budgets.flash", "write KiB (1024 bytes) or kB (1000 bytes)"),
    ("[budgets]\nram = -1", 8, "budgets.ram", "at least 0"),
    ("[budgets]\nmismatches = -1", 8, "budgets.mismatches", "at least 0"),
    ("[target]\nseries = 'STM32F4'", 8, "target.series", "lower case"),
    ('[target]\nboard = "a\\nb"', 8, "target.board", "one line of text"),
    ("sha256 = 'abc'", 7, "dataset.sha256", "64 hexadecimal digits"),
    ("url = 'https://example.org'", 7, "dataset.url", "needs 'dataset.sha256'"),
    (
        "sha256 = '" + "0" * 64 + "'\nurl = 'ftp://example.org'",
        8,
        "dataset.url",
        "an http or https address",
    ),
    ("[[engine]]\nname = 'auto'", 7, "engine", "write [engine] and its keys below it"),
    ("[cubemx]\npack = 9", 8, "cubemx.pack", "text is written in quotes"),
    ("a = = 1", 7, None, "not valid TOML: Invalid value in column 5"),
    ("name = 'twice'", 7, None, "not valid TOML: Cannot overwrite"),
    ("[engine", 7, None, "Expected ']' at the end of a table declaration in column 8"),
    ("path = '''\n\n", 9, None, "ends too early"),
    ("x = " + "9" * 3000, 7, None, "more than 2000 characters"),
]


@pytest.mark.parametrize(("text", "line", "key", "part"), ONE_MISTAKE)
def test_one_mistake(
    make_project: Make, smallest: str, text: str, line: int, key: str | None, part: str | None
) -> None:
    folder = make_project(f"{smallest}{text}\n")
    if part is None:  # a literal string: the backslash is part of the name
        assert load_config(folder).config.engine.executable == folder / "a\\u0000"
        return
    with pytest.raises(ConfigError) as caught:
        load_config(folder)
    error = caught.value
    assert part in error.message
    assert (error.file, error.line, error.key) == (folder / "project.toml", line, key)
    assert error.message.startswith(f"{error.file}:{line}: ")
    assert len(error.message.splitlines()) == 1
    assert error.hint
    assert error.exit_code == 2


NAMED = "[project]\nname = 'x'\n[model]\n"


@pytest.mark.parametrize(
    ("text", "line", "key", "part"),
    [
        ("", None, "project", "the table [project] is missing: it has 'name'"),
        ("[project]\n[model]\npath = 'a'", 1, "project.name", "'project.name' is missing"),
        ("[project]\nname = ''\n[model]\npath = 'a'", 2, "project.name", "one line of text"),
        ("project = 3\n[model]\npath = 'a'", 1, "project", "is a table"),
        (f"{NAMED}", 3, "model", "'recipe' (how to train) or 'path'"),
        (f"{NAMED}recipe = 'a'", 4, "model.recipe", "needs labeled data"),
        (f"{NAMED}path = 'a'\nrecipe = 'a'", 4, "model.path", "exclude each other"),
        (f"{NAMED}path = 'a'\nepochs = 2", 5, "model.epochs", "finished model"),
        (f"{NAMED}path = 'a'\nname = 'int'", 5, "model.name", "keyword of C"),
        (f"{NAMED}path = 'a'\nname = 'a-b'", 5, "model.name", "C identifier"),
        (f"{NAMED}path = 'a'\nvariants = []", 5, "model.variants", "cannot be []"),
        (f"name = 'x'\n{NAMED}path = 'a'", 1, "name", "did you mean 'project.name'?"),
        (f"{NAMED}path = 'a'\n[dataset]", 5, "dataset.name", "is missing"),
        (
            f"{NAMED}path = 'a'\n[budgets]\naccuracy = 0.5",
            6,
            "budgets.accuracy",
            "needs labeled data",
        ),
    ],
)
def test_a_mistake_in_what_is_required(
    make_project: Make, text: str, line: int | None, key: str, part: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(make_project(text))
    assert part in caught.value.message
    assert (caught.value.line, caught.value.key) == (line, key)


@pytest.mark.parametrize(
    ("override", "key", "part"),
    [
        ("engine.optimisation=time", "engine.optimisation", "did you mean 'optimization'?"),
        ("engin.name=auto", "engin", "did you mean 'engine'?"),
        ("epochs=3", "epochs", "did you mean 'model.epochs'?"),
        ("engine.name.x=1", "engine.name.x", "unknown key"),
        ("engine=builtin", "engine", "is a table"),
        ("engine.name={x=1}", "engine.name.x", "unknown key"),
        ("engine.name={}", "engine.name", "cannot be a table"),
        ("engine.fast_float=yes", "engine.fast_float", "true or false"),
        ("model.variants=int8", "model.variants", 'a list is written ["int8"]'),
        ("model.variants=[int8]", "model.variants", 'a list is written ["int8"]'),
        ("dataset.path=", "dataset.path", "not empty"),
        ("dataset.name=1\nx = 2", "dataset.name", "one line of text"),
        ("model.path=a.tflite", "model.path", "exclude each other"),
        ("model.epochs", None, "not of the form table.key=value"),
        ("=3", None, "not of the form table.key=value"),
        ("model..epochs=3", None, "not of the form table.key=value"),
        ("dataset.path=\udcff", None, "not UTF-8"),
        ("dataset.name=" + "x" * 5000, None, "longer than 4096 characters"),
        ("dataset.name=" + "[" * 4000, "dataset.name", "one line of text"),
    ],
)
def test_a_mistake_on_the_command_line(
    make_project: Make, smallest: str, override: str, key: str | None, part: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(make_project(smallest), [override])
    error = caught.value
    assert error.message.startswith("--set: ")
    assert part in error.message
    assert (error.file, error.line, error.key) == (None, None, key)
    error.message.encode("utf-8")


def test_all_mistakes_are_listed(make_project: Make, smallest: str) -> None:
    folder = make_project(
        smallest
        + "path = 3\n[engine]\nnme = 'auto'\nopt_level = 2\n[model.x]\n[budgets]\naccuracy = 95\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_config(folder, ["engine.c_api=stai", "model.path=x", "nonsense"])
    file = folder / "project.toml"
    places = [line.split(": ")[0] for line in caught.value.message.splitlines()]
    assert places == [*(f"{file}:{line}" for line in (7, 9, 10, 11, 13)), "--set", "--set", "--set"]
    assert (caught.value.line, caught.value.key) == (7, "dataset.path")


def test_a_flood_of_mistakes_is_cut(make_project: Make) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(make_project("".join(f"k{number} = 1\n" for number in range(1000))))
    lines = caught.value.message.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "... and 982 more"


@pytest.mark.parametrize(
    ("data", "line", "part"),
    [
        (b"\xef\xbb\xbf[project]\n", 1, "byte-order mark"),
        ("[project]\n".encode("utf-16"), 1, "byte-order mark"),
        (b"[project]\nname = 'caf\xe9'\n", 2, "0xe9 is not UTF-8"),
        (b"\0" * 100, 1, "not valid TOML"),
        (b"# \n" * 30_000, None, "larger than 65536 bytes"),
        (b"a = [" + b"[\n" * 20_000, None, "nested too deeply"),
        (b"a = '''\n" + b"x\n" * 10, 11, "ends too early"),
    ],
)
def test_what_is_no_text_file(make_project: Make, data: bytes, line: int | None, part: str) -> None:
    with pytest.raises(ConfigError, match=part) as caught:
        load_config(make_project(data))
    assert caught.value.line == line
    assert caught.value.hint


def test_a_bomb_of_dotted_keys_is_quick(make_project: Make) -> None:
    bomb = "\n".join(f"k{number}{'.a' * 990} = 1" for number in range(32))
    with pytest.raises(ConfigError, match="unknown key 'k0'"):
        load_config(make_project(bomb))
