"""Ways to harm a file: at its bytes, and within what its format keeps, with sums and digests made anew.

Every way takes a random generator and the file's bytes. A harm is *remade* if the file is consistent after it, so that
no checksum or digest can tell it.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

Mutation = Callable[[Random, bytes], bytes]

DEEP = 100_000
HOSTILE_TEXTS = (
    "", " ", "0", "-1", "1e999", "-1e308", "1e200", "nan", "inf", "NA", "?", "9" * 5000, "1_0", "0x10", "١٢", "½",
    '"', '""', "'", ",", ";", "\t", "a,b", "a\nb", "\r", "\x00", "\x1b[2J", "\ufeff", "\udcff", "=1+1", "x" * 5000,
    "2020-13-45", "31.12.1999", "0000-00-00", "10000-01-01", "true", "None", "<script>", "\\input{x}", "%s{}", "🙂",
)  # fmt: skip
"""Cells, names and texts that programs have fallen over."""
HOSTILE_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**30, 10**4000, 0.5, -0.0, 1e308, 1e-320,
    float("inf"), float("-inf"), float("nan"), "", "x", "x" * 5000, "\x1b[2J", [], {}, [[]], [None], {"": 0}, [1, "x"],
)  # fmt: skip
"""Values in the place of others in JSON."""
INTEGERS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def at_bytes(random: Random, content: bytes) -> bytes:
    """Flip bits, or replace, cut, insert, repeat, remove, swap or truncate a run of bytes."""
    harmed = bytearray(content or b"\0")
    start = random.randrange(len(harmed))
    stop = min(len(harmed) - 1, start + random.choice((1, 2, 4, 8, 64, 1000)))
    way = random.randrange(9)
    if way in (0, 1):
        for _ in range(random.choice((1, 1, 2, 8))):
            harmed[random.randrange(len(harmed))] ^= 1 << random.randrange(8)
    elif way == 2:
        harmed[start:stop] = random.choice((b"\0", b"\xff", b" ", b'"', b"\n")) * (stop - start)
    elif way == 3:
        harmed[start:stop] = random.randbytes(stop - start)
    elif way == 4:
        del harmed[start:]
    elif way == 5:
        harmed[start:start] = random.choice((random.randbytes(8), b"\0" * 1000, b"[" * DEEP, b"\n", b",", b'"'))
    elif way == 6:
        harmed[start:start] = harmed[start:stop] * random.choice((1, 2, 50))
    elif way == 7:
        del harmed[start:stop]
    else:
        size, order = random.choice(((1, "B"), (2, "H"), (4, "I"))), random.choice("<>")
        harmed[start : start + size[0]] = struct.pack(order + size[1], random.choice(INTEGERS) & 256 ** size[0] - 1)
    return bytes(harmed)


def in_json(random: Random, content: bytes) -> bytes:
    """Change a value of a JSON text, or lines of such, somewhere in its tree."""
    lines = content.split(b"\n") if content.count(b"\n{") else [content]
    i = random.randrange(len(lines))
    try:
        lines[i] = json.dumps(changed(random, json.loads(lines[i]))).encode()
    except ValueError:
        return at_bytes(random, content)
    if random.random() < 0.1:
        lines[i] = lines[i].replace(b":", b":" + random.choice((b"[" * DEEP, b'{"a":' * DEEP, b"1" * 5000)), 1)
    return b"\n".join(lines)


def changed(random: Random, value: Any) -> Any:
    """Return a JSON value with one change: at a place in its tree, a key or item dropped, doubled or replaced."""
    while isinstance(value, dict | list) and value and random.random() < 0.85:
        keys = list(value) if isinstance(value, dict) else range(len(value))
        key = random.choice(list(keys))
        way = random.randrange(10)
        copy = value.copy()
        if way == 0:
            del copy[key]
        elif way == 1 and isinstance(copy, list):
            copy.insert(key, copy[key])
        elif way == 1:
            copy[random.choice(HOSTILE_TEXTS[:-4])] = copy.pop(key)
        elif way == 2:
            other = random.choice(list(keys))
            copy[key], copy[other] = copy[other], copy[key]
        else:
            copy[key] = changed(random, copy[key])
        return copy
    if isinstance(value, int | float) and random.random() < 0.5:
        return value * random.choice((-1, 0, 2, 10, 1e6)) + random.choice((0, 1, -1, 0.5))
    return random.choice(HOSTILE_VALUES)


def in_toml(random: Random, content: bytes) -> bytes:
    """Drop, repeat or move a line of a TOML text, or give its key another value."""
    lines = content.decode().split("\n")
    i = random.randrange(len(lines))
    key = lines[i].split("=")[0]
    way = random.randrange(6)
    if way == 0:
        del lines[i]
    elif way == 1:
        lines.insert(random.randrange(len(lines)), lines[i])
    elif way == 2:
        lines[i] = f"{key}= {random.choice(('[' * DEEP, '9' * 5000, 'inf', 'nan', '1979-05-27', '{}', '-1', 'true'))}"
    elif way == 3:
        lines[i] = f"[{key}]"
    else:
        lines[i] = f"{key}= {json.dumps(random.choice((*HOSTILE_TEXTS, *HOSTILE_VALUES)))}"
    return "\n".join(lines).encode(errors="surrogateescape")


def in_table(random: Random, content: bytes) -> bytes:
    """Put hostile texts, marks and quotes into cells of a text table, or drop and repeat its cells and lines."""
    text = content.decode(errors="surrogateescape")
    mark = max(",;\t", key=text.count)
    rows = [line.split(mark) for line in text.split("\n")]
    for _ in range(random.choice((1, 1, 2, 10))):
        i = random.choice((0, random.randrange(len(rows))))
        j = random.randrange(len(rows[i])) if rows[i] else 0
        way = random.randrange(8)
        if way < 4 and rows[i]:
            rows[i][j] = random.choice(HOSTILE_TEXTS)
        elif way == 4:
            rows[i].insert(j, random.choice(HOSTILE_TEXTS))
        elif way == 5:
            del rows[i][j:]
        elif way == 6:
            rows.insert(i, list(rows[random.randrange(len(rows))]))
        else:
            for row in rows:
                row[j : j + 1] = [random.choice((random.choice(HOSTILE_TEXTS), *row[j : j + 1]))]
    return "\n".join(map(mark.join, rows)).encode(errors="surrogateescape")


def in_arrays(random: Random, content: bytes) -> bytes:
    """Change the record or an array of one of whence's files, and write it with a digest that agrees."""
    from whence.array_file import write_arrays

    header, arrays = _safetensors(content)
    record = json.loads(header["__metadata__"]["whence"])
    kind, version = record.pop("format").removeprefix("whence "), record.pop("version")
    record.pop("digest", None)
    if random.random() < 0.6:
        record = changed(random, record)
    else:
        _change_an_array(random, arrays)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "file")
        try:
            write_arrays(file, arrays, record, kind=kind, version=version)
        except (TypeError, ValueError):  # a record that whence would not write
            return in_header(random, content)
        return file.read_bytes()


