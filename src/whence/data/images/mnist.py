"""MNIST and Fashion-MNIST from a folder: four IDX files, the classic pickle, or the archive of Keras."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from whence.data import download, search_paths
from whence.data.dataset import Dataset
from whence.data.images.idx_set import IDX_AXES, incomplete, read_idx_set
from whence.data.images.image_sets import FASHION_MNIST, MNIST, ImageSet
from whence.data.images.mnist_family import Member
from whence.data.images.preprocessing import ImagePreprocessing
from whence.data.load_options import LoadOptions
from whence.errors import DataError

_CLASSIC_VALIDATION = 10_000
_SHA256_OF_DIGIT_TEST_LABELS = "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5"


def load_image_set(images: ImageSet, options: LoadOptions) -> Dataset:
    """Return a set of images from this machine, or download it.

    Raises
    ------
    DataError
        If the files are damaged or incomplete, or cannot be found or downloaded.
    """
    found = find(images, options.directory)
    if found is None:
        if options.directory is not None or options.offline:
            looked = ", ".join(str(folder) for folder in search_paths.folders_of(images.name, options.directory))
            raise DataError(
                f"there are no {images.title} files in {looked}; put {', '.join(f.name for f in images.files)} there"
                + ("" if options.directory else ", or allow the download")
            )
        found = search_paths.cache_folder() / images.name
        download.fetch(images.files, images.mirrors, found, options.progress)
    elif found in search_paths.cached_folders(images.name):
        _verify(found, images, options)
    dataset = read_image_set(found, images, options)
    return replace(dataset, remarks=(*dataset.remarks, *_remarks(dataset, images)))


def _verify(cache: Path, images: ImageSet, options: LoadOptions) -> None:
    """Download those files in the cache again that are not the published ones any more; offline, refuse them."""
    damaged = [file for file in images.files if download.is_damaged(file, cache)]
    if damaged and options.offline:
        raise DataError(
            f"{cache / damaged[0].name} is not the published file of {images.title}, and --offline forbids to download "
            "it again; remove it, or allow the download"
        )
    if damaged:
        download.fetch(damaged, images.mirrors, cache, options.progress)


def _remarks(dataset: Dataset, images: ImageSet) -> list[str]:
    """Return what of a set is not as it was published."""
    remarks, count = [], sum(map(len, dataset.splits.values()))
    if count not in (60_000, 70_000):  # without the test images, or with them
        remarks.append(f"{images.title} has 60,000 training and 10,000 test images; these files have {count:,} in all")
    first, *others = dataset.train.inputs[:100]
    if others and all(np.array_equal(image, first) for image in others):
        remarks.append("the first training images are all the same; are these the right files?")
    return remarks


def load_classic_mnist(options: LoadOptions) -> Dataset:
    """Return MNIST with its last 10,000 training images for validation, as in ``mnist.pkl.gz``.

    Raises
    ------
    DataError
        As for `load_image_set`, or if a fraction to hold out is given.
    """
    dataset = load_image_set(MNIST, replace(options, test=None, validation=None))
    if dataset.validation is None:
        count = len(dataset.train) - _CLASSIC_VALIDATION
        train, validation = dataset.train.take(slice(count)), dataset.train.take(slice(count, None))
        dataset = replace(dataset, train=train, validation=validation)
    return dataset.held_out(options.test, options.validation, options.seed)


def find(images: ImageSet, directory: Path | None) -> Path | None:
    """Return the folder that holds the whole set, or None.

    Raises
    ------
    DataError
        If a folder other than the cache holds some of the four IDX files but not all.
    """
    for folder in search_paths.folders_of(images.name, directory):
        if holds_image_set(folder, images):
            return folder
        lacking = [stem for stem, file in idx_files(folder).items() if file is None]
        if 0 < len(lacking) < len(IDX_AXES) and folder not in search_paths.cached_folders(images.name):
            raise incomplete(folder, images.title, lacking)
    return None


def holds_image_set(folder: Path, images: ImageSet) -> bool:
    """Return whether a folder holds the four IDX files, or a single file with the whole set."""
    return None not in idx_files(folder).values() or any((folder / name).is_file() for name in images.single_files)


def idx_files(folder: Path) -> dict[str, Path | None]:
    """Return the four IDX files in ``folder``, spelled with a dash or a dot, gzipped or not; None for a missing one."""
    files: dict[str, Path | None] = {}
    for stem, dimensions in IDX_AXES.items():
        names = (f"{stem}{mark}idx{dimensions}-ubyte{packed}" for packed in ("", ".gz") for mark in "-.")
        files[stem] = next((folder / name for name in names if (folder / name).is_file()), None)
    return files


def read_image_set(path: Path, images: ImageSet, options: LoadOptions) -> Dataset:
    """Return the set in a folder (IDX files first) or in a single file.

    Parameters
    ----------
    path : Path
        A folder for which `holds_image_set` is true, a pickle (``.pkl``, ``.pkl.gz``) or an ``.npz`` archive.
    images : ImageSet
        Which set it is.
    options : LoadOptions
        Holds the shares to hold out and the seed.
    """
    if path.is_dir():
        files = idx_files(path)
        if None not in files.values():
            present = {stem: file for stem, file in files.items() if file is not None}
            dataset = read_idx_set(present, images.name, Member(images.name, images.classes, images.image))
            _refuse_digits_for_garments(dataset, path, images)
            return dataset.held_out(options.test, options.validation, options.seed)
        path = next(path / name for name in images.single_files if (path / name).is_file())
    if path.suffix.lower() == ".npz":
        from whence.data.numpy_files import load_arrays

        dataset = load_arrays(path, options, images.image)
        classes = images.classes if dataset.classes == MNIST.classes else dataset.classes
        return replace(dataset, name=images.name, classes=classes)
    from whence.data.images.mnist_pickle import read_pickle

    train, validation, test = read_pickle(path)
    preprocessing = ImagePreprocessing(scale=1 / 256, image=images.image)
    dataset = Dataset(images.name, train, validation, test, images.classes, preprocessing)
    return dataset.held_out(options.test, options.validation, options.seed)


def _refuse_digits_for_garments(dataset: Dataset, folder: Path, images: ImageSet) -> None:
    assert dataset.test is not None
    labels = hashlib.sha256(dataset.test.targets.astype(np.uint8).tobytes()).hexdigest()
    if images is FASHION_MNIST and labels == _SHA256_OF_DIGIT_TEST_LABELS:
        raise DataError(f"the files in {folder} are {MNIST.title}, not {FASHION_MNIST.title}; name another folder")
