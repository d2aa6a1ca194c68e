"""What a film of a training is made of: each part has what it holds, and what takes its frames."""
