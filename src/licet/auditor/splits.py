"""Splits: which vaults there are, and who shares in each."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.contracts import Contracts
from licet.contracts.events import SplitPublished
from licet.contracts.publications import published_split
from licet.contracts.vaults import root_in_code, vault_address
from licet.documents import Library, SplitDocument
from licet.errors import DocumentError, InputError
from licet.trees.sums import SumTree
from licet.types import ZERO_HASH, Address, Hash32


@dataclass(frozen=True, slots=True)
class Vault:
    """A vault; `split` is None where nothing at hand hashes to its root, for the `reason` given."""

    address: Address
    root: Hash32
    split: SumTree | None
    reason: str = ""


class VaultFinder:
    """Finds the vaults of a deployment, and their splits in what was published and in a library."""

    def __init__(self, contracts: Contracts, library: Library, block: int) -> None:
        self._contracts: Final = contracts
        self._library: Final = library
        self._block: Final = block

    def find(
        self, publications: Iterable[SplitPublished], payees: Collection[Address], findings: list[Finding]
    ) -> dict[Address, Vault]:
        """The vaults that were published, and those among the payees of offers."""
        vaults = self._published(publications, findings)
        unknown = {payee for payee in payees if payee not in vaults}
        if unknown or any(vault.split is None for vault in vaults.values()):
            for split in self._at_hand():
                address = self._address(split.root)
                if address in unknown or (address in vaults and vaults[address].split is None):
                    vaults[address] = Vault(address, split.root, split)
        for payee in sorted(unknown - set(vaults)):
            root = root_in_code(
                self._contracts.chain.code(payee, self._block),
                self._contracts.deployment.vault_implementation,
            )
            if root is not None and self._address(root) == payee:
                vaults[payee] = Vault(payee, root, None, "nobody published it")
        return vaults

    def _published(
        self, publications: Iterable[SplitPublished], findings: list[Finding]
    ) -> dict[Address, Vault]:
        """The published vaults; false publications are passed over."""
        vaults: dict[Address, Vault] = {}
        for event in publications:
            address = self._address(event.root)
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
            before = vaults.get(address, Vault(address, event.root, None))
            if before.split is None:
                split, reason = _told(event, self._library)
                reasons = "; ".join(filter(None, (before.reason, reason)))
                vaults[address] = replace(before, split=split, reason=reasons)
        return vaults

    def _at_hand(self) -> Iterator[SumTree]:
        """The splits in the library's folders."""
        for item in self._library.listing(SplitDocument).found:
            try:
                yield SplitDocument.from_bytes(self._library.get(item.hash)).tree()
            except DocumentError:
                continue  # a broken document is no split

    def _address(self, root: Hash32) -> Address:
        deployment = self._contracts.deployment
        return vault_address(root, deployment.vault_implementation, deployment.vault_factory)


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
