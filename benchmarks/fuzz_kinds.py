"""The kinds of files that whence reads: a small unharmed file of each, how to harm it, and what a user does with it."""

from __future__ import annotations

import contextlib
import gzip
import io
import pickle
import struct
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import mutations as ways
import numpy as np

Use = Callable[[], str]
"""What a user does with a file, in the folder that holds it; returns all that depends on what the file holds."""


class Refused(Exception):
    """The program ended with an error, and said why."""


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Parameters
    ----------
    file : str
        The file that is harmed, below the folder of all unharmed files.
    uses : sequence of callable
        What is done with it.
    remade : sequence of mutation
        Harms within what the format keeps.
    checked : bool
        Whether the format has a sum or a digest over all of it, so that a harm at its bytes is either refused or
        changes nothing.
    """

    file: str
    uses: Sequence[Use]
    remade: Sequence[ways.Mutation] = ()
    checked: bool = False

    @property
    def own(self) -> bool:
        """Whether whence writes such files, and so with finite numbers."""
        return ways.in_arrays in self.remade

    def harmed(self, random: Random, content: bytes) -> tuple[bytes, bool]:
        """Return the file with a harm, and whether sums and digests agree with it."""
        if self.remade and random.random() < 0.7:
            return random.choice(self.remade)(random, content), True
        return ways.at_bytes(random, content), False


def command(*arguments: str) -> Use:
    """Return the use of a command of ``whence``."""

    def use() -> str:
        from whence.cli.app import main

        out, err = io.StringIO(), io.StringIO()
        code: object = 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main(list(arguments))
            except SystemExit as end:
                code = end.code
        if code:
            raise Refused(err.getvalue())
        return out.getvalue()

    return use


def loaded(source: str, **options: object) -> Use:
    """Return the use that loads a data set, with the digest of all its numbers."""

    def use() -> str:
        from whence.data import load
        from whence.errors import WhenceError

        try:
            return load(source, offline=True, **options).sha256  # type: ignore[arg-type]
        except WhenceError as error:
            raise Refused(str(error)) from error

    return use


def _data(file: str, *remade: ways.Mutation, source: str = "", checked: bool = False, **options: object) -> Kind:
    """Return a kind of data, which are loaded, shown, and trained on for a step."""
    source = source or file
    prefix = "text:" if source.endswith("rhyme.txt") else ""
    given = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    shown = command("data", "show", prefix + source, *given)
    trained = command(
        "train", prefix + source, *given, "-q", "--max-steps", "1", "-s", "2", "--out", "new", "--seed", "1"
    )  # fmt: skip
    uses = [loaded(prefix + source, **options)] * 14 + [shown] * 5
    if not prefix:
        uses.append(trained)
    return Kind(file, uses, remade, checked)


def _of_run(data: str, *new: str, sampled: bool = False) -> dict[str, Kind]:
    """Return the kinds of files of the run on some data, which may predict new data or sample."""
    run, model = f"run-{data}", f"run-{data}/model.safetensors"
    uses = [command("evaluate", run, "--json"), command("summary", model)]
    uses += [command("predict", model, file, "--json") for file in new]
    if sampled:
        uses.append(command("sample", model, "--length", "5"))
    arrays = (ways.in_arrays, ways.in_arrays, ways.in_header)
    step = command("why", run, "loss", "--json", "--digits", "17")
    onward = command("train", "--resume", run, "-m", "2", "-q")
    return {
        f"model of {data}": Kind(model, uses, arrays, checked=True),
        f"checkpoint of {data}": Kind(
            f"{run}/checkpoint.safetensors", [step, step, step, onward], arrays, checked=True
        ),
    }


def kinds() -> dict[str, Kind]:
    """Return every kind of file by its name."""
    step = "step.safetensors"
    told = [command("why", step, "loss"), command("why", step), command("formulas", step), command("sheet", step)]
    steps = ["--max-steps", "1", "-q", "--out", "new"]
    weighted = [
        command("train", "table.csv", *steps, "--class-weights", f"weights{suffix}")
        for suffix in (".toml", ".json", ".csv")
    ]
    found = {
        **_of_run("table", "new.csv"),
        **_of_run("pictures", "new.png"),
        **_of_run("text", sampled=True),
        **_of_run("series", "series.csv"),
        "trace": Kind(
            step, [*told, command("show", step), command("formulas", step, "--format", "html")],
            (ways.in_arrays, ways.in_arrays, ways.in_header), checked=True,
        ),
        "metrics.jsonl": Kind(
            "run-table/metrics.jsonl", [command("train", "--resume", "run-table", "-m", "2", "-q")], (ways.in_json,)
        ),
        "config of a run": Kind(
            "run-table/config.toml",
            [command("evaluate", "run-table", "--json"), command("why", "run-table", "loss")],
            (ways.in_toml,),
        ),
        "configuration": Kind("own.toml", [command("train", "--config", "own.toml", *steps)], (ways.in_toml,)),
        "weights.toml": Kind("weights.toml", weighted[:1], (ways.in_toml,)),
        "weights.json": Kind("weights.json", weighted[1:2], (ways.in_json,)),
        "weights.csv": Kind("weights.csv", weighted[2:], (ways.in_table,)),
        "architecture": Kind("architecture", [_architecture], (_in_architecture,)),
        "new rows": Kind("new.csv", [command("predict", "run-table", "new.csv", "--csv")], (ways.in_table,)),
        "csv": _data("table.csv", ways.in_table),
        "csv with semicolons": _data("semicolons.csv", ways.in_table),
        "csv of a series": _data("series.csv", ways.in_table, window=4),
        "tsv": _data("table.tsv", ways.in_table),
        "txt": _data("table.txt", ways.in_table),
        "json": _data("table.json", ways.in_json),
        "jsonl": _data("table.jsonl", ways.in_json),
        "xlsx": _data("table.xlsx", ways.in_zip(ways.in_xml), checked=True),
        "parquet": _data("table.parquet"),
        "csv.gz": _data("table.csv.gz", ways.in_gzip(ways.in_table), checked=True),
        "csv.zip": _data("table.csv.zip", ways.in_zip(ways.in_table), checked=True),
        "npy": _data("array.npy", ways.in_npy),
        "npz": _data("arrays.npz", ways.in_zip(ways.in_npy), checked=True),
        "idx": _data("idx/train-images", ways.in_idx, source="idx"),
        "idx of labels": _data("idx/train-labels", ways.in_idx, source="idx"),
        "idx.gz": _data("idxgz/train-images.gz", ways.in_gzip(ways.in_idx), source="idxgz", checked=True),
        "mnist.pkl.gz": _data("pickle/mnist.pkl.gz", ways.in_gzip(ways.at_bytes), source="pickle/mnist.pkl.gz",
                              checked=True),
        "folder of pictures": _data("pictures/a/0.png", ways.in_png, source="pictures", checked=True),
        "onnx": Kind("net.onnx", [command("import", "net.onnx", "-o", "new.safetensors")], (ways.in_onnx,)),
        "text": _data("rhyme.txt", _in_text, window=8),
        **{
            f"picture .{suffix}": Kind(
                f"new.{suffix}", [command("predict", "run-pictures", f"new.{suffix}", "--json")],
                (ways.in_png,) if suffix == "png" else (), checked=suffix == "png",
            )
            for suffix in ("png", "jpg", "gif", "bmp", "tiff", "webp")
        },
    }  # fmt: skip
    return found


def _architecture() -> str:
    try:
        text = Path("architecture").read_bytes().decode()
        if "\0" in text:  # no command line can hold it
            raise UnicodeError
    except UnicodeError as error:
        raise Refused("not a text") from error
    return command("summary", "--", text)()


def _in_architecture(random: Random, content: bytes) -> bytes:
    words = content.decode().split(" ")
    i = random.randrange(len(words))
    words[i] = random.choice(
        ("", "0", "-1", "99999999999", "9" * 5000, "1e9", "nan", "residual(", "(" * ways.DEEP, ")", ",", words[i] * 9,
         "conv", "linear,", "x" * 300, *words)
    )  # fmt: skip
    return " ".join(words).encode()


def _in_text(random: Random, content: bytes) -> bytes:
    at = random.randrange(len(content))
    return content[:at] + random.choice(ways.HOSTILE_TEXTS).encode(errors="surrogateescape") + content[at:]


def make_files(folder: Path) -> None:
    """Write the unharmed files into an empty folder, which must be the working directory, and train the runs in it."""
    random = np.random.default_rng(1)
    _make_tables(folder, random)
    _make_arrays(folder, random)
    _make_pictures(folder, random)
    (folder / "rhyme.txt").write_text("the cat sat on the mat, and the rat sat on the cat.\n" * 8, encoding="utf-8")
    (folder / "architecture").write_text(
        "12x12x1, conv 4 3, batch_norm, residual(conv 4 3 padding=1, relu), pool 2, flatten, dropout 0.5, linear 3"
    )
    (folder / "own.toml").write_text(
        'data = "table.csv"\nhidden-layer-sizes = [3, 2]\nactivation = "tanh"\noptimizer = "adam(beta1=0.8)"\n'
        'learning-rate = 0.01\nschedule = "cosine"\nbatch-size = 8\nseed = 3\ntarget = ["kind"]\nmax-iter = 1\n'
    )
    (folder / "weights.toml").write_text("tea = 2\ncoffee = 0.5\n")
    (folder / "weights.json").write_text('{"tea": 2, "coffee": 0.5}')
    (folder / "weights.csv").write_text("tea,2\ncoffee,0.5\n")
    once = ("-q", "-m", "1", "--out")
    for arguments in (
        ("train", "table.csv", "-s", "3", *once, "run-table"),
        ("train", "pictures", "--arch", "conv 2 3, batch_norm, relu, flatten, linear", *once, "run-pictures"),
        ("train", "text:rhyme.txt", "--window", "8", "--arch", "embed 2, gru 3, linear", *once, "run-text"),
        ("train", "series.csv", "--window", "4", "-s", "2", *once, "run-series"),
    ):
        command(*arguments)()
    _record_step(folder)
    command("export", "run-pictures", "--to", "onnx", "-o", "net.onnx")()


def _make_tables(folder: Path, random: np.random.Generator) -> None:
    import pandas as pd

    size = random.uniform(1, 9, 40).round(2)
    frame = pd.DataFrame(
        {
            "size": size,
            "city": random.choice(["Oslo", "Kiel", "Bonn, am Rhein"], 40),
            "when": pd.date_range("2021-03-01", periods=40).strftime("%Y-%m-%d"),
            "count": random.integers(0, 30, 40),
            "kind": np.where(size > 5, "tea", "coffee"),
        }
    )
    frame.to_csv(folder / "table.csv", index=False)
    frame.head(5).drop(columns="kind").to_csv(folder / "new.csv", index=False)
    frame.to_csv(folder / "semicolons.csv", index=False, sep=";", decimal=",")
    frame.to_csv(folder / "table.tsv", index=False, sep="\t")
    frame[["size", "count"]].to_csv(folder / "table.txt", index=False, sep=" ", header=False)
    frame.to_json(folder / "table.json", orient="records")
    frame.to_json(folder / "table.jsonl", orient="records", lines=True)
    frame.to_excel(folder / "table.xlsx", index=False)
    frame.to_parquet(folder / "table.parquet", index=False)
    frame[["when", "count", "size"]].to_csv(folder / "series.csv", index=False)
    content = (folder / "table.csv").read_bytes()
    (folder / "table.csv.gz").write_bytes(gzip.compress(content, mtime=0))
    with zipfile.ZipFile(folder / "table.csv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", content)


def _make_arrays(folder: Path, random: np.random.Generator) -> None:
    images, labels = random.integers(0, 256, (24, 6, 6), np.uint8), np.arange(24, dtype=np.uint8) % 3
    np.save(folder / "array.npy", random.normal(size=(30, 4)).round(3))
    np.savez_compressed(folder / "arrays.npz", x_train=images, y_train=labels, x_test=images[:6], y_test=labels[:6])
    (folder / "idx").mkdir()
    (folder / "idxgz").mkdir()
    for part, rows in (("train", slice(None)), ("t10k", slice(6))):
        for kind, array in (("images", images[rows]), ("labels", labels[rows])):
            content = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()
            (folder / "idx" / f"{part}-{kind}").write_bytes(content)
            (folder / "idxgz" / f"{part}-{kind}.gz").write_bytes(gzip.compress(content, mtime=0))
    pair = ((images.reshape(24, 36) / np.float32(256)).astype(np.float32), labels.astype(np.int64))
    (folder / "pickle").mkdir()
    (folder / "pickle/mnist.pkl.gz").write_bytes(gzip.compress(pickle.dumps((pair, pair, pair)), mtime=0))


def _make_pictures(folder: Path, random: np.random.Generator) -> None:
    from PIL import Image

    for name in "ab":
        (folder / "pictures" / name).mkdir(parents=True)
        for i in range(10):
            picture = Image.fromarray(random.integers(0, 256, (6, 7, 3), np.uint8))
            picture.save(folder / "pictures" / name / f"{i}.png")
    for suffix in ("png", "jpg", "gif", "bmp", "tiff", "webp"):
        picture.save(folder / f"new.{suffix}")


def _record_step(folder: Path) -> None:
    """Write the trace of a step of a small network."""
    from whence.data import load
    from whence.nn import CrossEntropy, mlp
    from whence.optim import Adam
    from whence.trace import save_traces, trace_steps

    dataset = load("table.csv")
    net, rows = mlp(dataset.input_shape, (3,), 2, seed=1), slice(3)
    inputs, targets = dataset.train.inputs[rows], dataset.train.targets[rows]
    batch = (dataset.preprocessing(inputs).astype(net.dtype), targets)
    save_traces(folder / "step.safetensors", list(trace_steps(net, CrossEntropy(), Adam(), [batch])))
