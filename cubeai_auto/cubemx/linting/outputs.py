"""Rules that compare the pack with what was generated from the project."""

from __future__ import annotations

from cubeai_auto.cubemx.linting.generated import Generated, runtime_digits
from cubeai_auto.cubemx.linting.view import View
from cubeai_auto.cubemx.rows import THIRD_PARTIES

__all__ = ["check_generated"]


def check_generated(view: View, generated: Generated) -> None:
    """Rules ``ai.runtime`` and ``ai.generated``."""
    if not view.packs:
        if view.unreadable is None and generated.runtimes:
            name, file = generated.runtimes[0].name, generated.runtimes[0].file
            message = f"{file} links {name}, and the project has no X-CUBE-AI"
            view.find("ai.runtime", message, severity="info")
        return
    versions = {str(pack.version) for pack in view.packs}
    digits = {runtime_digits(version) for version in versions}
    text = " and ".join(sorted(versions))
    row = f"{THIRD_PARTIES.prefix}{view.packs[0].row}"
    for runtime in generated.runtimes:
        if runtime.digits not in digits:
            place = runtime.file if runtime.line is None else f"{runtime.file}:{runtime.line}"
            view.find("ai.runtime", f"X-CUBE-AI {text} here, {runtime.name} in {place}", row)
    for code in generated.code:
        if code.pack not in versions:
            of = f"pack {code.pack}" if code.pack else "a pack that is not known"
            message = (
                f"X-CUBE-AI {text} here, {code.file}:{code.line} was written by {code.tool} ({of})"
            )
            view.find("ai.generated", message, row)
