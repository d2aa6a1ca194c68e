"""Doors to other tools: each is a package of its own, and needs the extra of its name."""
