"""What is made when the site is built: the reference, live pages and drawings."""
