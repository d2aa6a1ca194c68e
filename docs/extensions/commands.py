"""The page of the commands, from the help that they print."""

import click

from whence.cli import main

WIDTHS = {"terminal_width": 100, "max_content_width": 100}


def pages() -> dict[str, str]:
    """Return the page of all commands."""
    context = click.Context(main, info_name="whence", **main.context_settings | WIDTHS)
    parts = ["# Commands", "Each command prints this itself with `--help`.", section("whence", main.get_help(context))]
    for name in main.list_commands(context):
        parts += of_command(name, main.get_command(context, name), context)
    return {"commands.md": "\n\n".join(parts) + "\n"}


def of_command(name: str, command: click.Command, parent: click.Context) -> list[str]:
    """Return the sections of a command and of those within it."""
    context = click.Context(command, info_name=name, parent=parent, **WIDTHS)
    sections = [section(context.command_path, command.get_help(context))]
    if isinstance(command, click.Group):
        for within in command.list_commands(context):
            sections += of_command(within, command.get_command(context, within), context)
    return sections


def section(title: str, text: str) -> str:
    """Return the section of a command with its help."""
    return f"## `{title}`\n\n```text\n{text}\n```"
