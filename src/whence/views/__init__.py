"""What a person reads, drawn from the formulas and filled with the numbers of a trace."""
