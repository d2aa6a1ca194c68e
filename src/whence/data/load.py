"""Load a data set by name, or from a file or folder."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from whence.arguments import Fraction, NotNegativeInt, PositiveInt, checks_arguments
from whence.data.array_reading import ARRAY_FILES
from whence.data.catalogue import datasets
from whence.data.dataset import Dataset
from whence.data.images.idx import idx_axes
from whence.data.images.idx_set import idx_sets, load_idx_set
from whence.data.images.image_format import ImageFormat
from whence.data.images.image_sets import FASHION_MNIST, MNIST, ImageSet
from whence.data.images.mnist import holds_image_set, read_image_set
from whence.data.images.picture_listing import holds_pictures
from whence.data.load_options import ColumnOptions, LoadOptions, Missing, Names, Progress, ReadingOptions, Task
from whence.data.part_folder import kind_of_parts
from whence.data.repeated_samples import count_repeated
from whence.data.samples import joined
from whence.data.tables.files.file_content import STANDARD_INPUT
from whence.data.tables.files.table_file import SUFFIXES
from whence.errors import ArgumentError, DataError, UnknownNameError
from whence.registry import unknown
from whence.wording import counted

_PICKLES = (".pkl", ".pickle")


@checks_arguments
def load(
    source: str | os.PathLike[str],
    *,
    directory: str | os.PathLike[str] | None = None,
    header: bool | None = None,
    missing_markers: Names = (),
    target: Names = (),
    task: Task | None = None,
    drop: Names = (),
    only: Names = (),
    categorical: Names = (),
    numeric: Names = (),
    date: Names = (),
    missing: Missing = "mean",
    group: str | None = None,
    test: Fraction | str | os.PathLike[str] | None = None,
    validation: Fraction | str | os.PathLike[str] | None = None,
    positive: str | None = None,
    window: PositiveInt | None = None,
    horizon: PositiveInt = 1,
    difference: NotNegativeInt | None = None,
    size: str | None = None,
    skip_unreadable: bool = False,
    image: ImageFormat | None = None,
    offline: bool = False,
    seed: NotNegativeInt = 0,
    progress: Progress | None = None,
) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    source : str or path
        A name in `whence.data.datasets`, ``openml:NAME``, ``text:FILE`` for the characters of a text, or the path of a
        table (``.csv``, ``.tsv``, ``.txt``, ``.data``, ``.dat``, ``.xlsx``, ``.parquet``, ``.json``, also in ``.gz``
        or ``.zip``; ``-`` for standard input), of arrays (``.npz``, ``.npy``, or a folder with ``x_train.npy`` and the
        like), of a folder of many ``.npz`` or ``.parquet`` files, of a pickle of MNIST, of a folder with MNIST's files,
        or of a folder with one sub-folder of pictures per class. Large inputs stay in their files.
    directory : path, optional
        The folder with the files of a named set. By default they are searched for in the folder of the environment
        variable ``WHENCE_DATA`` and in the cache, and else downloaded into the cache.
    header : bool, optional
        Whether the first row of a table names its columns, as `whence.data.tables.files.header.has_header` says by
        default. Without a header columns are called ``column 1``, ``column 2`` and so on.
    missing_markers : str or sequence of str, optional
        Texts that mark a missing cell of a table, besides those that pandas knows and ``?``.
    target : str or sequence of str, optional
        The target column of a table, by default its last column of numbers or categories; or several, of numbers.
    task : {"classification", "regression"}, optional
        Whether the target is a class or a number, by default as `whence.data.labels.are_class_labels` says.
    drop, only : str or sequence of str, optional
        Columns of a table to leave out, or the only ones to learn from.
    categorical, numeric, date : str or sequence of str, optional
        Columns of a table to take for categories, numbers or dates; a date may have its format, as ``when=%d/%m/%Y``.
        By default columns are taken for what `whence.data.tables.roles.recognition.recognise` says.
    group : str, optional
        A column of a table that names the group of a row, such as a patient: rows of one group are kept together in one
        part, and the column is no input.
    missing : {"mean", "median", "most-frequent", "indicator", "drop", "error"}
        How to treat missing cells of a table: fill in the mean or the median (for categories the most frequent) or the
        most frequent value of the training samples; fill in the mean and add an input that is 1 where a cell is
        missing; drop the row; or stop. A row without a target is dropped.
    test : float, str or path, optional
        Fraction of the samples to hold out for testing, or the file or folder that holds the test samples; 0 for none,
        not even the data's own. By default, data without a split of their own and with at least 20 samples are split
        into 70 % for training, 10 % for validation and 20 % for testing.
    validation : float, str or path, optional
        The same for validation, as a fraction of the samples that are not for testing.
    positive : str, optional
        The class to distinguish from all others (one-vs-rest).
    window : int, optional
        Number of characters in a sequence of text, 64 by default; or number of rows in a sequence of a table, whose
        rows are then the time steps of a series, in the order of its first column of dates.
    horizon : int
        For a series, how many of the rows after a window are predicted, all at once.
    difference : int, optional
        For a series, predict the change from the row that is so many rows before; 0 for the values themselves. By
        default the lag, up to the window, over which the training rows change least, if less than the values vary.
    size : str, optional
        The size to which the pictures in a folder are brought: ``28``, ``64x48`` (width first), or ``64x48 crop``; by
        default they fit into it whole.
    skip_unreadable : bool
        Whether to leave out the files in a folder that are no readable pictures.
    image : ImageFormat, optional
        The format of a network's images: pictures in a folder are read by `read_image`, as for its predictions.
    offline : bool
        Whether to raise an error rather than download.
    seed : int
        Seed of the splits and of generated data; ``whence train`` has its own, 1 unless set.
    progress : callable, optional
        Called during a download with the numbers of received bytes and of all bytes.

    Raises
    ------
    UnknownNameError
        If ``source`` is neither a name nor a path.
    DataError
        If the data are damaged, inconsistent or unusable; the message names the file and the place in it.
    ArgumentError
        If an option does not suit the data.
    """
    name = os.fspath(source)
    if directory is not None and not (name in datasets and datasets[name].images):
        raise ArgumentError(f"{name} has no folder of files; leave out the folder {directory}")
    if (horizon > 1 or difference is not None) and (window is None or name.startswith("text:")):
        raise ArgumentError("horizon and difference are for the time series in a table; add a window to them")
    options = LoadOptions(
        directory=None if directory is None else Path(directory),
        reading=ReadingOptions(
            header=header,
            missing_markers=_names(missing_markers),
            texts=tuple(part for name in _names(categorical) for part in (name, *name.split(","))),
        ),
        columns=ColumnOptions(
            target=_names(target),
            task=task,
            drop=_names(drop),
            only=_names(only),
            categorical=_names(categorical),
            numeric=_names(numeric),
            date=_names(date),
            group=group,
        ),
        missing=missing,
        test=_share(test),
        validation=_share(validation),
        window=window,
        horizon=horizon,
        difference=difference,
        size=size,
        skip_unreadable=skip_unreadable,
        image=image,
        offline=offline,
        seed=seed,
        progress=progress,
    )
    if (size is not None or skip_unreadable) and not os.path.isdir(name):
        raise ArgumentError(f"{name} is no folder of pictures; leave out {'size' if size else 'skip-unreadable'}")
    if name in datasets:
        _refuse_table_options(name, options)
        dataset = datasets[name].load(options)
    elif name.strip() in ("text", "text:"):
        raise ArgumentError("a text needs its file: text FILE on the command line, elsewhere text:FILE")
    elif name.startswith("text:"):
        _refuse_table_options(name, replace(options, window=None))
        if positive is not None:
            raise ArgumentError(f"text has no classes to compare one-vs-rest; leave out positive={positive!r}")
        from whence.data.texts.text_dataset import load_text

        dataset = load_text(Path(name.removeprefix("text:")), options)
    elif name.startswith("openml:"):
        from whence.data.openml import load_openml

        if window is not None:
            raise ArgumentError(f"{name} is not a time series; leave out the window {window}")
        dataset = load_openml(name.removeprefix("openml:"), options)
    else:
        dataset = _from_path(Path(name), options)
    for split, given in (("test", test), ("validation", validation)):
        if given is not None and not isinstance(given, float):
            dataset = _with_part(dataset, split, os.fspath(given), skip_unreadable)
    return dataset if positive is None else dataset.one_against_rest(positive)


