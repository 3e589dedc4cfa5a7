"""A room as the library would have it: see ``test_one_folder``."""
