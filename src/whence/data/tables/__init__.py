"""Tables: their files, what is in their columns, and time series, whose rows are time steps."""
