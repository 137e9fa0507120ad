"""The front door: every name that `licet` exports is there, documented, and no other stands beside it."""

from types import ModuleType

import pytest

import licet


@pytest.mark.parametrize("name", licet.__all__)
def test_exported_names_are_documented(name: str) -> None:
    assert (getattr(licet, name).__doc__ or "").strip()


def test_nothing_public_stands_beside_the_exported_names() -> None:
    public = {name for name, value in vars(licet).items() if not name.startswith("_")}
    submodules = {name for name in public if isinstance(getattr(licet, name), ModuleType)}
    assert public - submodules == set(licet.__all__)


def test_exported_names_are_sorted() -> None:
    assert licet.__all__ == sorted(licet.__all__)
