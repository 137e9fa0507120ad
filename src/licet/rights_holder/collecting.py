"""Collecting: what is due, from any number of vaults, to the payee or to whom the payee names."""

from collections.abc import Iterable, Sequence

from licet.contracts import income
from licet.contracts.income import Collected
from licet.contracts.publications import vault_at
from licet.contracts.vaults import Vault, VaultClaim
from licet.documents import ClaimDocument, SplitDocument
from licet.errors import InputError, reverted
from licet.rights.claim import ClaimTo
from licet.rights_holder.account import Account
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32


class Collecting(Account):
    """Collects income."""

    def due(self, vault: Vault | SplitDocument, token: Address, payee: Address | None = None) -> int:
        """What a vault owes a payee now, in the token's smallest unit.

        Args:
            vault: it, or the split of an asset's own vault.
            token: the currency; the zero address for the native coin.
            payee: this account if not given.

        Raises:
            InputError: the payee is not in the split.
        """
        return income.due(self._contracts, _vault(vault), parse_address(token), self._payee(payee))

    def collect(
        self,
        vaults: Sequence[Vault | SplitDocument],
        token: Address,
        payee: Address | None = None,
        *,
        derivatives: Sequence[Hash32] = (),
    ) -> Collected:
        """Pays a payee all that is due from any number of vaults, in one transaction.

        Income goes up first: from the derivatives' vaults to those of the works that they were made from, at
        any level, and from each vault that pays another. Anyone may do this for anyone: the money goes to the
        payee. A vault that owes nothing is passed over.

        Args:
            vaults: the vaults, or the splits of assets' own vaults.
            token: the currency; the zero address for the native coin.
            payee: this account if not given.
            derivatives: ids of assets whose income leads to these vaults (`derivatives_of`).

        Raises:
            InputError: a vault or a derivative does not lead to the payee.
            NothingDue: nothing would reach the payee; no transaction was sent.
        """
        found = [_vault(vault) for vault in vaults]
        return income.collect(self._contracts, found, parse_address(token), self._payee(payee), derivatives)

    def derivatives_of(self, vaults: Iterable[Address]) -> tuple[Hash32, ...]:
        """The assets whose income goes up to some vaults or payees, at any number of levels; oldest first.

        Args:
            vaults: their addresses.
        """
        return income.derivatives_of(self._contracts, vaults)

    def vault_at(self, address: Address) -> Vault:
        """A vault by its address, as its split was published.

        Raises:
            DocumentMissing: nobody published it, or its document is not to be found.
        """
        return vault_at(self._contracts, address, self._library)

    def claim_to(self, vault: Vault | SplitDocument, token: Address, receiver: Address) -> Collected:
        """Has all that a vault owes this account sent to another address.

        Args:
            vault: it, or the split of an asset's own vault.
            token: the currency; the zero address for the native coin.
            receiver: who gets it.

        Raises:
            InputError: this account is not in the split.
            NothingDue: nothing is; no transaction was sent.
        """
        return self._claim_to(_vault(vault), ClaimTo(self.address, token, receiver, 0, 0), b"")

    def sign_claim(
        self, vault: Vault | SplitDocument, token: Address, receiver: Address, deadline: int
    ) -> ClaimDocument:
        """Signs that what a vault owes this account goes to another address, for somebody else to submit.

        It serves once, and is void as soon as this account is paid from the vault in another way.

        Args:
            vault: it, or the split of an asset's own vault.
            token: the currency; the zero address for the native coin.
            receiver: who gets it.
            deadline: unix second after which the signature is void.

        Raises:
            InputError: this account is not in the split.
        """
        vault = _vault(vault)
        vault.split.tree().proof(self.address)  # says that this account is not in the split
        chain = self._contracts.chain
        address = income.address_of(self._contracts, vault)
        paid = self._contracts.vaults.released_to(address, parse_address(token), self.address)
        claim = ClaimTo(self.address, token, receiver, paid, deadline)
        signature = chain.signer_or_raise().sign_typed_data(claim.typed_data(chain.chain_id, address))
        return ClaimDocument(chain.chain_id, address, claim, signature)

    def submit_claim(self, document: ClaimDocument, vault: Vault | SplitDocument | None = None) -> Collected:
        """Submits a claim that its payee signed; this account pays the gas.

        Args:
            document: the claim.
            vault: that it is on; found if not given, as its split was published.

        Raises:
            InputError: the claim is for another chain or vault.
            DocumentMissing: the vault's split is not to be found.
            NothingDue: nothing is due to the payee; no transaction was sent.
            ClaimExpired: its time is over.
            ClaimSignatureInvalid: it is not the payee's, or something was paid to them since.
        """
        chain_id = self._contracts.chain.chain_id
        if document.chain_id != chain_id:
            raise InputError(
                f"the claim is for chain {document.chain_id}, this is {chain_id}: "
                "use a node of the claim's chain"
            )
        found = self.vault_at(document.vault) if vault is None else _vault(vault)
        if income.address_of(self._contracts, found) != document.vault:
            raise InputError(
                f"the claim is on the vault {document.vault}, the one given is at "
                f"{income.address_of(self._contracts, found)}: name the claim's"
            )
        return self._claim_to(found, document.claim, document.signature)

    def _claim_to(self, vault: Vault, claim: ClaimTo, signature: bytes) -> Collected:
        tree, vaults = vault.split.tree(), self._contracts.vaults
        address = income.address_of(self._contracts, vault)
        if not income.due(self._contracts, vault, claim.token, claim.payee):
            raise reverted("NothingDue", {"payee": claim.payee, "token": claim.token})
        if not self._contracts.chain.code(address):
            vaults.deploy(tree.root, vault.salt)
        proven = VaultClaim(tree.root, claim.token, claim.payee, tree.proof(claim.payee), vault.salt)
        receipt = vaults.claim_to(
            address, proven, claim.receiver, deadline=claim.deadline, signature=signature
        )
        return Collected(income.paid_to(receipt, [address], claim.token, claim.payee), receipt)

    def _payee(self, payee: Address | None) -> Address:
        return self.address if payee is None else parse_address(payee)


def _vault(vault: Vault | SplitDocument) -> Vault:
    return vault if isinstance(vault, Vault) else Vault(vault)
