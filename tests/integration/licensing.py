"""A site whose tales are licensed, and what its readers do there."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_account.signers.local import LocalAccount
from starlette.types import ASGIApp

from licet.documents import ReceiptDocument
from licet.documents.terms import TermsDocument
from licet.gateway.app import Business, around, served
from licet.gateway.config import ChainSettings, Site
from licet.gateway.holders.holders import Holders
from licet.gateway.keys import BotKey
from licet.gateway.policies import Access, Policies, Policy
from licet.gateway.recording import FIELD
from licet.rights.terms import Terms
from licet.rights.uses import Use
from licet.types import Hash32
from tests.integration.conftest import Network, Party
from tests.unit.asgi import Answer, asked
from tests.unit.wallets import message, personally, signed_fields

ORIGIN = "http://site.example"
TALE = b"Once upon a time"
PATH = "/tales/a.txt"
USES = Use.TRAIN | Use.INDEX
TITLE = "Tales"


@dataclass
class House:
    """A folder behind a gateway, whose `/tales/` is licensed."""

    folder: Path
    network: Network
    keeper: Party
    asset: Hash32
    documents: Path
    settings: dict[str, Any] = field(default_factory=dict)
    keys: tuple[BotKey, ...] = ()
    policies: tuple[Policy, ...] = ()

    def __post_init__(self) -> None:
        tales = self.folder / "site" / "tales"
        tales.mkdir(parents=True)
        (tales / "a.txt").write_bytes(TALE)
        (tales / "b.txt").write_bytes(b"another")
        self.open()

    def open(self) -> None:
        """The gateway, started: again, after it was started before."""
        terms = Terms(TermsDocument(TITLE, USES, "To be learnt from."), targets=("/tales/",))
        chain = ChainSettings(
            self.network.url,
            self.network.deployment.asset_registry,
            31337,
            documents=(self.documents,),
            journal=self.folder / "journal.sqlite",
            **self.settings,
        )
        self.site = Site(
            ORIGIN,
            Policies.of(
                [
                    Policy("/tales/", Access.LICENSE, (), self.asset, None, terms),
                    Policy("/", Access.FREE),
                    *self.policies,
                ]
            ),
            folder=self.folder / "site",
            chain=chain,
            keys=self.keys,
        )
        business = Business.of(self.site, self.keeper.signer)
        assert business is not None
        self.business = business
        self.app: ASGIApp = around(served(self.site), self.site, business)

    @property
    def holders(self) -> Holders:
        assert self.business.holders is not None
        return self.business.holders

    @property
    def records(self) -> int:
        assert self.business.till is not None
        return self.business.till.journal.counts()["records"]

    def look(self) -> None:
        """What the gateway does in the background each second."""
        self.holders.permits.look()

    async def get(self, path: str = PATH, *fields: tuple[str, str], **rest: Any) -> Answer:
        return await asked(self.app, path, headers=fields, **rest)

    async def signed_in(self, party: Party, *, client: bool = False, **changes: Any) -> dict[str, Any]:
        """What somebody is given who signs in."""
        text = message(account(party), json.loads((await self.get("/.well-known/licet/nonce")).body)["nonce"])
        text = text.replace(party.address, changes.get("address", party.address))
        body = {"message": text, "signature": personally(account(party), text), "client": client}
        answer = await self.post("/.well-known/licet/session", json.dumps(body).encode())
        assert answer.status == 200, answer.body
        said: dict[str, Any] = json.loads(answer.body)
        return said

    async def session(self, party: Party, **changes: Any) -> tuple[str, str]:
        """The field that says who has signed in."""
        return "Authorization", f"Bearer {(await self.signed_in(party, **changes))['token']}"

    async def post(self, path: str, body: bytes, *fields: tuple[str, str]) -> Answer:
        return await asked(self.app, path, method="POST", body=[body], headers=fields)

    def signed(self, party: Party, path: str = PATH, **rest: Any) -> list[tuple[str, str]]:
        """The fields of a request that somebody signs."""
        nonce = rest.pop("nonce", f"n{time.monotonic_ns()}")
        return signed_fields(account(party), ORIGIN + path, covered=COVERED, nonce=nonce, **rest)


COVERED = ("@method", "@authority", "@path")


def account(party: Party) -> LocalAccount:
    """The party's key, as wallets have it."""
    key: LocalAccount = party.signer._account  # type: ignore[attr-defined]  # noqa: SLF001 - wallets are not Licet's
    return key


def receipt_in(answer: Answer) -> ReceiptDocument:
    said = answer.headers[FIELD.lower()]
    return ReceiptDocument.from_bytes(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))


Opening = Callable[..., House]
