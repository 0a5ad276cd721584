"""Contact sheets: many small pictures with words below them, in one file."""
