"""Views of a run: console, Markdown, HTML and JSON, all made from the same record.

Nothing is imported here, so that a caller loads only the view it needs: ``rich`` comes with
:mod:`cubeai_auto.render.console`, ``jinja2`` with :mod:`cubeai_auto.render.html`.
"""

from __future__ import annotations

__all__: list[str] = []
