"""clear-signing/: what wallets show of what is signed, read by the ERC, not by the script that writes it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.chain.deployments import Deployment
from licet.rights.offer import Kind
from licet.rights.registration import Origin
from licet.rights.uses import LEAVES, Use, parse_uses
from licet.trees.hashing import checksum, keccak
from licet.types import Address

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "clear-signing"
FILES = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in FOLDER.glob("*.json")}
CALLS = sorted(name for name in FILES if name.startswith("calldata-"))
MESSAGES = sorted(name for name in FILES if name.startswith("eip712-"))
FORMATS = [(name, key) for name, file in FILES.items() for key in file["display"]["formats"]]
PROOFS = ("signature", "approval", "sides", "siblings", "data", "v", "r", "s")

# Only other contracts call these.
UNSIGNED = {"flag", "grantExclusive", "sellApart", "rule"}

Leaves = dict[str, str]


def test_the_files_are_what_the_script_writes():
    run = subprocess.run([sys.executable, ROOT / "scripts" / "clear_signing.py", "--check"], check=False)
    assert run.returncode == 0


@pytest.mark.parametrize("name", CALLS)
def test_every_function_that_a_person_calls_is_described(name):
    contract = name.removeprefix("calldata-")
    abi = json.loads((ROOT / "src/licet/artifacts" / f"{contract}.json").read_text())["abi"]
    wanted = {
        selector(entry["name"], entry["inputs"])
        for entry in abi
        if entry["type"] == "function"
        and entry["stateMutability"] in ("payable", "nonpayable")
        and entry["name"] not in UNSIGNED
    }
    described = [keccak(types_only(key).encode())[:4] for key in FILES[name]["display"]["formats"]]
    assert set(described) == wanted
    assert len(described) == len(wanted)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_has_the_type_hash_that_the_contracts_check(name):
    (key,) = FILES[name]["display"]["formats"]
    sources = "".join(file.read_text() for file in (ROOT / "contracts").rglob("*.sol"))
    assert f"0x{keccak(key.encode()).hex()}" in sources


@pytest.mark.parametrize(("name", "key"), FORMATS)
def test_every_value_has_one_field(name, key):
    fields = FILES[name]["display"]["formats"][key]["fields"]
    paths = [field["path"] for field in fields if not field["path"].startswith("@.")]
    assert sorted(paths) == sorted(set(paths))
    assert set(paths) == set(leaves_of(name, key))


@pytest.mark.parametrize(("name", "key"), FORMATS)
def test_amounts_name_their_token(name, key):
    leaves = leaves_of(name, key)
    for field in FILES[name]["display"]["formats"][key]["fields"]:
        if field["format"] == "tokenAmount":
            assert leaves[field["params"]["tokenPath"]] == "address"
            assert leaves[field["path"]].startswith("uint")


@pytest.mark.parametrize(("name", "key"), FORMATS)
def test_only_proofs_are_hidden(name, key):
    for field in FILES[name]["display"]["formats"][key]["fields"]:
        if field.get("visible") == "never":
            assert field["path"].removesuffix(".[]").rpartition(".")[2] in PROOFS


@pytest.mark.parametrize(("name", "key"), FORMATS)
def test_words_fit_a_hardware_wallet(name, key):
    entry = FILES[name]["display"]["formats"][key]
    assert len(entry["intent"]) <= 30
    for field in entry["fields"]:
        assert 0 < len(field["label"]) <= 20
    # A sentence may be shown instead of the fields, and none holds all that matters.
    assert "interpolatedIntent" not in entry


@pytest.mark.parametrize("name", sorted(FILES))
def test_references_lead_somewhere(name):
    file = FILES[name]
    for reference in re.findall(r'"\$\.([\w.]+)"', json.dumps(file)):
        target = file
        for step in reference.split("."):
            target = target[step]


def test_the_signer_of_an_offer_sees_every_term():
    (entry,) = FILES["eip712-Offer"]["display"]["formats"].values()
    less = {field["path"] for field in entry["fields"] if field.get("visible") in ("optional", "never")}
    assert less == {"epoch", "conditions.salt"}


def test_a_buyer_sees_what_is_paid_to_whom_and_for_what():
    formats = FILES["calldata-LicenseToken"]["display"]["formats"]
    (entry,) = (value for key, value in formats.items() if key.startswith("buy("))
    always = {field["path"] for field in entry["fields"] if "visible" not in field}
    assert always >= {
        "order.quantity",
        "order.licensee",
        *(f"order.offer.{name}" for name in ("assetId", "uses", "price", "kind", "payee", "duration")),
    }


@pytest.mark.parametrize(
    "name", [name for name in FILES if "uses" in FILES[name]["metadata"].get("enums", {})]
)
def test_every_set_of_uses_is_spelled_in_words(name):
    spelled = {
        int(value): parse_uses(words) for value, words in FILES[name]["metadata"]["enums"]["uses"].items()
    }
    assert spelled == {value: Use(value) for value in range(1, 1 << len(LEAVES))}


def test_every_kind_and_every_origin_has_its_words():
    kinds = FILES["eip712-Offer"]["metadata"]["enums"]["kind"]
    assert set(kinds) == {str(int(kind)) for kind in Kind}
    origins = FILES["eip712-Registration"]["metadata"]["enums"]["origin"]
    assert set(origins) == {str(int(origin)) for origin in Origin}


def test_files_can_be_made_for_another_deployment(tmp_path):
    addresses = [checksum(bytes([n] * 20)) for n in range(1, 9)]
    deployment = Deployment(11155111, 7, *addresses, None, {})
    deployment.save(tmp_path / "11155111.json")
    command = [sys.executable, ROOT / "scripts" / "clear_signing.py", "--out", tmp_path / "made"]
    subprocess.run([*command, "--deployment", tmp_path / "11155111.json"], check=True)
    made = {file.stem: json.loads(file.read_text()) for file in (tmp_path / "made").glob("*.json")}
    assert made.keys() == FILES.keys()
    assert place(made["calldata-AssetRegistry"]["context"]["contract"]) == (
        11155111,
        deployment.asset_registry,
    )
    assert place(made["eip712-Offer"]["context"]["eip712"]) == (11155111, deployment.license_token)
    vault = made["calldata-RoyaltyVault"]["context"]["contract"]
    assert place(vault) == (11155111, deployment.vault_implementation)
    assert place(vault["factory"]) == (11155111, deployment.vault_factory)
    assert place(made["eip712-Voucher"]["context"]["eip712"]) == (11155111, deployment.usage_ledger)


def place(context: dict) -> tuple[int, Address]:
    (found,) = context["deployments"]
    return found["chainId"], found["address"]


# ---- the ERC's keys, read ----


def leaves_of(name: str, key: str) -> Leaves:
    """The paths to all values that a format's key declares, with their types."""
    if name.startswith("calldata-"):
        return dict(tuple_leaves(key[key.index("(") :], ""))
    structs = dict(re.findall(r"(\w+)\(([^)]*)\)", key))
    return dict(struct_leaves(key.partition("(")[0], structs, ""))


def tuple_leaves(text: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Of `(type name,…)`, tuples in it."""
    for member in split(text[1 : text.rindex(")")]):
        kind, _, name = member.rpartition(" ")
        path = f"{prefix}{name}{'.[]' if kind.endswith('[]') else ''}"
        if kind.startswith("(") and name not in PROOFS:
            yield from tuple_leaves(kind, f"{path}.")
        else:
            yield path, kind


def struct_leaves(struct: str, structs: dict[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    """Of an EIP-712 type, structs in it."""
    for member in structs[struct].split(","):
        kind, name = member.split(" ")
        if kind in structs:
            yield from struct_leaves(kind, structs, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", kind


def split(text: str) -> list[str]:
    """At the commas that stand in no brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part]


def types_only(key: str) -> str:
    """A function's signature without its parameters' names."""
    return re.sub(r" \w+", "", key)


def selector(name: str, inputs: list[dict]) -> bytes:
    return keccak(f"{name}({','.join(map(canonical, inputs))})".encode())[:4]


def canonical(item: dict) -> str:
    if not item["type"].startswith("tuple"):
        return item["type"]
    return f"({','.join(map(canonical, item['components']))}){item['type'].removeprefix('tuple')}"
