"""The command line: parses and prints, nothing else. `licet.cli:main` is what the program `licet` runs."""

from licet.cli.main import main

__all__ = ["main"]
