"""CubeMX projects: .ioc files, X-CUBE-AI in them, headless CubeMX, IDE projects, MCUs."""

from cubeai_auto.cubemx.cube_ai.add import add_cube_ai
from cubeai_auto.cubemx.cube_ai.installed import InstalledCubeAI, installed_cube_ai
from cubeai_auto.cubemx.cube_ai.journal import Journal, journal_path
from cubeai_auto.cubemx.cube_ai.neural_art import NeuralArt
from cubeai_auto.cubemx.cube_ai.remove import remove_cube_ai
from cubeai_auto.cubemx.cube_ai.request import (
    AddRequest,
    Analysis,
    NetworkRequest,
    kind_of,
    model_reference,
)
from cubeai_auto.cubemx.cube_ai.update import update_network
from cubeai_auto.cubemx.cube_ai.upgrade import upgrade_cube_ai
from cubeai_auto.cubemx.document import IocDocument, IocEditError, IocFormatError
from cubeai_auto.cubemx.edit import Edit, KeyChange
from cubeai_auto.cubemx.kind import read_project
from cubeai_auto.cubemx.linting import Finding, collect_generated, lint
from cubeai_auto.cubemx.overview import Overview, overview
from cubeai_auto.cubemx.proof import Untouched, prove
from cubeai_auto.cubemx.semantic_diff import SemanticDiff, semantic_diff
from cubeai_auto.cubemx.verify import verify_edit

__all__ = [
    "AddRequest",
    "Analysis",
    "Edit",
    "Finding",
    "InstalledCubeAI",
    "IocDocument",
    "IocEditError",
    "IocFormatError",
    "Journal",
    "KeyChange",
    "NetworkRequest",
    "NeuralArt",
    "Overview",
    "SemanticDiff",
    "Untouched",
    "add_cube_ai",
    "collect_generated",
    "installed_cube_ai",
    "journal_path",
    "kind_of",
    "lint",
    "model_reference",
    "overview",
    "prove",
    "read_project",
    "remove_cube_ai",
    "semantic_diff",
    "update_network",
    "upgrade_cube_ai",
    "verify_edit",
]
