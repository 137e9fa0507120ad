"""`licet rights`: rights expressed in the words of others."""

from licet.cli.lazy import LazyGroup

command = LazyGroup(
    "rights",
    help="Read, convert, explain and check rights expressions.",
    modules={
        "convert": "licet.cli.rights.convert",
        "explain": "licet.cli.rights.explain",
        "check": "licet.cli.rights.check",
        "evaluate": "licet.cli.rights.evaluate",
    },
)

__all__ = ["command"]
