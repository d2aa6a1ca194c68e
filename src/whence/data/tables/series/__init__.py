"""Time series: tables whose rows are time steps."""
