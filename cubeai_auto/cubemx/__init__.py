"""CubeMX projects: .ioc files, X-CUBE-AI in them, headless CubeMX, IDE projects, MCUs."""
