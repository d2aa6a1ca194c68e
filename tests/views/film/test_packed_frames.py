import base64
import zlib

import numpy as np
import pytest

from whence.errors import ArgumentError
from whence.views.film.packed_frames import pack_frames


def unpacked(packed):
    """Return frames as the page reads them."""
    changes = np.frombuffer(zlib.decompress(base64.b64decode(packed["bytes"])), np.uint8).reshape(packed["shape"])
    levels = np.cumsum(changes, axis=0, dtype=np.uint8)
    return packed["low"] + levels * (packed["high"] - packed["low"]) / 255


@pytest.mark.parametrize("signed", [False, True])
def test_frames_come_back_within_half_a_level(signed, rng):
    frames = np.cumsum(rng.normal(size=(20, 7, 3)), axis=0) + 2
    packed = pack_frames(frames, signed=signed)
    assert np.abs(unpacked(packed) - frames).max() <= 0.5001 * (packed["high"] - packed["low"]) / 255
    assert (packed["low"] == -packed["high"]) == signed


def test_what_does_not_change_takes_hardly_any_room():
    frames = np.broadcast_to(np.random.default_rng(1).random((1, 1000)), (50, 1000))
    assert len(pack_frames(frames)["bytes"]) < 2000


def test_a_single_value():
    assert (unpacked(pack_frames(np.full((3, 2), 4.5))) == 4.5).all()


@pytest.mark.parametrize("wrong", [np.empty((0, 2)), np.array([1.0, np.nan])])
def test_frames_without_numbers(wrong):
    with pytest.raises(ArgumentError, match="empty or not finite; give finite numbers"):
        pack_frames(wrong)
