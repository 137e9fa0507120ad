"""Keystore files: a key, encrypted with a password (Web3 Secret Storage, version 3)."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any, Final

from eth_account import Account
from eth_account.signers.local import LocalAccount

from licet.errors import InputError, WrongPassword

_MOST_BYTES: Final = 1 << 16
# What eth-account raises for keystores that are not as they should be.
_MALFORMED: Final = (
    AssertionError,
    AttributeError,
    KeyError,
    NotImplementedError,
    OverflowError,
    TypeError,
    ValueError,
)


def open_keystore(path: Path, password: str) -> tuple[bytes, str | None]:
    """The key in a keystore file, and the address that the file states, if it states one.

    Nothing in the file vouches for that the key is the address's: its MAC does not cover all of it.

    Raises:
        InputError: the file cannot be read, or is no such keystore.
        WrongPassword: the password does not open it.
    """
    keystore = _read(path)
    stated = keystore.get("address")
    return _decrypt(path, keystore, password), str(stated) if stated else None


def save_keystore(path: Path, account: LocalAccount, password: str) -> None:
    """Writes an account's key, encrypted with scrypt, to a new file that only its owner may read.

    Raises:
        InputError: the password is empty, the file exists, or it cannot be written.
    """
    if not password:
        raise InputError("the password is empty: choose one, or the key lies open")
    if os.path.lexists(path):
        raise _exists(path)
    _write_new(path, json.dumps(account.encrypt(password)))


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot read the keystore {path}: {error.strerror}", path=path) from error
    if len(data) > _MOST_BYTES:
        raise unusable(path, "it is too long")
    try:
        keystore = json.loads(data)
    except (ValueError, RecursionError):
        keystore = None  # raised below: a JSON error holds the text, which may be a bare key
    if not isinstance(keystore, dict):
        raise unusable(path, "it is not a JSON object")
    if keystore.get("version") != 3:
        raise unusable(path, "its version is not 3")
    return keystore


def _decrypt(path: Path, keystore: dict[str, Any], password: str) -> bytes:
    try:
        return bytes(Account.decrypt(keystore, password))
    except _MALFORMED as error:
        if "MAC mismatch" in str(error):  # the library has no class for this
            raise WrongPassword(f"the password does not open {path}: check both", path=path) from None
        raise unusable(path, "its encryption is malformed") from None


def unusable(path: Path, reason: str) -> InputError:
    """The fault of a file that is no keystore, or a broken one."""
    return InputError(
        f"{path} is not a usable keystore, {reason}: take a version 3 keystore file, or a backup of this one",
        path=path,
    )


def _exists(path: Path) -> InputError:
    return InputError(f"{path} exists already: a key is never overwritten, choose another name", path=path)


def _write_new(path: Path, text: str) -> None:
    """Writes a file of mode 0600 in one step; never replaces one."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            path.hardlink_to(temporary)  # unlike a rename, fails when the path is taken
        finally:
            temporary.unlink()
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise InputError(f"cannot write the keystore {path}: {error.strerror}", path=path) from error
