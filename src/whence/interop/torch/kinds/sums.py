"""Linear layers and embeddings in PyTorch, whose weights of linear layers are transposed."""

from __future__ import annotations

from whence.arrays import Array
from whence.interop.torch.placed_layer import LAST, PlacedLayer, in_first_order, reordered, stands_for
from whence.nn import Embedding, Linear


@stands_for(Linear)
class PlacedLinear(PlacedLayer[Linear]):
    """A linear layer: weight (out, in)."""

    def wanted_channels(self) -> str:
        return LAST

    def module(self) -> str:
        return f"nn.Linear({self.layer.in_features}, {self.layer.out_features}{no_bias(self.layer.has_bias)})"

    def to_torch(self, arrays: dict[str, Array]) -> dict[str, Array]:
        found = {name: reordered(array, self.order_out) for name, array in arrays.items()}
        return {**found, "weight": reordered(found["weight"], self.order_in, axis=0).T}

    def from_torch(self, tensors: dict[str, Array]) -> dict[str, Array]:
        turned = {**tensors, "weight": in_first_order(tensors["weight"].T, self.order_in, axis=0)}
        return {name: in_first_order(tensor, self.order_out) for name, tensor in turned.items()}


@stands_for(Embedding)
class PlacedEmbedding(PlacedLayer[Embedding]):
    """An embedding: weight (V, E), as in whence."""

    def wanted_channels(self) -> str:
        return LAST

    def module(self) -> str:
        return f"nn.Embedding({self.layer.num_embeddings}, {self.layer.embedding_dim})"

    def to_torch(self, arrays: dict[str, Array]) -> dict[str, Array]:
        return arrays

    def from_torch(self, tensors: dict[str, Array]) -> dict[str, Array]:
        return tensors


def no_bias(bias: bool) -> str:
    """Return the argument that leaves the bias out, if there is none."""
    return "" if bias else ", bias=False"
