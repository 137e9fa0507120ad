"""What wallets are asked to sign is what the contracts check: a stale typehash is a known finding.

Four sources that know nothing of each other are compared: the structs in the interfaces, as `forge eip712`
reads them; the constants in the contracts, with the comments that explain them; Python's types; and
eth-account's encoder.
"""

import json
import re
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from eth_account.messages import encode_typed_data

from licet.rights.claim import ClaimTo
from licet.rights.conditions import Conditions
from licet.rights.derivation import DerivativeApproval
from licet.rights.offer import Offer
from licet.rights.registration import Origin, Registration
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.trees.hashing import keccak, parse_address
from licet.types import Hash32, hash32
from tests.unit.scripts import load

ROOT = Path(__file__).resolve().parents[2]
CHAIN = 31337
CONTRACT = parse_address("0x" + "c0" * 20)
SOMEBODY = parse_address("0x" + "a1" * 20)
WORD = hash32(b"\x2a" * 32)
CONDITIONS = Conditions(royalty_bps=250, reciprocal=True, reporter=SOMEBODY, unit_cap=9, salt=WORD)
OFFER = Offer(
    licensor=SOMEBODY,
    asset_id=WORD,
    epoch=3,
    payee=CONTRACT,
    currency=SOMEBODY,
    price=10**30,
    uses=Use.TRAIN,
    terms_hash=WORD,
    terms_uri="ni:///sha-256;é",
    end=1_750_000_000,
    conditions=CONDITIONS.struct_hash(),
)
SIGNED: dict[str, Registration | DerivativeApproval | ClaimTo | Voucher] = {
    "Registration": Registration(SOMEBODY, WORD, 13, WORD, "https://example.org", Origin.AI_ASSISTED, 99),
    "DerivativeApproval": DerivativeApproval(WORD, hash32(b"\x2b" * 32), SOMEBODY),
    "ClaimTo": ClaimTo(SOMEBODY, CONTRACT, CONTRACT, 7, 99),
    "Voucher": Voucher(WORD, 12),
}
MESSAGES: dict[str, dict[str, Any]] = {
    "Offer": OFFER.typed_data(CHAIN, CONTRACT, CONDITIONS),
    **{name: value.typed_data(CHAIN, CONTRACT) for name, value in SIGNED.items()},
}


def members(name: str, message: dict[str, Any]) -> list[tuple[str, str]]:
    return [(member["type"], member["name"]) for member in message["types"][name]]


def spelled(name: str, message: dict[str, Any]) -> str:
    return f"{name}({','.join(f'{kind} {member}' for kind, member in members(name, message))})"


TYPES = {name: spelled(name, message) for name, message in MESSAGES.items()}
TYPES["Conditions"] = spelled("Conditions", MESSAGES["Offer"])


def forge() -> ModuleType:
    return load("scripts/forge.py")


@pytest.fixture(scope="module")
def structs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Each struct of the interfaces by its name, as Forge spells it for EIP-712."""
    built = tmp_path_factory.mktemp("forge")
    places = ["--out", str(built / "out"), "--cache-path", str(built / "cache")]
    source = "contracts/interfaces/IAssetRegistry.sol"  # and what it imports
    found = subprocess.run(
        [forge().binary(), "eip712", source, "--json", *places],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    listed = json.loads(found.stdout[found.stdout.index("[\n") :])
    return {item["path"].split(" > ")[-1]: item["type"] for item in listed}


def test_conditions_are_the_interfaces_struct(structs: dict[str, str]) -> None:
    assert structs["Conditions"] == TYPES["Conditions"]


def test_an_offer_is_the_interfaces_struct_with_its_conditions_in_full(structs: dict[str, str]) -> None:
    on_chain = structs["Offer"]
    assert on_chain.count(",bytes32 conditions)") == 1
    assert on_chain.replace(",bytes32 conditions)", ",Conditions conditions)") == TYPES["Offer"]


def test_a_registration_is_the_interfaces_struct_between_its_registrant_and_its_deadline(
    structs: dict[str, str],
) -> None:
    inner = structs["Registration"].removeprefix("Registration(").removesuffix(")")
    assert TYPES["Registration"] == f"Registration(address registrant,{inner},uint256 deadline)"


def sources() -> dict[Path, str]:
    """The shipped contracts, without the marks of comments, and in one line each."""
    paths = [path for path in (ROOT / "contracts").rglob("*.sol") if "mocks" not in path.parts]
    return {path: re.sub(r"\s*\n\s*(///|\*)?\s*", " ", path.read_text(encoding="utf-8")) for path in paths}


def test_every_typehash_in_the_contracts_is_of_a_type_that_python_signs() -> None:
    constants = {
        value
        for path, text in sources().items()
        if path.name != "TestDollar.sol"  # EIP-2612 and EIP-3009: its own tests compare
        for value in re.findall(r"TYPEHASH\s*=\s*(0x[0-9a-f]{64})", text)
    }
    full = TYPES | {"Offer": TYPES["Offer"] + TYPES["Conditions"]}
    assert constants == {"0x" + keccak(kind.encode()).hex() for kind in full.values()}


def test_every_type_in_a_comment_is_spelled_as_it_is_signed() -> None:
    told: dict[str, int] = dict.fromkeys(TYPES, 0)
    for path, text in sources().items():
        for quoted in re.findall(r"[`\"](\w+\([a-z]+\d* \w+,[^`\"]*\))[`\"]", text):
            name = quoted.split("(")[0]
            if name not in TYPES:
                continue
            told[name] += 1
            assert quoted == TYPES[name], path.name
    assert all(told.values()), f"nothing explains {[name for name in told if not told[name]]}"


@pytest.mark.parametrize("name", MESSAGES)
def test_eth_account_hashes_the_same(name: str) -> None:
    signable = encode_typed_data(full_message=MESSAGES[name])
    digest = hash32(keccak(b"\x19" + signable.version + signable.header + signable.body))
    assert digest == ours(name)


def ours(name: str) -> Hash32:
    if name == "Offer":
        return OFFER.digest(CHAIN, CONTRACT)
    return SIGNED[name].digest(CHAIN, CONTRACT)


@pytest.mark.parametrize("name", MESSAGES)
def test_no_member_of_a_message_goes_unsigned(name: str) -> None:
    """Eth-account hashes what the types name: whatever else a message held, nobody would have signed."""
    message = MESSAGES[name]
    assert set(message["message"]) == {member for _, member in members(name, message)}
    domain: dict[str, Any] = message["domain"]
    assert domain == {"name": "Licet", "version": "1", "chainId": CHAIN, "verifyingContract": CONTRACT}
