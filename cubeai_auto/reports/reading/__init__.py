"""The readers of every file that ST's tools write about a network; see :func:`load_report`."""

__all__: list[str] = []
