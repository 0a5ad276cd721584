"""Files that hold many pictures at once: one reader for each format, each gives a `Source`."""
