"""Why a transaction failed, as an outbox keeps it: what was raised can be raised again by another process."""

from typing import Final

from licet.chain.compiled.artifacts import known_errors
from licet.errors import DevelopmentKeyRefused, InsufficientBalance, LicetError, Reverted, SignerError

_KINDS: Final[dict[str, type[LicetError]]] = {
    kind.__name__: kind for kind in (DevelopmentKeyRefused, InsufficientBalance, SignerError)
}


def noted(error: LicetError) -> dict[str, str]:
    """What to keep of an error."""
    if isinstance(error, Reverted):
        return {"error": Reverted.__name__, "data": error.data}
    return {"error": type(error).__name__, "message": str(error)}


def raised(failure: dict[str, str]) -> LicetError:
    """The error again: a custom error as its own class."""
    if failure["error"] == Reverted.__name__:
        return known_errors().decode_revert(bytes.fromhex(failure["data"].removeprefix("0x")))
    return _KINDS.get(failure["error"], LicetError)(failure["message"])
