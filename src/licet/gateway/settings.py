"""What the configuration says of the chain, of limits, and of what is told of requests."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from licet.chain.client import Chain
from licet.errors import InputError, WrongChain
from licet.gateway.database import is_server
from licet.gateway.keys import PUBLISHED, BotKey
from licet.gateway.limits import By, Rate
from licet.gateway.sending import DEFAULT_GWEI
from licet.gateway.tables import Table
from licet.trees.hashing import parse_address
from licet.types import Address

DEFAULT_ANCHOR: Final = 600
DEFAULT_RECORDS: Final = 20_000
DEFAULT_METRICS_PORT: Final = 9402
DEFAULT_LICENSE: Final = 30
DEFAULT_SESSION: Final = 3_600
DEFAULT_REDEEM: Final = 10_000


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """The chain that payments are made on.

    Attributes:
        rpc: the node's JSON-RPC.
        registry: the asset registry; all other contracts are found from it.
        chain_id: EIP-155 chain id, which the node has to be on.
        documents: folders that have signed offers and rights documents.
        journal: the database of payments and records: a file, or a `postgresql://` URL.
        outbox: the file of the account's transactions; None for one beside the journal.
        logs: the folder of the logs of records; None for one beside the journal.
        anchor_seconds: how often records are put under a root on chain.
        anchor_records: so many do not wait for that.
        confirmations: blocks, its own included, after which a transaction counts.
        max_gwei: the most that is paid for a unit of gas.
        facilitator: the x402 facilitator that settles payments; empty for the gateway itself.
        license_seconds: how long what the chain said of a license counts, if no log says otherwise.
        session_seconds: how long holders stay signed in.
        redeem_units: so many unpaid units of a metered license are redeemed at once; fewer, when records are
            anchored.
    """

    rpc: str
    registry: Address
    chain_id: int
    documents: tuple[Path, ...] = ()
    journal: str | Path = Path("gateway.sqlite")
    outbox: Path | None = None
    logs: Path | None = None
    anchor_seconds: int = DEFAULT_ANCHOR
    anchor_records: int = DEFAULT_RECORDS
    confirmations: int = 1
    max_gwei: int = DEFAULT_GWEI
    facilitator: str = ""
    license_seconds: int = DEFAULT_LICENSE
    session_seconds: int = DEFAULT_SESSION
    redeem_units: int = DEFAULT_REDEEM

    def check(self, chain: Chain) -> None:
        """Makes sure that the node is on this chain. Raises `WrongChain`."""
        if chain.chain_id != self.chain_id:
            raise WrongChain(
                f"the node at {self.rpc} is on chain {chain.chain_id}, the configuration on chain "
                f"{self.chain_id}: name a node of that chain"
            )

    def beside(self, suffix: str) -> Path:
        """A place beside the journal; in the working folder, if that is on a server."""
        return Path("gateway" if is_server(self.journal) else self.journal).with_suffix(suffix)


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Where Prometheus asks for figures, apart from what the public sees.

    Attributes:
        host: the address to listen at.
        port: the TCP port.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_METRICS_PORT


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Where one line of JSON is written for each request, and for what goes wrong.

    Attributes:
        file: appended to; None for stderr.
    """

    file: Path | None = None


def chain_of(top: Table, folder: Path) -> ChainSettings | None:
    """The chain that a configuration names, if it does."""
    if not top.has("chain"):
        return None
    table = top.table("chain")
    named = table.optional("journal", str) or "gateway.sqlite"
    settings = ChainSettings(
        rpc=table.required("rpc", str),
        registry=parse_address(table.required("registry", str), "chain.registry"),
        chain_id=table.required("chain_id", int),
        documents=tuple(folder / name for name in table.strings("documents")),
        journal=named if is_server(named) else folder / named,
        outbox=_place(table, "outbox", folder),
        logs=_place(table, "logs", folder),
        anchor_seconds=table.positive("anchor_seconds", DEFAULT_ANCHOR),
        anchor_records=table.positive("anchor_records", DEFAULT_RECORDS),
        confirmations=table.positive("confirmations", 1),
        max_gwei=table.positive("max_gwei", DEFAULT_GWEI),
        facilitator=table.optional("facilitator", str) or "",
        license_seconds=table.positive("license_seconds", DEFAULT_LICENSE),
        session_seconds=table.positive("session_seconds", DEFAULT_SESSION),
        redeem_units=table.positive("redeem_units", DEFAULT_REDEEM),
    )
    table.check_all_known()
    urls = (settings.rpc, settings.facilitator or settings.rpc)
    if not all(url.startswith(("http://", "https://")) for url in urls) or settings.chain_id <= 0:
        raise InputError(
            "[chain] has an rpc and maybe a facilitator that are http(s) URLs, and a chain_id above 0"
        )
    return settings


def _place(table: Table, key: str, folder: Path) -> Path | None:
    named = table.optional(key, str)
    if named is None and is_server(table.optional("journal", str) or ""):
        named = f"gateway.{key}"
    return None if named is None else folder / named


def keys_of(top: Table) -> tuple[BotKey, ...]:
    """The crawlers' keys that a configuration names."""
    keys = tuple(_key(entry) for entry in (top.tables("key") if top.has("key") else ()))
    if len({key.public for key in keys}) < len(keys):
        raise InputError("two [[key]] have one public key: leave one out")
    return keys


def _key(table: Table) -> BotKey:
    name, public = table.required("name", str), table.required("public", str)
    holder = table.optional("holder", str)
    table.check_all_known()
    try:
        key = BotKey.parse(name, public, None if holder is None else parse_address(holder))
    except InputError as error:
        raise InputError(f"{table.name}: {error}", **error.facts) from error
    if public in PUBLISHED:
        raise InputError(f"{table.name}: {public} is an example's key, with which anybody can sign")
    return key


def rate_of(table: Table, default: By = By.ADDRESS) -> Rate | None:
    """The rate that a table names, if it does; counted by `default` unless it says otherwise."""
    rate, by = table.optional("rate", str), table.optional("rate_by", str)
    if rate is None:
        if by is not None:
            raise InputError(f"{table.name}.rate_by is for a rate: add rate")
        return None
    return Rate.parsed(rate, default if by is None else by)


def metrics_of(top: Table) -> MetricsSettings | None:
    """Where figures are to be had, if anywhere."""
    if not top.has("metrics"):
        return None
    table = top.table("metrics")
    settings = MetricsSettings(
        table.optional("host", str) or "127.0.0.1", table.positive("port", DEFAULT_METRICS_PORT)
    )
    table.check_all_known()
    if settings.port >= 1 << 16:
        raise InputError(f"metrics.port is {settings.port}: a TCP port is expected")
    return settings


def log_of(top: Table, folder: Path) -> LogSettings | None:
    """Where requests are written, if anywhere."""
    if not top.has("log"):
        return None
    table = top.table("log")
    file = table.optional("file", str)
    table.check_all_known()
    return LogSettings(None if file is None else folder / file)
