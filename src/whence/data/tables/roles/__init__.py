"""What each column of a table is taken for: its role, told from its name and its cells."""
