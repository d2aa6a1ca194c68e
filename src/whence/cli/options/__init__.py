"""Options of the program: their table, the kinds of their values, and the settings made from them."""
