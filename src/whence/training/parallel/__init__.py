"""One training in several processes, which MPI starts and connects: same batches, same bits, one decision."""

from whence.training.parallel.division import Division

__all__ = ["Division"]
__dir__ = __all__.copy
