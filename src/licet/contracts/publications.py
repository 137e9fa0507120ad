"""What was published on chain about works and splits, together with the documents that it points to."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from licet.chain.compiled.abi import log_topic
from licet.contracts import events
from licet.contracts.vaults import Vault
from licet.documents import CatalogDocument, Library, PayeeShare, SplitDocument
from licet.errors import DocumentError, DocumentInvalid, DocumentMissing, InputError, NotRegistered, reverted
from licet.rights.statement import Statement
from licet.trees.catalog import CatalogTree
from licet.trees.hashing import parse_address
from licet.types import ZERO_HASH, Address, Hash32, parse_hash

if TYPE_CHECKING:
    from licet.contracts import Contracts


class RegisteredCatalog(Protocol):
    """What a catalogue was registered with: the event, or what was kept of it."""

    @property
    def asset_id(self) -> Hash32:
        """The deed."""

    @property
    def content(self) -> Hash32:
        """The tree's root."""

    @property
    def works(self) -> int:
        """How many works it has."""

    @property
    def document_hash(self) -> Hash32:
        """Its document's SHA-256."""

    @property
    def uri(self) -> str:
        """Where that can be fetched."""


def registrations(
    contracts: "Contracts", *, asset_id: Hash32 | None = None, content: Hash32 | None = None
) -> Iterator[events.AssetRegistered]:
    """The registrations of an asset, of some content, or all; oldest first."""
    topics = [log_topic(asset_id) if asset_id else None, None, log_topic(content) if content else None]
    return events.read(
        contracts.chain,
        events.AssetRegistered,
        [contracts.assets.address],
        topics,
        from_block=contracts.deployment.block,
    )


def registration(contracts: "Contracts", asset_id: Hash32) -> events.AssetRegistered:
    """An asset's registration.

    Raises:
        NotRegistered: no asset has this id.
    """
    for event in registrations(contracts, asset_id=asset_id):
        return event
    raise NotRegistered(
        f"asset {asset_id} is not registered: check the id, and that the node is on the right chain",
        asset_id=asset_id,
    )


def catalog_document(registered: RegisteredCatalog, library: Library) -> CatalogDocument:
    """A registered catalogue's document, checked against the registration. Raises as `catalog_and_tree`."""
    return catalog_and_tree(registered, library)[0]


def catalog_and_tree(registered: RegisteredCatalog, library: Library) -> tuple[CatalogDocument, CatalogTree]:
    """A registered catalogue's document, checked against the registration; and its tree.

    Raises:
        DocumentError: it is not to be found, or is not what was registered.
    """
    document = CatalogDocument.from_bytes(library.get(registered.document_hash, registered.uri))
    tree = document.tree()
    root, works = tree.root, len(document.works)
    if root != registered.content or works != registered.works:
        raise DocumentInvalid(
            f"the document {registered.document_hash} has {works} works under the root {root}, but asset "
            f"{registered.asset_id} was registered with {registered.works} under {registered.content}",
            asset_id=registered.asset_id,
        )
    return document, tree


def split_of(contracts: "Contracts", vault: Address, library: Library) -> SplitDocument:
    """The split of a vault. Raises as `vault_at`."""
    return vault_at(contracts, vault, library).split


def vault_at(contracts: "Contracts", address: Address, library: Library) -> Vault:
    """The vault at an address, by the first publication that hashes to it; false ones are passed over.

    Raises:
        DocumentMissing: none was published, or none that was can be found and matches.
    """
    address = parse_address(address, "vault")
    reasons = []
    for event in splits_published(contracts, address):
        try:
            return Vault(published_split(event, library), event.salt)
        except DocumentError as error:
            reasons.append(str(error))
    reason = "; ".join(reasons) or "nobody published it"
    raise DocumentMissing(f"the split of vault {address} is not known: {reason}", vault=address)


def splits_published(contracts: "Contracts", vault: Address) -> Iterator[events.SplitPublished]:
    """What was published of a vault's split, oldest first."""
    return events.read(
        contracts.chain,
        events.SplitPublished,
        [contracts.vaults.address],
        [log_topic(vault)],
        from_block=contracts.deployment.block,
    )


def published_split(event: events.SplitPublished, library: Library) -> SplitDocument:
    """The split that a publication tells of.

    Raises:
        DocumentError: its document is not to be found, or it does not hash to the root.
    """
    if event.document_hash == ZERO_HASH:
        try:
            split = SplitDocument(tuple(PayeeShare(payee, share) for payee, share in event.payees))
        except InputError as error:
            raise DocumentInvalid(f"the payees published for {event.vault} are no split: {error}") from error
    else:
        split = SplitDocument.from_bytes(library.get(event.document_hash, event.uri))
    if split.tree().root != event.root:
        raise DocumentInvalid(
            f"the split published for {event.vault} has the root {split.tree().root}, not {event.root}"
        )
    return split


def statements(
    contracts: "Contracts", *, statement_id: Hash32 | None = None, asset_id: Hash32 | None = None
) -> Iterator[events.StatementPublished]:
    """The statements of an asset, of an id, or all; oldest first."""
    return events.read(
        contracts.chain,
        events.StatementPublished,
        [contracts.statements.address],
        [log_topic(statement_id) if statement_id else None, log_topic(asset_id) if asset_id else None],
        from_block=contracts.deployment.block,
        skip_unreadable=True,
    )


def statement_of(contracts: "Contracts", statement_id: Hash32) -> Statement:
    """A statement by its id.

    Raises:
        StatementUnknown: none was published under this id.
    """
    statement_id = parse_hash(statement_id, "statement id")
    for event in statements(contracts, statement_id=statement_id):
        return event.statement
    raise reverted("StatementUnknown", {"statementId": statement_id})
