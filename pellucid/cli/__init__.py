"""The command line: one file a command, a few lines each over `pellucid.runs`. `pellucid --help` lists them.

Results go to stdout, everything else (progress, messages, errors) to stderr. Exit status: 0 done, 1 a demand was not
met, 2 something the user can mend, 130 ended by Ctrl-C.
"""

from pellucid.cli.main import main

__all__ = ["main"]
