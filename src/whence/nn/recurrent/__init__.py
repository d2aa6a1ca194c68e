"""Layers over time: recurrent networks, and what takes their last state."""

from whence.nn.recurrent.base import Recurrent
from whence.nn.recurrent.gru import GRU
from whence.nn.recurrent.last import Last
from whence.nn.recurrent.lstm import LSTM
from whence.nn.recurrent.rnn import RNN

__all__ = ["GRU", "LSTM", "RNN", "Last", "Recurrent"]
__dir__ = __all__.copy