def _change_an_array(random: Random, arrays: dict[str, Any]) -> None:
    name = random.choice(list(arrays))
    array = arrays.pop(name)
    way = random.randrange(6)
    if way == 0:
        return
    if way == 1:
        name = random.choice((name + "x", *arrays, *HOSTILE_TEXTS[:4]))
    elif way == 2:
        array = array.astype(random.choice(("f2", "f4", "f8", "i8", "u1", "?")))
    elif way == 3:
        array = random.choice((array[None], array.reshape(-1), array.T, array.reshape(-1)[:-1]))
    elif array.size:
        array = array.copy()
        with np.errstate(all="ignore"):
            array.flat[random.randrange(array.size)] = random.choice((np.nan, np.inf, -1, 0, 300)) if (
                array.dtype.kind == "f"
            ) else random.choice((0, 1, 100))  # fmt: skip
    arrays[name] = array


def in_header(random: Random, content: bytes) -> bytes:
    """Change the JSON header of a safetensors file, with a length that agrees or not."""
    length = struct.unpack("<Q", content[:8])[0]
    header, rest = content[8 : 8 + length], content[8 + length :]
    if random.random() < 0.5:
        described = json.loads(header)
        described["__metadata__"]["whence"] = in_json(random, described["__metadata__"]["whence"].encode()).decode()
        header = json.dumps(described).encode()
    else:
        header = in_json(random, header)
    length = random.choice((len(header), len(header), len(header), length, 2**63, 0))
    return struct.pack("<Q", length) + header + rest


def _safetensors(content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    from safetensors.numpy import load

    return json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]]), load(content)


def in_gzip(inner: Mutation) -> Mutation:
    """Return the way that harms what is packed in a gz and packs it again."""

    def mutate(random: Random, content: bytes) -> bytes:
        return gzip.compress(inner(random, gzip.decompress(content)), 1, mtime=0)

    return mutate


