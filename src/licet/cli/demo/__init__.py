"""`licet demo`: plays licensor, licensee, artists and auditor on a local chain, from files to a verdict."""

from licet.cli.demo.command import command

__all__ = ["command"]
