"""Skip connections in PyTorch: a chain of modules, whose output is added to its input."""

from __future__ import annotations

from typing import Any

from whence.interop.torch.arrangement import arranged
from whence.interop.torch.chain_source import chain_statements, module_lines
from whence.interop.torch.placed_layer import PlacedLayer, stands_for
from whence.nn import Residual


@stands_for(Residual)
class PlacedResidual(PlacedLayer[Residual]):
    """A residual block, in the same layout as what is before it."""

    def __init__(self, layer: Residual, path: str, channels: str) -> None:
        super().__init__(layer, path, channels)
        self._within = arranged(layer.layers, channels, within=f"{path}.")

    @property
    def layers_within(self) -> list[PlacedLayer[Any]]:
        return self._within

    def module(self) -> str:
        return "\n".join(["nn.Sequential(", *module_lines(self._within), ")"])

    def statements(self, module: str, x: str) -> list[str]:
        branch = "f" if x == "x" else f"{x}f"
        lines, plain = chain_statements(self._within, module, branch, self.channels_in, self.channels_out)
        if plain:
            return [f"{x} = {x} + {module}({x})"]
        return [f"{branch} = {x}", *lines, f"{x} = {x} + {branch}"]
