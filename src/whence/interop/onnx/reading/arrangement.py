"""Arrangements of a stage's values, as layers: a reshape, the last step, an upsampling, or another order of weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.reading.values import Input, Stage, Unsayable
from whence.nn import BatchNorm, Dropout, Flatten, Last, LayerNorm, Linear, Reshape, Upsample
from whence.nn.activations.base import Elementwise


class Arrangements:
    """The stages whose values are those of others in another arrangement, each made once."""

    def __init__(self) -> None:
        self._made: dict[tuple[Stage, tuple[int, ...], bytes], Stage] = {}

    def arranged(self, stage: Stage, places: Array, *, reorder: bool = True) -> Stage:
        """Return a stage whose value at each place is that of another at ``places``.

        Parameters
        ----------
        stage : Stage
            The other.
        places : int array
            Its shape is that of the result.
        reorder : bool
            Whether weights of layers before it may be brought into another order.

        Raises
        ------
        Unsayable
            If no layer does that.
        """
        places = np.ascontiguousarray(places, np.int32)
        key = (stage, places.shape, places.tobytes())
        if key not in self._made:
            found = _of_input(stage, places) if isinstance(stage, Input) else _by_a_layer(stage, places)
            if found is None and reorder and _is_order(places, stage):
                found = self._reordered(stage, places.reshape(-1))
                found = None if found is None else _by_a_layer(found, np.arange(stage.size).reshape(places.shape))
            if found is None:
                raise Unsayable("needs its values in an order into which no layer of whence brings them")
            self._made[key] = found
        return self._made[key]

    def _reordered(self, stage: Stage, order: Array) -> Stage | None:
        """Return a stage of the same shape whose values are those of another in this order, by its weights."""
        match stage.layer:
            case Linear() | BatchNorm() | LayerNorm() if len(stage.shape) == 1:
                arrays = {name: array[..., order] for name, array in stage.arrays.items()}
                if isinstance(stage.layer, Linear):
                    return stage.changed(stage.layer, arrays)
                before = self._arranged_or_none(stage.before, order.reshape(stage.shape))
                return None if before is None else replace(stage, before=before, arrays=arrays)
            case Elementwise() | Dropout() | Flatten() | Reshape():
                assert stage.before is not None
                before = self._arranged_or_none(stage.before, order.reshape(stage.before.shape))
                return None if before is None else replace(stage, before=before)
        return None

    def _arranged_or_none(self, stage: Stage | None, places: Array) -> Stage | None:
        assert stage is not None
        try:
            return self.arranged(stage, places)
        except Unsayable:
            return None


def order_of(places: Array) -> Array:
    """Return the order in which places are sorted."""
    return np.argsort(places, kind="stable")


def _of_input(stage: Input, places: Array) -> Stage | None:
    """Return an arrangement of the input, which is the input itself, in the shape and order that is needed.

    Its values keep their order and their number of axes as far as a layer makes up for it.
    """
    in_order = np.array_equal(places.reshape(-1), np.arange(stage.size))
    if not _is_order(places, stage) or (in_order and places.ndim != len(stage.shape)):
        return _by_a_layer(stage, places)
    order = places.reshape(-1)
    if in_order and places.shape == stage.shape:
        return stage
    arrays = {name: getattr(stage, name)[order] for name in ("order", "shift", "scale")}
    return replace(stage, shape=places.shape, **arrays)


def _by_a_layer(stage: Stage, places: Array) -> Stage | None:
    """Return the arrangement of a stage's values as nothing at all, or as one layer; None if it is neither."""
    flat = places.reshape(-1)
    if flat.size == stage.size and np.array_equal(flat, np.arange(stage.size)):
        return _reshaped(stage, places.shape)
    if len(stage.shape) == 2 and np.array_equal(places, stage.places()[-1]):
        return stage.then(Last())
    if len(stage.shape) == places.ndim == 3 and flat.size > stage.size:
        scale = tuple(new // old for new, old in zip(places.shape[:2], stage.shape[:2], strict=True))
        repeated = stage.places().repeat(scale[0], axis=0).repeat(scale[1], axis=1)
        if np.array_equal(repeated, places):
            return stage.then(Upsample(scale[0] if scale[0] == scale[1] else scale))
    return None


def _reshaped(stage: Stage, shape: tuple[int, ...]) -> Stage:
    while isinstance(stage.layer, Flatten | Reshape) and stage.shape != shape:
        assert stage.before is not None
        stage = stage.before
    if stage.shape == shape:
        return stage
    return stage.then(Flatten() if len(shape) == 1 else Reshape(shape))


def _is_order(places: Array, stage: Stage) -> bool:
    flat = places.reshape(-1)
    return flat.size == stage.size and np.array_equal(np.sort(flat), np.arange(stage.size))
