"""Replacing the cached figures of a network by those of a new analysis."""

from __future__ import annotations

from cubeai_auto.cubemx.cube_ai.guards import finished_edit, refuse_damaged
from cubeai_auto.cubemx.cube_ai.installed import installed_cube_ai
from cubeai_auto.cubemx.cube_ai.parameters import analysis_values
from cubeai_auto.cubemx.cube_ai.request import Analysis
from cubeai_auto.cubemx.cube_ai.totals import total_values
from cubeai_auto.cubemx.cube_ai.writing import check_lists, known_figures, set_parameters
from cubeai_auto.cubemx.document import IocDocument
from cubeai_auto.cubemx.edit import Edit
from cubeai_auto.errors import UsageError

__all__ = ["update_network"]


def update_network(document: IocDocument, name: str, analysis: Analysis) -> Edit:
    """Work out a project in which a network has the figures of a new analysis.

    Touched are its MACC, RAM, flash and achieved compression, then what sums up all networks: the
    sizes of the buffers, the largest counts of tensors, ``ReadyForCodeGeneration``. Counts do not
    shrink while another network may need them; the file does not say how many each one has.

    Args:
        document: the project, not changed.
        name: the C name of the network.
        analysis: its new figures.

    Raises:
        UsageError: the project has no X-CUBE-AI, or no network of this name.
        IocEditError: merge markers or duplicate keys.
        IocFormatError: the lists of networks do not fit together.
    """
    refuse_damaged(document)
    installed = installed_cube_ai(document)
    if installed is None:
        msg = "the project has no X-CUBE-AI"
        raise UsageError(msg, hint="add it with add-ai")
    network = installed.network(name)
    if network is None:
        names = ", ".join(one.name for one in installed.networks) or "none"
        msg = f"the project has no network {name!r}"
        raise UsageError(msg, hint=f"its networks: {names}")
    check_lists(document, installed)
    after = document.copy()
    set_parameters(after, installed.instance, analysis_values(network.slot, analysis))
    figures = tuple(
        known_figures(one, analysis if one.slot == network.slot else None) for one in installed.networks
    )
    totals = total_values(after, installed.instance, installed.version, figures)
    set_parameters(after, installed.instance, totals)
    unknown = [one.name for one in figures if one.ram is None]
    notes = tuple(f"{one} has no analysis yet: CubeMX generates no code before" for one in unknown)
    return finished_edit(document, after, notes)
