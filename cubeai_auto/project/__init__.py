"""The project file: its tables as typed models, and loading with the source of every value."""

from __future__ import annotations

from cubeai_auto.project.config import ProjectConfig
from cubeai_auto.project.loading import LoadedConfig, load_config
from cubeai_auto.project.names import nearest

__all__ = ["LoadedConfig", "ProjectConfig", "load_config", "nearest"]
