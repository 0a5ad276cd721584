"""Contact sheets: many small pictures with words below them, in one file."""

__all__: list[str] = []  # `write_sheet` in `predictions`, `Preview` in `previews`: drawn where they are asked for
