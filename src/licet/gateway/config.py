"""The configuration of a gateway: one TOML file, read into a `Site` that is valid or was not made."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from licet.documents.terms import TermsDocument
from licet.errors import DocumentInvalid, InputError
from licet.gateway.keys import BotKey
from licet.gateway.limits import By, Rate
from licet.gateway.policies import Access, Policies, Policy, Tariff
from licet.gateway.proxies import Network, parse_network
from licet.gateway.settings import (
    ChainSettings,
    LogSettings,
    MetricsSettings,
    chain_of,
    keys_of,
    log_of,
    metrics_of,
    rate_of,
)
from licet.gateway.tables import Table
from licet.rights.formats.base import MAX_BYTES
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use, parse_uses
from licet.rights.vocabulary import MACHINE
from licet.trees.hashing import parse_address
from licet.types import ZERO_HASH, parse_hash, parse_uint, shown

MAX_CONFIG: Final = 1 << 20
"""The largest configuration that is read, bytes."""

MAX_POLICIES: Final = 1_000
"""The most policies of a site: each request is compared with them."""

DEFAULT_MAX_BODY: Final = 1 << 20
_METER: Final = "use"


@dataclass(frozen=True, slots=True)
class Site:
    """What a gateway serves, and on which terms.

    Attributes:
        origin: what the public calls it: scheme and host, without a slash at the end.
        policies: what each path asks.
        folder: the folder that is served; None where it is something else.
        upstream: another server's origin, if that is served. Neither is named around an application.
        title: for people.
        chain: where payments are made; None where nothing asks for one.
        max_body: the most bytes that a request's body may have.
        html_links: whether pages get `link` elements that lead to the terms.
        rate: how often one client may ask for anything; None for as often as they like.
        proxies: networks of servers in front, whose word on a client's address is taken.
        metrics: where Prometheus asks for figures; None if nowhere.
        log: where requests are written; None if nowhere.
        keys: of crawlers: those that policies name, and those that read with somebody's licenses.
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
    keys: tuple[BotKey, ...] = ()

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
        for name in sorted(set(self.policies.keys) - {key.name for key in self.keys}):
            raise InputError(f"{shown(name)} is the name of no key: add [[key]] with name and public")

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
        top = Table(parsed, "")
        site, chain = top.table("site"), chain_of(top, folder)
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
            rate=rate_of(site),
            proxies=tuple(parse_network(text) for text in site.strings("proxies")),
            metrics=metrics_of(top),
            log=log_of(top, folder),
            keys=keys_of(top),
        )
        for table in (site, top):
            table.check_all_known()
        return result


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


def _policy(table: Table, folder: Path, chain: ChainSettings | None) -> Policy:
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
            keys=table.strings("keys"),
        )
        terms = _terms(table, policy, folder, payment)
        rate = rate_of(table, By.KEY if policy.keys else By.ADDRESS)
        table.check_all_known()
        return replace(policy, terms=terms, rate=rate)
    except InputError as error:
        if str(error).startswith(f"{table.name}."):
            raise
        raise InputError(f"{table.name}: {error}", **error.facts) from error


def _tariff(
    table: Table, access: Access, chain: ChainSettings | None
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


def _terms(table: Table, policy: Policy, folder: Path, payment: Payment | None) -> Terms | None:
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
