"""A file, looked up by its hash: who claims it, since when, and what may be done with it."""

from pathlib import Path
from typing import Any

from licet.documents import file_name
from licet.shelf import Asset
from licet.types import Hash32
from licet.web.site import Desk
from licet.web.views.works import entry_json, now_of


def lookup(desk: Desk, sha256: Hash32) -> dict[str, Any]:
    """Who registered the bytes that have this hash, and what may be done with them.

    No claim is preferred over another: where several parties' stand, `contested` says so. `first` is the one
    that dates from the earliest time.
    """
    claims = []
    for found, work in desk.shelf.claims(sha256):
        now = now_of(desk, found, work.sha256 if work else None)
        claims.append({**entry_json(desk, found, work), **now, "since": _since(desk, found)})
    holders = {claim["holder"] for claim in claims if "defeated" not in claim["flags"]}
    dated = [claim for claim in claims if claim["since"] is not None]
    return {
        "sha256": sha256,
        "registered": bool(claims),
        "contested": len(holders) > 1,
        "first": min(
            ({name: claim[name] for name in ("asset_id", "registrant", "since")} for claim in dated),
            key=lambda claim: claim["since"],
            default=None,
        ),
        "claims": claims,
    }


def _since(desk: Desk, found: Asset) -> int | None:
    """When a claim dates from: of a work in a catalogue, when the catalogue's document was first here."""
    if not found.works:
        return desk.index.timestamp(found.place.block)
    for folder in desk.library.folders:
        path = Path(folder) / file_name(found.document_hash)
        try:
            return int(path.stat().st_mtime)
        except OSError:
            continue
    return None
