"""Texts, read character by character."""
