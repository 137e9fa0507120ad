"""The configuration of a gateway: one TOML file, read into a `Site` that is valid or was not made."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

from licet.documents.terms import TermsDocument
from licet.errors import DocumentInvalid, InputError
from licet.gateway.database import is_server
from licet.gateway.holders.keys import BotKey
from licet.gateway.limits import By, Rate
from licet.gateway.policies import Access, Policies, Policy, Tariff
from licet.gateway.proxies import Network, parse_network
from licet.gateway.sending import DEFAULT_GWEI
from licet.rights.formats.base import MAX_BYTES
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use, parse_uses
from licet.rights.vocabulary import MACHINE
from licet.trees.hashing import parse_address
from licet.types import ZERO_HASH, Address, parse_hash, parse_uint, shown

MAX_CONFIG: Final = 1 << 20
"""The largest configuration that is read, bytes."""

MAX_POLICIES: Final = 1_000
"""The most policies of a site: each request is compared with them."""

DEFAULT_MAX_BODY: Final = 1 << 20
DEFAULT_ANCHOR: Final = 600
DEFAULT_METRICS_PORT: Final = 9402
DEFAULT_LICENSE: Final = 30
DEFAULT_SESSION: Final = 3_600
DEFAULT_REDEEM: Final = 10_000
_METER: Final = "use"
_T = TypeVar("_T")


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
        confirmations: blocks, its own included, after which a transaction counts.
        max_gwei: the most that is paid for a unit of gas.
        facilitator: the x402 facilitator that settles payments; empty for the gateway itself.
        license_seconds: how long what the chain said of a license counts, if no log says otherwise.
        session_seconds: how long holders stay signed in.
        redeem_units: so many unpaid units of a metered license are redeemed at once; fewer, when records are
            anchored.
        keys: of crawlers that sign their requests, and whose licenses they read with.
    """

    rpc: str
    registry: Address
    chain_id: int
    documents: tuple[Path, ...] = ()
    journal: str | Path = Path("gateway.sqlite")
    outbox: Path | None = None
    logs: Path | None = None
    anchor_seconds: int = DEFAULT_ANCHOR
    confirmations: int = 1
    max_gwei: int = DEFAULT_GWEI
    facilitator: str = ""
    license_seconds: int = DEFAULT_LICENSE
    session_seconds: int = DEFAULT_SESSION
    redeem_units: int = DEFAULT_REDEEM
    keys: tuple[BotKey, ...] = ()

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


