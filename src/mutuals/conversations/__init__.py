"""Who answered whom: reply links, conversations, and the nearest marked message above each."""
