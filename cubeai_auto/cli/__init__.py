"""The command line: one module a verb, calling the same functions that Python users call."""
