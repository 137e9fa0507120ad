"""Splits: which vaults there are, and who shares in each."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.chain.deployments import Deployment
from licet.chain.state.reading import StateReader
from licet.contracts.events import SplitPublished
from licet.contracts.publications import published_split
from licet.contracts.vaults import root_in_code, vault_in
from licet.documents import Library, SplitDocument
from licet.errors import DocumentError, InputError
from licet.trees.sums import SumTree
from licet.types import ZERO_HASH, Address, Hash32


@dataclass(frozen=True, slots=True)
class Vault:
    """A vault; `split` is None where nothing at hand hashes to its root, for the `reason` given.

    The salt of its address is zero for an asset's own vault, a derivative's lineage, or a statement's id.
    """

    address: Address
    root: Hash32
    split: SumTree | None
    reason: str = ""
    salt: Hash32 = ZERO_HASH


class VaultFinder:
    """Finds the vaults of a deployment, and their splits in what was published and in a library."""

    def __init__(self, deployment: Deployment, library: Library, state: StateReader) -> None:
        self._deployment: Final = deployment
        self._library: Final = library
        self._state: Final = state
        self._vaults: Final[dict[Address, Vault]] = {}
        self._splits: Final[dict[Hash32, SumTree]] = {}

    def find(
        self,
        publications: Iterable[SplitPublished],
        payees: Collection[Address],
        made: Iterable[tuple[Hash32, Hash32]],
        refunded: Iterable[SumTree],
        findings: list[Finding],
    ) -> dict[Address, Vault]:
        """The vaults that were published, that belong to something, and those among the payees of offers.

        Args:
            publications: of splits; false ones are passed over.
            payees: of offers.
            made: the root and the salt of vaults that derivatives and statements have.
            refunded: the splits of vaults that refunds went to.
            findings: what is wrong goes here.
        """
        self._published(publications, findings)
        for root, salt in made:
            self._add(root, salt)
        for split in refunded:
            self._splits[split.root] = split
            self._add(split.root)
        unknown = {payee for payee in payees if payee not in self._vaults}
        if unknown or any(vault.root not in self._splits for vault in self._vaults.values()):
            for split in self._at_hand():
                self._splits.setdefault(split.root, split)
                if self._address(split.root) in unknown:
                    self._add(split.root)
        for payee in sorted(unknown - set(self._vaults)):
            carried = root_in_code(self._state.code(payee), self._deployment.vault_implementation)
            if carried is not None and self._address(carried) == payee:
                self._add(carried)
        return {address: self._told_of(vault) for address, vault in self._vaults.items()}

    def _published(self, publications: Iterable[SplitPublished], findings: list[Finding]) -> None:
        """Adds the published vaults, and notes what was published of them."""
        for event in publications:
            address = self._address(event.root, event.salt)
            if event.vault != address:
                findings.append(
                    found(
                        Kind.VAULT_ADDRESS_WRONG,
                        f"the split {event.root} was published for {event.vault}, its vault is {address}",
                        event.log,
                        vault=event.vault,
                        root=event.root,
                        expected=address,
                        actual=event.vault,
                    )
                )
            reason = ""
            if event.root not in self._splits:
                split, reason = _told(event, self._library)
                if split is not None:
                    self._splits[event.root] = split
            self._add(event.root, event.salt, reason)

    def _add(self, root: Hash32, salt: Hash32 = ZERO_HASH, reason: str = "") -> None:
        address = self._address(root, salt)
        before = self._vaults.get(address, Vault(address, root, None, salt=salt))
        reasons = "; ".join(filter(None, (before.reason, reason)))
        self._vaults[address] = replace(before, reason=reasons)

    def _told_of(self, vault: Vault) -> Vault:
        """A vault with its split, which is the same for all vaults of one root."""
        split = self._splits.get(vault.root)
        return replace(vault, split=split, reason="" if split else vault.reason or "nobody published it")

    def _at_hand(self) -> Iterator[SumTree]:
        """The splits in the library's folders."""
        for item in self._library.listing(SplitDocument).found:
            try:
                yield SplitDocument.from_bytes(self._library.get(item.hash)).tree()
            except DocumentError:
                continue  # a broken document is no split

    def _address(self, root: Hash32, salt: Hash32 = ZERO_HASH) -> Address:
        return vault_in(self._deployment, root, salt)


def _told(event: SplitPublished, library: Library) -> tuple[SumTree | None, str]:
    """The split that a publication tells of, or why it tells of none."""
    reason = ""
    if event.payees:
        try:
            tree = SumTree(event.payees)
        except InputError as error:
            reason = f"the payees published in {event.log.tx_hash} are no split: {error}"
        else:
            if tree.root == event.root:
                return tree, ""
            reason = f"the payees published in {event.log.tx_hash} have the root {tree.root}"
    if event.document_hash != ZERO_HASH:
        try:
            return published_split(event, library).tree(), ""
        except DocumentError as error:
            reason = str(error)
    return None, reason
