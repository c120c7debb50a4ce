"""The built-in engine's compiler: a graph goes in, standalone C comes out.

``lower`` turns operators into layers with final constants, ``emit`` writes them as C; the
kernels are plain C files in ``kernels/``; ``golden`` computes the same layers in numpy.
"""

from cubeai_auto.codegen.compiler import CompileOptions, GeneratedNetwork, compile_network

__all__ = ["CompileOptions", "GeneratedNetwork", "compile_network"]
