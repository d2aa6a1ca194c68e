"""The windows of convolutions and pooling along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from whence.arguments import NotNegativeInt
from whence.arrays import Shape
from whence.errors import ArgumentError, ShapeError
from whence.formula import Affine, Expression, Index
from whence.formula.expressions import expression

AXES = {1: ("time steps",), 2: ("rows", "columns")}


T = TypeVar("T")
Sizes = int | tuple[int, ...]
Padding = Literal["valid", "same"] | NotNegativeInt | Sequence[NotNegativeInt]


@dataclass(frozen=True)
class Window:
    """A window that slides along one axis: at a step, its offset i is at stride · step + dilation · i − before.

    Parameters
    ----------
    length : int
        The length of the axis.
    size : int
        The number of offsets in the window.
    stride : int
        The distance between two steps.
    dilation : int
        The distance between two offsets.
    before, after : int
        The number of padding zeros at the two ends of the axis.
    """

    length: int
    size: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0

    @property
    def span(self) -> int:
        """The length of the window from its first place to its last, both included."""
        return self.dilation * (self.size - 1) + 1

    @property
    def padded_length(self) -> int:
        """The length of the axis with its padding."""
        return self.before + self.length + self.after

    @property
    def room(self) -> int:
        """The length of the padded axis minus the span; negative if the window does not fit."""
        return self.padded_length - self.span

    @property
    def steps(self) -> int:
        """The number of steps."""
        return self.room // self.stride + 1

    @property
    def unread(self) -> tuple[int, int]:
        """The number of places in no window: those at the end of the axis, and those in between."""
        read = np.zeros(self.length, np.bool_)
        for offset in range(self.size):
            read[self.steps_and_places(offset)[1]] = True
        at_end = int(read[::-1].argmax()) if read.any() else self.length
        return at_end, self.length - at_end - int(read.sum())

    @property
    def tiles(self) -> bool:
        """Whether every place is in the window at exactly one step."""
        return self.stride == self.span == self.size and self.steps * self.size == self.length and not self.before

    @property
    def flips(self) -> bool:
        """Whether there is such a window as `flipped`, which needs a stride of 1 and no step within padding alone."""
        return self.stride == 1 and max(self.before, self.after) < self.span

    @property
    def flipped(self) -> Window:
        """The window along the steps of this one, of stride 1, that reads at each place the steps that had read it."""
        reach = self.span - 1
        return Window(self.steps, self.size, 1, self.dilation, reach - self.before, reach - self.after)

    def place(self, step: Index, offset: Index) -> Affine:
        """Return the place of an offset at a step, for formulas."""
        return step * self.stride + offset * self.dilation - self.before

    def inside(self, step: Index, offset: Index) -> list[Expression]:
        """Return the conditions under which that place is on the axis, for formulas."""
        place = expression(self.place(step, offset))
        return [*([expression(0) <= place] if self.before else []), *([place < self.length] if self.after else [])]

    def step(self, place: Index, offset: Index) -> Affine:
        """Return the step at which an offset is at a place, for formulas; the division may leave a remainder."""
        return (place + self.before - offset * self.dilation) // self.stride

    def padded_places(self, offset: int) -> slice:
        """Return the places of an offset at all steps, on the axis with its padding."""
        first = offset * self.dilation
        return slice(first, first + (self.steps - 1) * self.stride + 1, self.stride)

    def steps_and_places(self, offset: int) -> tuple[slice, slice]:
        """Return the steps at which an offset is inside the axis, and its places at these steps."""
        shift = offset * self.dilation - self.before
        first = max(0, -(shift // self.stride))
        last = min(self.steps - 1, (self.length - 1 - shift) // self.stride)
        if last < first:
            return slice(0, 0), slice(0, 0)
        return slice(first, last + 1), slice(first * self.stride + shift, last * self.stride + shift + 1, self.stride)


def slide(
    lengths: Shape, kernel: Sizes, stride: Sizes, padding: str | Sizes, dilation: Sizes = 1
) -> tuple[Window, ...]:
    """Return the window along each axis of images or sequences.

    Parameters
    ----------
    lengths : tuple of int
        The length of each axis.
    kernel, stride, dilation : int or tuple of int
        One number for all axes, or one for each.
    padding : int, tuple of int, "valid" or "same"
        The number of zeros at each end of each axis; ``"same"`` is as many in all as give ⌈length / stride⌉ steps,
        an odd one after the end.

    Raises
    ------
    ShapeError
        If a window does not fit on the padded axis.
    """
    axes = len(lengths)
    sizes, steps, gaps = (per_axis(each, axes) for each in (kernel, stride, dilation))
    windows = []
    for name, length, size, step, gap, zeros in zip(
        AXES[axes], lengths, sizes, steps, gaps, per_axis(padding, axes), strict=True
    ):
        if isinstance(zeros, int):
            before = after = zeros
        else:
            missing = (-(-length // step) - 1) * step + gap * (size - 1) + 1 - length if zeros == "same" else 0
            before, after = max(0, missing) // 2, (max(0, missing) + 1) // 2
        window = Window(length, size, step, gap, before, after)
        if window.room < 0:
            raise ShapeError(
                f"its kernel spans {window.span} {name}, but its input has {length}"
                f"{f' and {before + after} of padding' if before + after else ''}; "
                "make the kernel smaller or pad more"
            )
        windows.append(window)
    return tuple(windows)


def remarks_on_unread(windows: Sequence[Window]) -> list[str]:
    """Return a remark on the places that are in no window, if there are any."""
    found = []
    for window, name in zip(windows, AXES[len(windows)], strict=True):
        at_end, between = window.unread
        if at_end:
            also = f" and {between} in between" if between else ""
            found.append(f"the last {at_end} of {window.length} {name}{also}")
        elif between:
            found.append(f"{between} of {window.length} {name} in between")
    return [f"no window reads {', '.join(found)}"] if found else []


def per_axis(sizes: T | tuple[T, ...], axes: int) -> tuple[T, ...]:
    """Return one number, or word, for each axis: those given, or the same for all."""
    return sizes if isinstance(sizes, tuple) else (sizes,) * axes


def checked_sizes(layer: object, name: str, sizes: int | Sequence[int], axes: int) -> Sizes:
    """Return a size for all axes, or a tuple of one for each.

    Raises
    ------
    ArgumentError
        If there are more or fewer sizes than axes.
    """
    if isinstance(sizes, int):
        return sizes
    if len(sizes) != axes:
        raise ArgumentError(
            f"{type(layer).__name__} was given {name} = {tuple(sizes)}; give one number, or one for each of "
            f"{' and '.join(AXES[axes])}"
        )
    return tuple(sizes) if axes > 1 else sizes[0]
