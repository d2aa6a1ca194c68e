"""What pages for a browser have in common: how they are put together, and the ground of their scripts and styles."""
