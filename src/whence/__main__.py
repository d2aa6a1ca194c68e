"""Run the program: ``python -m whence``."""

from whence.cli import main

main(prog_name="whence")