def in_zip(inner: Mutation) -> Mutation:
    """Return the way that harms, drops, renames or doubles a member of a zip and packs it again."""

    def mutate(random: Random, content: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
        i = random.randrange(len(members))
        name, member = members[i]
        way = random.randrange(10)
        if way == 0:
            del members[i]
        elif way == 1:
            members[i] = (random.choice(("../x", "/x", "", "a/b", "x" * 300, name.upper())), member)
        elif way == 2:
            members.append((name + random.choice(("", "2")), b"\0" * random.choice((0, 1000, 10**7))))
        else:
            members[i] = (name, inner(random, member))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, member in members:
                archive.writestr(zipfile.ZipInfo(name), member)
        return packed.getvalue()

    return mutate


def in_xml(random: Random, content: bytes) -> bytes:
    """Replace a number, a text or an attribute of an XML text."""
    parts = content.replace(b">", b">\0").replace(b"<", b"\0<").replace(b'"', b'\0"').split(b"\0")
    i = random.randrange(len(parts))
    text = random.choice((*HOSTILE_TEXTS, "A1:XFD1048576", "XFD1048576", "1048577", "999999999"))
    parts[i] = random.choice((b"", parts[i] * 2, text.encode(errors="replace"), b'"' + text.encode(errors="replace")))
    return b"".join(parts)


def in_png(random: Random, content: bytes) -> bytes:
    """Change a chunk of a PNG, its sizes foremost, and sum it anew."""
    chunks, at = [], 8
    while at < len(content):
        length = struct.unpack(">I", content[at : at + 4])[0]
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    i = random.choice((0, random.randrange(len(chunks))))
    kind, body = chunks[i]
    if kind == b"IDAT" and random.random() < 0.5:
        chunks[i] = (kind, zlib.compress(at_bytes(random, zlib.decompress(body))))
    else:
        chunks[i] = (random.choice((kind, kind, kind, b"tEXt", b"acTL", b"PLTE")), at_bytes(random, body))
    return content[:8] + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def in_npy(random: Random, content: bytes) -> bytes:
    """Change the shape, the dtype or the order in the header of an npy."""
    length = struct.unpack("<H", content[8:10])[0]
    header = content[10 : 10 + length].decode().rstrip()
    old = random.choice(("(", "'<", "False", ":", ",", "descr", "shape", "}"))
    new = random.choice(
        ("(99999999999,", "(-1,", "'|O", "'<M8[ns", "[('a','<", "True", "", "(" * 500, "'<U9999", "'<c", "9" * 5000)
    )  # fmt: skip
    header = header.replace(old, new, 1) + "\n"
    return content[:8] + struct.pack("<H", len(header) & 0xFFFF) + header.encode() + content[10 + length :]


def in_idx(random: Random, content: bytes) -> bytes:
    """Change the type, the number of axes or a length in the header of an IDX file."""
    at = random.choice((2, 3, 4, 8, 12))
    value = struct.pack(">I", random.choice((*INTEGERS, random.randrange(100))))
    return content[:at] + (value[-1:] + content[at + 1 :] if at < 4 else value + content[at + 4 :])


def in_onnx(random: Random, content: bytes) -> bytes:
    """Harm the graph of an ONNX file: a size, a name, an operator, an attribute, a node."""
    import onnx

    model = onnx.load_from_string(content)
    graph = model.graph
    node = random.choice(graph.node)
    tensor = random.choice(graph.initializer)
    names = [name for each in graph.node for name in (*each.input, *each.output)]
    number = random.choice((0, -1, 1, 2, 3, 2**31, 2**40, 2**62, -(2**62)))
    attribute = random.choice(node.attribute) if node.attribute else onnx.AttributeProto()
    match random.randrange(10):
        case 0 if tensor.dims:
            tensor.dims[random.randrange(len(tensor.dims))] = number
        case 1:
            tensor.raw_data = random.choice((b"", b"\xff" * 8, tensor.raw_data[:-1]))
        case 2:
            tensor.data_type = random.choice((0, 1, 2, 7, 8, 10, 11, 14, 16, 99))
        case 3 if attribute.ints:
            attribute.ints[random.randrange(len(attribute.ints))] = number
        case 4:
            attribute.i, attribute.s = number, random.choice((b"", b"\xff\xfe", b"SAME_LOWER", b"reverse"))
        case 5 if node.input:
            node.input[random.randrange(len(node.input))] = random.choice([*names, "nothing", ""])
        case 6:
            node.op_type = random.choice(
                (*(each.op_type for each in graph.node), "Einsum", "Slice", "Expand", "Concat")
            )
        case 7:
            graph.node.remove(node)
        case 8:
            random.choice(graph.input[0].type.tensor_type.shape.dim).dim_value = number
        case _:
            node.output[0] = random.choice(names)
    return model.SerializeToString()
