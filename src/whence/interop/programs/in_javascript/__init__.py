"""Programs in JavaScript, for node and browsers."""
