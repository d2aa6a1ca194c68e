"""What a person can tell the program: the table of options, kinds of values, and where settings come from."""
