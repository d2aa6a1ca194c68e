"""The training steps that views of a run, or of an architecture, are drawn from."""
