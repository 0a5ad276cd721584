"""Files that hold many pictures at once: one reader for each format, each gives a `Source`."""

__all__: list[str] = []  # `images.open_source` finds the right one
