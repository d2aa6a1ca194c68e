"""The page of the options of a training, from the one table of which the command line and TOML keys are made."""

from whence.cli.options.table import SECTIONS, Option


def pages() -> dict[str, str]:
    """Return the page of all options."""
    about = (
        "Each is an option of `whence train`, such as `--batch-size 64`, and a key of a TOML file for `--config`, "
        "such as `batch-size = 64`. Where no default stands, the data or another option decide."
    )
    sections = [section(title, options) for title, options in SECTIONS.items()]
    return {"options.md": "\n\n".join(["# Options of a training", about, *sections]) + "\n"}


def section(title: str, options: list[Option]) -> str:
    """Return the table of a section of the options."""
    rows = [f"| {spelling(option)} | {default(option)} | {cell(option.help)} |" for option in options]
    return "\n".join([f"## {title}", "", "| option | default | what it does |", "| --- | --- | --- |", *rows])


def spelling(option: Option) -> str:
    """Return how an option is typed."""
    return ", ".join(f"`{name}`" for name in (f"--{option.name}", option.short) if name)


def default(option: Option) -> str:
    """Return the default of an option as it would be typed."""
    match option.default:
        case None:
            return ""
        case bool():
            return "on" if option.default else "off"
        case tuple():
            return f"`{','.join(map(str, option.default))}`"
        case _:
            return f"`{option.default}`"


def cell(text: str) -> str:
    """Return a text for a cell of a table in Markdown."""
    return text[:1].upper() + text[1:].replace("|", "\\|").replace("<", "&lt;") + "."
