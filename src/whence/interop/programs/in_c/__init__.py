"""Programs in C99 that allocate nothing, also with weights and activations of one byte."""
