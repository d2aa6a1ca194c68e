"""Traces: one training step recorded in full, with the formula that made each array."""

from whence.trace.files import load_traces, save_traces
from whence.trace.recording import trace, trace_steps
from whence.trace.trace import LayerInfo, Origin, Step, Trace

__all__ = ["LayerInfo", "Origin", "Step", "Trace", "load_traces", "save_traces", "trace", "trace_steps"]
__dir__ = __all__.copy
