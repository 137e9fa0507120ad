"""Sound: the Chromaprint vector that the ISCC Audio-Code is made of, by the tool `fpcalc`.

The tool is a program of its own (Debian: libchromaprint-tools). It gets a file that begins as audio does, by
its absolute path, so that nothing in it is taken for an option or an address, and limited time.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from licet.errors import InputError, ToolMissing
from licet.types import shown

TOOL: Final = "fpcalc"
SECONDS: Final = 120.0
_TOO_SHORT: Final = b"Empty fingerprint"

MIN_FEATURES: Final = 8
"""Fewer are no sound that could be told from another: about a second, or the same note throughout."""


def chromaprint(path: Path, seconds: float = SECONDS) -> Sequence[int]:
    """A sound's Chromaprint vector: eight signed 32-bit integers a second; none of less than three seconds.

    Raises:
        ToolMissing: `fpcalc` is not installed.
        InputError: it cannot read the file, or not in time.
    """
    tool = shutil.which(TOOL)
    if tool is None:
        raise ToolMissing(
            f"sound is compared by {TOOL}, which is not installed: install Chromaprint's tools "
            "(on Debian: apt-get install libchromaprint-tools)"
        )
    command = [tool, "-raw", "-json", "-signed", "-length", "0", str(path.absolute())]
    try:
        ran = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise InputError(f"{TOOL} needs more than {seconds:g} seconds for the sound") from error
    except OSError as error:
        raise InputError(f"{TOOL} cannot be run: {error.strerror or error}") from error
    if _TOO_SHORT in ran.stderr:
        return []
    try:
        vector = json.loads(ran.stdout)["fingerprint"]
        return [int(feature) for feature in vector]
    except (ValueError, LookupError, TypeError) as error:
        said = ran.stderr.decode("utf-8", "replace").strip()
        raise InputError(f"{TOOL} cannot read the sound: {shown(said, 120)}") from error


def has_features(vector: Sequence[int]) -> bool:
    """Whether a sound can be told from others: silence and a lone tone cannot."""
    return len(set(vector)) >= MIN_FEATURES
