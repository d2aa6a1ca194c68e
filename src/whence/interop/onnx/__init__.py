"""Networks as ONNX files, which many programs run, written and read, each proved by running it."""

from whence.interop.onnx.importing import ReadOnnx, read_onnx
from whence.interop.onnx.receipt import Receipt, Runs
from whence.interop.onnx.writing import write_onnx

__all__ = ["ReadOnnx", "Receipt", "Runs", "read_onnx", "write_onnx"]
__dir__ = __all__.copy