def _names(given: Names) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _share(given: float | str | os.PathLike[str] | None) -> float | None:
    """Return the fraction to hold out; none, if a file takes its place."""
    return given if given is None or isinstance(given, float) else 0.0


def _with_part(dataset: Dataset, split: str, source: str, skip_unreadable: bool) -> Dataset:
    """Return a data set with the samples in a file or folder as one of its parts."""
    if os.path.isdir(source) and _kind_of_parts(Path(source)) is not None:
        raise DataError(
            f"{source} is a folder of many files; give the data as a folder with these in it, under {split}, and those "
            "to learn from under train"
        )
    samples = dataset.preprocessing.read_part(source, dataset.classes)
    if samples is None:
        skip_unreadable = skip_unreadable and os.path.isdir(source)
        other = load(source, image=dataset.preprocessing.picture_format, skip_unreadable=skip_unreadable)
        samples = joined(list(other.in_classes_of(dataset.classes).values()))
        inputs = dataset.preprocessing.as_inputs(samples.inputs, dataset.input_shape, f"the {split} part {other.name}")
        samples = replace(samples, inputs=inputs)
    parts: dict[str, Any] = {split: samples}
    if shared := count_repeated(samples, dataset.train):
        what = f"{counted(shared, f'{split} sample')} of {len(samples):,}"
        remark = (
            f"{what} {'is' if shared == 1 else 'are'} among the training samples too, so that measures are too good"
        )
        return replace(dataset, remarks=(*dataset.remarks, remark), **parts)
    return replace(dataset, **parts)