@dataclass(frozen=True, slots=True)
class Site:
    """What a gateway serves, and on which terms.

    Attributes:
        origin: what the public calls it: scheme and host, without a slash at the end.
        policies: what each path asks.
        folder: the folder that is served; None where it is another server.
        upstream: that server's origin; empty where it is a folder.
        title: for people.
        chain: where payments are made; None where nothing asks for one.
        max_body: the most bytes that a request's body may have.
        html_links: whether pages get `link` elements that lead to the terms.
        rate: how often one client may ask for anything; None for as often as they like.
        proxies: networks of servers in front, whose word on a client's address is taken.
        metrics: where Prometheus asks for figures; None if nowhere.
        log: where requests are written; None if nowhere.
    """

    origin: str
    policies: Policies
    folder: Path | None = None
    upstream: str = ""
    title: str = ""
    chain: ChainSettings | None = None
    max_body: int = DEFAULT_MAX_BODY
    html_links: bool = False
    rate: Rate | None = None
    proxies: tuple[Network, ...] = ()
    metrics: MetricsSettings | None = None
    log: LogSettings | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin", origin_of(self.origin, "site.origin"))
        if self.folder is not None and self.upstream:
            raise InputError("a site is a folder or an upstream server: name one of them")
        if self.upstream:
            object.__setattr__(self, "upstream", origin_of(self.upstream, "site.upstream"))
        if self.folder is not None and not self.folder.is_dir():
            raise InputError(f"{self.folder} is no folder that could be served")
        if self.chain is None and any(policy.tariff for policy in self.policies.policies):
            raise InputError("reads are paid for on a chain: add [chain] with rpc, registry and chain_id")

    @property
    def licensed(self) -> tuple[Policy, ...]:
        """The policies that licenses' holders read; none without a chain, where nobody can show a license."""
        policies = () if self.chain is None else self.policies.policies
        return tuple(policy for policy in policies if policy.access is Access.LICENSE)

    @property
    def needs_account(self) -> bool:
        """Whether reads are recorded on a chain, so that an account has to sign and anchor the records."""
        return bool(self.licensed) or any(policy.tariff for policy in self.policies.policies)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads a site's configuration; paths in it are relative to its own folder.

        Raises:
            InputError: it cannot be read, or something in it is missing, unknown or of the wrong kind.
        """
        try:
            with path.open("rb") as file:
                data = file.read(MAX_CONFIG + 1)
            if len(data) > MAX_CONFIG:
                raise InputError(f"{path} has more than {MAX_CONFIG} bytes: no site needs so many")
            parsed = tomllib.loads(data.decode())
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            raise InputError(f"{path} is not valid TOML: {error}") from error
        try:
            return cls._of(parsed, path.parent)
        except InputError as error:
            raise InputError(f"{path}: {error}", **error.facts) from error

    @classmethod
    def _of(cls, parsed: dict[str, Any], folder: Path) -> Self:
        top = _Table(parsed, "")
        site, chain = top.table("site"), _chain(top, folder)
        policies = top.tables("policy")
        if len(policies) > MAX_POLICIES:
            raise InputError(f"there are {len(policies)} policies: {MAX_POLICIES} are the most")
        served = site.optional("folder", str)
        result = cls(
            origin=site.required("origin", str),
            policies=Policies.of(_policy(entry, folder, chain) for entry in policies),
            folder=None if served is None else folder / served,
            upstream=site.optional("upstream", str) or "",
            title=site.optional("title", str) or "",
            chain=chain,
            max_body=site.positive("max_body", DEFAULT_MAX_BODY),
            html_links=bool(site.optional("html_links", bool)),
            rate=_rate(site),
            proxies=tuple(parse_network(text) for text in site.strings("proxies")),
            metrics=_metrics(top),
            log=_log(top, folder),
        )
        if result.folder is None and not result.upstream:
            raise InputError("nothing is served: name site.folder or site.upstream")
        for table in (site, top):
            table.check_all_known()
        return result


class _Table:
    """A table of TOML, whose keys are asked for one by one; what nobody asked for is unknown."""

    def __init__(self, data: Mapping[str, Any], name: str) -> None:
        self._data: Final = data
        self.name: Final = name
        self._asked: Final[set[str]] = set()

    def optional(self, key: str, kind: type[_T]) -> _T | None:
        self._asked.add(key)
        value = self._data.get(key)
        # In Python a bool is an int, in TOML it is not.
        fits = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
        if value is not None and not fits:
            raise InputError(f"{self._full(key)} is {shown(value)}: {_KINDS[kind]} is expected")
        return value

    def required(self, key: str, kind: type[_T]) -> _T:
        value = self.optional(key, kind)
        if value is None:
            raise InputError(f"{self._full(key)} is missing: {_KINDS[kind]} is expected")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        values = self.optional(key, list) or []
        for value in values:
            if not isinstance(value, str):
                raise InputError(f"{self._full(key)} has {shown(value)}: strings are expected")
        return tuple(values)

    def positive(self, key: str, default: int) -> int:
        value = self.optional(key, int)
        if value is not None and value <= 0:
            raise InputError(f"{self._full(key)} is {value}: a number above 0 is expected")
        return default if value is None else value

    def table(self, key: str) -> "_Table":
        return _Table(self.required(key, dict), self._full(key))

    def tables(self, key: str) -> list["_Table"]:
        values = self.required(key, list)
        for value in values:
            if not isinstance(value, dict):
                raise InputError(f"{self._full(key)} has {shown(value)}: write [[{key}]]")
        return [_Table(value, f"{key} {number}") for number, value in enumerate(values, 1)]

    def has(self, key: str) -> bool:
        return key in self._data

    def check_all_known(self) -> None:
        unknown = sorted(set(self._data) - self._asked)
        if unknown:
            known = ", ".join(sorted(self._asked))
            raise InputError(f"{self._full(unknown[0])} is unknown; known here are: {known}")

    def _full(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key


_KINDS: Final[dict[type, str]] = {
    str: "a string",
    int: "a whole number",
    bool: "true or false",
    list: "an array",
    dict: "a table",
}


def origin_of(url: str, name: str) -> str:
    """An origin, in one spelling: http(s), a host in ASCII, and maybe a port; no path, no account.

    Raises:
        InputError: it is anything else; `name` names it in the message.
    """
    problem = InputError(
        f"{name} is {shown(url)}: an origin such as https://stories.example is expected, in ASCII (a name in "
        "other letters as xn--…), without a path"
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise problem from error
    host = parts.hostname or ""
    plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}@?#')
    if parts.scheme not in ("http", "https") or not host or not plain or parts.path not in ("", "/"):
        raise problem
    shown_host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown_host}{'' if port is None else f':{port}'}"


def _chain(top: _Table, folder: Path) -> ChainSettings | None:
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
        confirmations=table.positive("confirmations", 1),
        max_gwei=table.positive("max_gwei", DEFAULT_GWEI),
        facilitator=table.optional("facilitator", str) or "",
        license_seconds=table.positive("license_seconds", DEFAULT_LICENSE),
        session_seconds=table.positive("session_seconds", DEFAULT_SESSION),
        redeem_units=table.positive("redeem_units", DEFAULT_REDEEM),
        keys=tuple(_key(entry) for entry in (table.tables("key") if table.has("key") else ())),
    )
    table.check_all_known()
    urls = (settings.rpc, settings.facilitator or settings.rpc)
    if not all(url.startswith(("http://", "https://")) for url in urls) or settings.chain_id <= 0:
        raise InputError(
            "[chain] has an rpc and maybe a facilitator that are http(s) URLs, and a chain_id above 0"
        )
    return settings


def _place(table: _Table, key: str, folder: Path) -> Path | None:
    named = table.optional(key, str)
    if named is None and is_server(table.optional("journal", str) or ""):
        named = f"gateway.{key}"
    return None if named is None else folder / named


def _key(table: _Table) -> BotKey:
    holder = parse_address(table.required("holder", str), f"{table.name}.holder")
    key = BotKey.parse(table.required("public", str), holder)
    table.check_all_known()
    return key


def _rate(table: _Table) -> Rate | None:
    rate, by = table.optional("rate", str), table.optional("rate_by", str)
    if rate is None:
        if by is not None:
            raise InputError(f"{table.name}.rate_by is for a rate: add rate")
        return None
    return Rate.parsed(rate, By.ADDRESS if by is None else by)


def _metrics(top: _Table) -> MetricsSettings | None:
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


def _log(top: _Table, folder: Path) -> LogSettings | None:
    if not top.has("log"):
        return None
    table = top.table("log")
    file = table.optional("file", str)
    table.check_all_known()
    return LogSettings(None if file is None else folder / file)


def _policy(table: _Table, folder: Path, chain: ChainSettings | None) -> Policy:
    try:
        word = table.required("access", str)
        if word not in tuple(Access):
            raise InputError(f"access is {shown(word)}; known are: {', '.join(Access)}")
        access = Access(word)
        asset = table.optional("asset", str)
        tariff, payment = _tariff(table, access, chain)
        policy = Policy(
            path=table.required("path", str),
            access=access,
            agents=table.strings("agents"),
            asset=ZERO_HASH if asset is None else parse_hash(asset, "asset id"),
            tariff=tariff,
        )
        terms, rate = _terms(table, policy, folder, payment), _rate(table)
        table.check_all_known()
        return replace(policy, terms=terms, rate=rate)
    except InputError as error:
        raise InputError(f"{table.name}: {error}", **error.facts) from error


def _tariff(
    table: _Table, access: Access, chain: ChainSettings | None
) -> tuple[Tariff | None, Payment | None]:
    """What a read costs, and how terms say it."""
    if access is Access.FREE:
        return None, Payment(Kind.FREE)
    if access is not Access.METERED:
        return None, None
    amount = parse_uint(table.required("price", str), what="price in the currency's smallest unit")
    currency = parse_address(table.required("currency", str), "currency")
    payee = parse_address(table.required("payee", str), "payee")
    decimals = table.required("decimals", int)
    chain_id = 0 if chain is None else chain.chain_id
    unit = f"eip155:{chain_id}/erc20:{currency}"
    return Tariff(amount, currency, payee), Payment(Kind.METERED, amount, unit, decimals, _METER)


def _terms(table: _Table, policy: Policy, folder: Path, payment: Payment | None) -> Terms | None:
    """What a policy says to machines: a document's terms, or those that it names itself."""
    targets = (policy.path,)
    named = table.optional("terms", str)
    title, text = table.optional("title", str), table.optional("text", str)
    permitted, prohibited = table.strings("uses"), table.strings("prohibited")
    if named is not None:
        if title or text or permitted or prohibited:
            raise InputError("terms names a document: leave out title, text, uses and prohibited")
        return Terms(_document(folder / named), targets=targets, payment=payment)
    uses = parse_uses(permitted) if permitted else Use(0)
    denied = parse_uses(prohibited) if prohibited else Use(0)
    if policy.access is Access.FORBIDDEN:
        if uses or text or title or denied:
            raise InputError("what is forbidden permits nothing, and needs no words")
        denied = MACHINE
    elif not uses:
        if policy.access in (Access.METERED, Access.LICENSE):
            raise InputError("uses is missing: what may be done with what was paid for")
        if not denied:
            if text or title:
                raise InputError("title and text are words for uses or prohibited: name some")
            return None  # who may read a page has no license for anything else
        payment = None
    return Terms(
        TermsDocument(title or "", uses, text or "", prohibited=denied), targets=targets, payment=payment
    )


def _document(path: Path) -> TermsDocument:
    """The terms in a file, as Licet writes them."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError(f"{path} has more than {MAX_BYTES} bytes: no terms need so many")
        return TermsDocument.written(data)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    except DocumentInvalid as error:
        raise InputError(f"{path}: {error} (`licet rights convert --to licet` makes one)") from error
