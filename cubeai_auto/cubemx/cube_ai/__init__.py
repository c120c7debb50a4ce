"""X-CUBE-AI in a CubeMX project: reading it, adding it, updating, upgrading and removing it."""