def _from_path(path: Path, options: LoadOptions) -> Dataset:
    if path == STANDARD_INPUT:
        return _from_table(path, options)
    if not path.exists():
        if path.suffix or len(path.parts) > 1:
            raise DataError(f"there is no file or folder {path}; check the path")
        raise UnknownNameError(f"{unknown('data set', str(path), datasets)} (and no file of that name)")
    if path.is_dir():
        return _from_folder(path, options)
    kind = (path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix).lower()
    images = _image_set_of(path)
    holds_images = idx_axes(path) is not None or path.name in images.single_files or kind in _PICKLES
    if path.is_file() and not holds_images and kind not in ARRAY_FILES:
        return _from_table_or_else(path, kind, options)
    _refuse_table_options(str(path), options)
    if (dataset := load_idx_set(path, options)) is not None:
        return dataset
    if holds_images:
        return read_image_set(path, images, options)
    from whence.data.numpy_files import load_arrays

    return load_arrays(path, options)


def _from_table_or_else(path: Path, kind: str, options: LoadOptions) -> Dataset:
    try:
        return _from_table(path, options)
    except DataError as error:
        if kind in SUFFIXES and kind != ".txt":
            raise
        found = str(error).partition(";")[0]
        others = "" if kind == ".txt" else ", nor arrays (.npz, .npy), MNIST files or a folder of pictures"
        raise DataError(f"{found}, so it is not a table{others}; to read it as a text: {_as_text(path)}") from error


def _from_table(path: Path, options: LoadOptions) -> Dataset:
    if options.window is not None:
        from whence.data.tables.series.series import load_series

        return load_series(path, options.window, options)
    from whence.data.tables.table_dataset import load_table

    return load_table(path, options)


def _as_text(path: Path) -> str:
    """Return the commands that read a file as text."""
    return f"whence train text {path} (in Python, load('text:{path}'))"


def _from_folder(folder: Path, options: LoadOptions) -> Dataset:
    from whence.data.numpy_files import holds_arrays, load_arrays

    parts = _kind_of_parts(folder)
    if parts == ".parquet":
        from whence.data.tables.parquet_parts import load_parquet_parts

        return load_parquet_parts(folder, options)
    _refuse_table_options(str(folder), options)
    if holds_arrays(folder) or parts == ".npz":
        return load_arrays(folder, options)
    for candidate in _image_set_folders(folder):
        images = _image_set_of(candidate)
        if (dataset := load_idx_set(candidate, options)) is not None:
            return dataset
        if holds_image_set(candidate, images):
            return datasets[images.name].load(replace(options, directory=candidate))
    from whence.data.images.picture_folder import load_pictures

    return load_pictures(folder, options)


def _kind_of_parts(folder: Path) -> str | None:
    """Return the suffix of the parts that a folder holds; None if it holds arrays, images or pictures, or nothing."""
    from whence.data.numpy_files import holds_arrays

    if holds_arrays(folder) or any(
        idx_sets(place) or holds_image_set(place, _image_set_of(place)) for place in _image_set_folders(folder)
    ):
        return None
    return None if holds_pictures(folder) else kind_of_parts(folder)


def _image_set_folders(folder: Path) -> tuple[Path, ...]:
    """Return the folders in which a folder may hold MNIST's files: itself, and those of the names of the sets."""
    return folder, folder / MNIST.name, folder / FASHION_MNIST.name


def _image_set_of(path: Path) -> ImageSet:
    return FASHION_MNIST if any("fashion" in part.lower() for part in path.parts[-2:]) else MNIST


def _refuse_table_options(name: str, options: LoadOptions) -> None:
    if options.window is not None:
        raise ArgumentError(f"{name} is neither a text nor a time series; leave out the window {options.window}")
    given = {**vars(options.reading), **vars(options.columns), "missing": options.missing}
    del given["texts"]  # which follow from the categorical columns
    for key, value in given.items():
        if value not in ((), None, "mean", "error"):  # the last was the default of runs of version 0.1
            shown = value[0] if isinstance(value, tuple) and len(value) == 1 else value
            raise ArgumentError(f"{name} is not a table; leave out {key}={shown!r}")
