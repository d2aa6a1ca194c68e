"""Doors to other tools: each is a package of its own, and has the extra of its name where it needs a library."""
