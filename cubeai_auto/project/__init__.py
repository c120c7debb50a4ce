"""Projects: the project file, and the pipeline from data to a deployment."""

from __future__ import annotations

from cubeai_auto.project.config import ProjectConfig
from cubeai_auto.project.loading import LoadedConfig, load_config
from cubeai_auto.project.names import nearest
from cubeai_auto.project.project import Project, load_project

__all__ = ["LoadedConfig", "Project", "ProjectConfig", "load_config", "load_project", "nearest"]
