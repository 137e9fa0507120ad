"""Makes the golden vectors: hashes, proofs and ids that Python and Solidity must agree on.

    python tests/golden/make.py

Every input follows from a rule, so the same files come out each time. Integers are decimal strings, bytes are
`0x` hex; in Solidity read them with `vm.parseJsonUint`, `vm.parseJsonBytes32Array` and friends.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from licet.contracts.vaults import vault_address, vault_code
from licet.rights.claim import ClaimTo
from licet.rights.conditions import Conditions
from licet.rights.derivation import DerivativeApproval, lineage
from licet.rights.offer import Kind, Offer, asset_id, license_id
from licet.rights.order import Grant, Order
from licet.rights.registration import Origin, Registration
from licet.rights.statement import Statement
from licet.rights.typed_data import domain_separator
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.trees.catalog import CatalogTree
from licet.trees.hashing import checksum, keccak, roll_head
from licet.trees.sums import SumTree
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32, hash_bytes

FOLDER = Path(__file__).resolve().parent
CHAIN_ID = 31337


def work(name: object) -> Hash32:
    return hash32(hashlib.sha256(f"work {name}".encode()).digest())


def word(name: str) -> Hash32:
    return hash32(keccak(name.encode()))


def account(name: object) -> Address:
    return checksum(keccak(f"account {name}".encode())[12:])


LICENSE_TOKEN = account("license token")
ASSET_REGISTRY = account("asset registry")
USAGE_LEDGER = account("usage ledger")
VAULT_FACTORY = account("vault factory")
VAULT_IMPLEMENTATION = account("vault implementation")


def some(count: int) -> list[int]:
    """The first, the last, and a few places between."""
    return sorted({0, 1, count // 3, count // 2, count - 2, count - 1} & set(range(count)))


def catalog_trees() -> dict[str, Any]:
    return {"trees": [catalog_tree(count) for count in (1, 2, 3, 5, 8, 13, 100)]}


def catalog_tree(count: int) -> dict[str, Any]:
    works = [work(i) for i in range(count)]
    tree = CatalogTree(works)
    proofs = [(index, tree.proof(index)) for index in some(count)]
    return {
        "works": works,
        "root": tree.root,
        "proofs": [
            {"index": str(index), "sides": str(proof.sides), "siblings": proof.siblings}
            for index, proof in proofs
        ],
    }


def sum_trees() -> dict[str, Any]:
    # The third fills uint128 to its last unit.
    shares: list[Iterable[int]] = [
        [7],
        [1, 2],
        [1 << 127, (1 << 126) + 5, (1 << 126) - 6],
        (i * i + 1 for i in range(7)),
        (10**18 + i for i in range(16)),
        (60 * (i % 9 + 1) for i in range(100)),
    ]
    return {"trees": [sum_tree(list(each)) for each in shares]}


def sum_tree(shares: list[int]) -> dict[str, Any]:
    tree = SumTree({account(f"payee {i}"): share for i, share in enumerate(shares)})
    payees = list(tree.shares)
    proofs = [(payees[index], tree.proof(payees[index])) for index in some(len(payees))]
    return {
        "payees": payees,
        "shares": [str(share) for share in tree.shares.values()],
        "root": tree.root,
        "total": str(tree.total),
        "proofs": [
            {
                "payee": payee,
                "share": str(proof.share),
                "sides": str(proof.sides),
                "siblingHashes": [node.hash for node in proof.siblings],
                "siblingSums": [str(node.sum) for node in proof.siblings],
            }
            for payee, proof in proofs
        ],
    }


def example_conditions() -> list[Conditions]:
    plain = Conditions(royalty_bps=250, salt=word("salt 0"))
    default = Conditions(salt=ZERO_HASH)
    # Every number at its largest, and everything said.
    largest = Conditions(
        royalty_bps=10_000,
        revenue_ceiling=(1 << 96) - 1,
        approval=True,
        reciprocal=True,
        sublicensable=True,
        revocable=True,
        report_within=(1 << 32) - 1,
        refund_bps=10_000,
        resale_bps=10_000,
        reporter=account("reporter"),
        unit_cap=(1 << 56) - 1,
        refund_delay=(1 << 32) - 1,
        salt=word("salt 2"),
    )
    return [plain, default, largest]


def conditions() -> dict[str, Any]:
    # One in which every member has another value, and one for each member that says this alone.
    distinct = Conditions(
        royalty_bps=1,
        revenue_ceiling=2,
        sublicensable=True,
        report_within=3,
        refund_bps=4,
        resale_bps=5,
        reporter=account("reporter"),
        unit_cap=6,
        refund_delay=7,
        salt=word("salt"),
    )
    said: dict[str, Any] = {"reporter": account("reporter"), "salt": word("salt")}
    kinds = {name: type(getattr(distinct, name)) for name in (field.name for field in fields(Conditions))}
    alone: list[dict[str, Any]] = [{"salt": ZERO_HASH} | {n: said.get(n, kinds[n](1))} for n in kinds]
    examples = [*example_conditions(), distinct, *(Conditions(**each) for each in alone)]
    return {
        "conditions": [{"conditions": each.to_json(), "structHash": each.struct_hash()} for each in examples]
    }


def example_offers() -> list[Offer]:
    conditions = [each.struct_hash() for each in example_conditions()]
    holder = account("licensor")
    plain = Offer(
        licensor=holder,
        asset_id=asset_id(work(0), holder),
        epoch=0,
        payee=account("vault"),
        currency=account("dollar"),
        price=2_500_000,
        uses=Use.TRAIN | Use.TRAIN_GENERATIVE,
        terms_hash=work("terms"),
        terms_uri="ni:///sha-256;47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        duration=365 * 86400,
        conditions=conditions[0],
    )
    free = Offer(
        licensor=account("artist"),
        asset_id=asset_id(work(1), account("artist")),
        epoch=3,
        payee=account("artist"),
        currency=ZERO_ADDRESS,
        price=0,
        uses=Use.INDEX | Use.SEARCH,
        terms_hash=ZERO_HASH,
        terms_uri="",
        start=1_700_000_000,
        kind=Kind.FREE,
        transferable=True,
        conditions=conditions[1],
    )
    # Every number at its largest, and a URI that is not ASCII.
    largest = Offer(
        licensor=account("museum"),
        asset_id=word("asset"),
        epoch=(1 << 32) - 1,
        payee=account("museum's vault"),
        currency=account("token"),
        price=(1 << 256) - 1,
        uses=Use((1 << 32) - 1),
        terms_hash=word("terms"),
        terms_uri="https://example.org/règles/" + "x" * 200,
        start=(1 << 40) - 2,
        end=(1 << 40) - 1,
        duration=(1 << 32) - 1,
        supply=(1 << 32) - 1,
        kind=Kind.SUBSCRIPTION,
        exclusive=True,
        transferable=True,
        conditions=conditions[2],
    )
    return [plain, free, largest]


def offers() -> dict[str, Any]:
    return {
        "chainId": str(CHAIN_ID),
        "licenseToken": LICENSE_TOKEN,
        "domainSeparator": domain_separator(CHAIN_ID, LICENSE_TOKEN),
        "offers": [
            {
                "offer": offer.to_json(),
                "conditions": conditions.to_json(),
                "structHash": offer.struct_hash(),
                "digest": offer.digest(CHAIN_ID, LICENSE_TOKEN),
            }
            for offer, conditions in zip(example_offers(), example_conditions(), strict=True)
        ],
    }


def registrations() -> dict[str, Any]:
    artist = account("artist")
    examples = [
        Registration(artist, work(0), deadline=1_800_000_000),
        Registration(
            registrant=account("museum"),
            content=CatalogTree(work(i) for i in range(13)).root,
            works=13,
            document_hash=work("document"),
            uri="https://example.org/catalogue.json",
            origin=Origin.AI_ASSISTED,
            deadline=(1 << 256) - 1,
        ),
    ]
    return {
        "chainId": str(CHAIN_ID),
        "assetRegistry": ASSET_REGISTRY,
        "registrations": [
            {
                "registration": example.to_json(),
                "assetId": example.asset_id,
                "structHash": example.struct_hash(),
                "digest": example.digest(CHAIN_ID, ASSET_REGISTRY),
            }
            for example in examples
        ],
    }


def derivatives() -> dict[str, Any]:
    licenses = [license_id(word(f"offer {i}"), account(f"licensee {i}")) for i in range(16)]
    return {
        "chainId": str(CHAIN_ID),
        "assetRegistry": ASSET_REGISTRY,
        "domainSeparator": domain_separator(CHAIN_ID, ASSET_REGISTRY),
        "lineages": [
            {"licenseIds": licenses[:count], "lineage": lineage(licenses[:count])} for count in (1, 2, 16)
        ],
        "approvals": [approval(i) for i in range(2)],
    }


def approval(number: int) -> dict[str, Any]:
    """A license that asks for approval and no share; its licensor approves of what its licensee registers."""
    licensor, registrant = account(f"licensor {number}"), account(f"licensee {number}")
    parent, content = work(number), work(f"derivative {number}")
    terms = Conditions(approval=True, salt=word(f"salt {number}"))
    offer = Offer(
        licensor=licensor,
        asset_id=asset_id(parent, licensor),
        epoch=0,
        payee=licensor,
        currency=ZERO_ADDRESS,
        price=1,
        uses=Use.DERIVE | Use.DISPLAY,
        terms_hash=work("terms"),
        terms_uri="",
        conditions=terms.struct_hash(),
    )
    grant = Grant(offer, registrant, word(f"sale {number}"))
    example = DerivativeApproval(grant.license_id, content, registrant)
    return {
        "parentContent": parent,
        "offer": offer.to_json(),
        "conditions": terms.to_json(),
        "salt": grant.salt,
        "approval": example.to_json(),
        "structHash": example.struct_hash(),
        "digest": example.digest(CHAIN_ID, ASSET_REGISTRY),
    }


def vouchers() -> dict[str, Any]:
    examples = [
        Voucher(license_id(word("offer"), account("licensee")), units) for units in (1, 1_000, (1 << 256) - 1)
    ]
    return {
        "chainId": str(CHAIN_ID),
        "usageLedger": USAGE_LEDGER,
        "domainSeparator": domain_separator(CHAIN_ID, USAGE_LEDGER),
        "vouchers": [
            {
                "voucher": example.to_json(),
                "structHash": example.struct_hash(),
                "digest": example.digest(CHAIN_ID, USAGE_LEDGER),
            }
            for example in examples
        ],
    }


def example_statements() -> list[Statement]:
    plain = Statement(
        publisher=account("publisher"),
        asset_id=word("asset"),
        since=1_700_000_000,
        until=1_702_591_999,
        currency=account("dollar"),
        amount=123_456_789,
        root=SumTree({account("payee 0"): 1, account("payee 1"): 2}).root,
        document_hash=work("statement"),
        uri="ni:///sha-256;47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        window=7 * 86_400,
    )
    least = replace(
        plain, since=0, until=0, currency=ZERO_ADDRESS, amount=1, document_hash=ZERO_HASH, uri="", window=0
    )
    # Every number at its largest, and a URI that is not ASCII and fills its last word.
    largest = replace(
        plain,
        since=(1 << 40) - 1,
        until=(1 << 40) - 1,
        amount=(1 << 256) - 1,
        uri="https://example.org/règles/" + "x" * 36,
        window=(1 << 32) - 1,
    )
    return [plain, least, largest]


def statements() -> dict[str, Any]:
    return {
        "statements": [{"statement": each.to_json(), "statementId": each.id} for each in example_statements()]
    }


def vaults() -> dict[str, Any]:
    trees = [SumTree({account(f"payee {i}"): i + 1 for i in range(count)}) for count in (1, 2, 7)]
    salts = [ZERO_HASH, lineage([word("license")]), *(each.id for each in example_statements()[:1])]
    return {
        "factory": VAULT_FACTORY,
        "implementation": VAULT_IMPLEMENTATION,
        "vaults": [
            {
                "root": tree.root,
                "salt": salt,
                "vault": vault_address(tree.root, VAULT_IMPLEMENTATION, VAULT_FACTORY, salt),
                "code": "0x" + vault_code(tree.root, VAULT_IMPLEMENTATION).hex(),
            }
            for tree in trees
            for salt in salts
        ],
    }


def claims() -> dict[str, Any]:
    """Claims on one vault, one after the other; each pays what its step says came in before."""
    tree = SumTree({account("payee 0"): 1, account("payee 1"): 3})
    payee = account("payee 1")
    vault = vault_address(tree.root, VAULT_IMPLEMENTATION, VAULT_FACTORY)
    proof = tree.proof(payee)
    steps = [
        (ZERO_ADDRESS, 1_000, 0, 750, 1_800_000_000),
        (ZERO_ADDRESS, 1_001, 750, 750, 1_800_000_000),
        (account("dollar"), 4, 0, 3, (1 << 256) - 1),
    ]
    return {
        "chainId": str(CHAIN_ID),
        "implementation": VAULT_IMPLEMENTATION,
        "vault": vault,
        "code": "0x" + vault_code(tree.root, VAULT_IMPLEMENTATION).hex(),
        "domainSeparator": domain_separator(CHAIN_ID, vault),
        "share": {
            "payee": payee,
            "share": str(proof.share),
            "sides": str(proof.sides),
            "siblingHashes": [node.hash for node in proof.siblings],
            "siblingSums": [str(node.sum) for node in proof.siblings],
        },
        "claims": [
            {
                "claim": claim.to_json(),
                "paidIn": str(paid_in),
                "amount": str(amount),
                "structHash": claim.struct_hash(),
                "digest": claim.digest(CHAIN_ID, vault),
            }
            for token, paid_in, before, amount, deadline in steps
            for claim in [ClaimTo(payee, token, account("elsewhere"), before, deadline)]
        ],
    }


def licenses() -> dict[str, Any]:
    sales = [
        (offer.struct_hash(), account(f"licensee {i}"), salt)
        for i, offer in enumerate(example_offers())
        for salt in (ZERO_HASH, word(f"sale {i}"))
    ]
    return {
        "licenses": [
            {
                "offerHash": offer,
                "licensee": licensee,
                "salt": salt,
                "licenseId": license_id(offer, licensee, salt),
            }
            for offer, licensee, salt in sales
        ]
    }


def orders() -> dict[str, Any]:
    plain, free, largest = example_offers()
    last = hash32(((1 << 256) - 2).to_bytes(32))  # its seats' salts go round at 2^256
    examples = [
        Order(plain, b"", account("licensee 0"), ZERO_HASH),
        Order(plain, b"", account("licensee 0"), word("sale 0"), 100),
        Order(free, b"", account("licensee 1"), last, 5),
        Order(largest, b"", account("licensee 2"), word("sale 2")),
    ]
    payer = account("payer")
    return {
        "chainId": str(CHAIN_ID),
        "licenseToken": LICENSE_TOKEN,
        "orders": [
            {
                "offer": order.offer.to_json(),
                "licensee": order.licensee,
                "salt": order.salt,
                "quantity": str(order.quantity),
                "licenseIds": [grant.license_id for grant in order.grants()],
                "payer": payer,
                "amount": str(order.total),
                "authorizationNonce": order.authorization_nonce(CHAIN_ID, LICENSE_TOKEN, payer),
            }
            for order in examples
        ],
    }


def heads() -> dict[str, Any]:
    events: list[dict[str, Any]] = []
    head = ZERO_HASH
    for number, size in enumerate((0, 32, 100, 1, 4096)):
        topics = [word(f"event {number} topic {i}") for i in range(4)]
        data = (keccak(f"data {number}".encode()) * (size // 32 + 1))[:size]
        head = roll_head(head, [hash_bytes(topic) for topic in topics], data)
        events.append({"topics": topics, "data": "0x" + data.hex(), "head": head})
    return {"events": events}


VECTORS = {
    "catalog_trees": catalog_trees,
    "claims": claims,
    "conditions": conditions,
    "derivatives": derivatives,
    "heads": heads,
    "licenses": licenses,
    "offers": offers,
    "orders": orders,
    "registrations": registrations,
    "statements": statements,
    "sum_trees": sum_trees,
    "vaults": vaults,
    "vouchers": vouchers,
}


def render() -> dict[Path, str]:
    """Each file's path and text."""
    return {
        FOLDER / f"{name}.json": json.dumps(make(), indent=1, ensure_ascii=False) + "\n"
        for name, make in VECTORS.items()
    }


if __name__ == "__main__":
    for path, text in render().items():
        path.write_text(text, encoding="utf-8")
        print(f"{len(text):8,} bytes  {path.name}")
