"""The format of TensorBoard's event files: messages of protocol buffers, each framed by its length and checksums.

An event has the time in seconds since 1970 (field 1, double), the step (2, integer), and either the version of the
format (3, text) or a summary (5), whose values (1) have a tag (1, text) and a number (2, float). A frame is the length,
its checksum, the event, and the checksum of that (TensorFlow, *event.proto*, *summary.proto* and *record_writer.h*).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Mapping
from functools import cache

_VERSION = b"brain.Event:2"
_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5
"""Wire types of protocol buffers."""
_LENGTH, _CHECKSUM = struct.Struct("<Q"), struct.Struct("<I")
_TIME = 9
"""The bytes of the time, with which every event begins."""


def version_frame(time: float) -> bytes:
    """Return the first frame of a file."""
    return _frame(_field(1, _DOUBLE, struct.pack("<d", time)) + _field(3, _BYTES, _VERSION))


def scalars_frame(time: float, step: int, scalars: Mapping[str, float]) -> bytes:
    """Return the frame of an event with numbers by their tags."""
    values = (_field(1, _BYTES, tag.encode()) + _field(2, _FLOAT, _float(number)) for tag, number in scalars.items())
    summary = b"".join(_field(1, _BYTES, value) for value in values)
    head = _field(1, _DOUBLE, struct.pack("<d", time)) + _field(2, _VARINT, _varint(step))
    return _frame(head + _field(5, _BYTES, summary))


def read_frames(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the event of every whole frame without its time, and the place where the frame ends."""
    start = 0
    while start + _LENGTH.size + _CHECKSUM.size <= len(content):
        head = content[start : start + _LENGTH.size]
        begin = start + _LENGTH.size + _CHECKSUM.size
        end = begin + _LENGTH.unpack(head)[0] + _CHECKSUM.size
        if content[start + _LENGTH.size : begin] != _checksum(head) or end > len(content):
            return
        yield content[begin + _TIME : end - _CHECKSUM.size], end
        start = end


def _frame(event: bytes) -> bytes:
    head = _LENGTH.pack(len(event))
    return head + _checksum(head) + event + _checksum(event)


def _field(number: int, wire_type: int, content: bytes) -> bytes:
    length = _varint(len(content)) if wire_type == _BYTES else b""
    return _varint(number << 3 | wire_type) + length + content


def _float(number: float) -> bytes:
    """Return a number as a float, which is infinite where it is beyond that."""
    try:
        return struct.pack("<f", number)
    except OverflowError:
        return struct.pack("<f", math.copysign(math.inf, number))


def _varint(number: int) -> bytes:
    """Return a number in groups of seven bits, the lowest first, each but the last marked by its highest bit."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups[-1] |= 0x80
        groups.append(number & 0x7F)
    return bytes(groups)


def _checksum(content: bytes) -> bytes:
    """Return the masked CRC-32C."""
    table, crc = _crc_table(), 0xFFFFFFFF
    for byte in content:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return _CHECKSUM.pack(((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


@cache
def _crc_table() -> list[int]:
    """Return the remainder of each byte by the polynomial of Castagnoli, with its bits reversed."""
    table = []
    for remainder in range(256):
        for _ in range(8):
            remainder = remainder >> 1 ^ (0x82F63B78 if remainder & 1 else 0)
        table.append(remainder)
    return table
