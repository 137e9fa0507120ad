#!/usr/bin/env python3
"""Write `clear-signing/`: how wallets show, in words, what is signed for Licet (ERC-7730, schema version 2).

`clear_signing.py` writes the files; `clear_signing.py --check` writes nothing and fails unless they are what
the ABIs and `signing_words.py` say; `--lint` asks the linter as well (PyPI `erc7730`, for Python 3.12 only).
Addresses are those of a fresh local chain; `--deployment FILE --out FOLDER` makes the files for another
deployment.

Every function that a person signs a call of, and every member of what they sign, has its words: what an ABI
has and the words do not, or the other way round, is an error.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from signing_words import (
    INTENTS,
    KINDS,
    MESSAGES,
    NO_ADDRESS,
    ORIGINS,
    PARAMETERS,
    SPECIAL,
    STRUCTS,
    UNSIGNED,
    Need,
    Words,
)

from licet.chain.deployments import Deployment, create_address
from licet.chain.local.development import LOCAL_CHAIN_ID, development_accounts
from licet.rights.claim import ClaimTo
from licet.rights.conditions import Conditions
from licet.rights.derivation import DerivativeApproval
from licet.rights.offer import Kind, Offer
from licet.rights.registration import Registration
from licet.rights.uses import LEAVES, Use, use_names
from licet.rights.voucher import Voucher
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "clear-signing"
ARTIFACTS = ROOT / "src" / "licet" / "artifacts"
LINTER = ROOT / ".venv-analysis" / "bin" / "erc7730"
SCHEMA = "https://eips.ethereum.org/assets/eip-7730/erc7730-v2.schema.json"
OWNER = "Licet"
VERSION = "1"
READERS = {"ILicenseToken.Order": Need.BUYER, "ILicenseToken.Grant": Need.ALL}
NATIVE = "$.metadata.constants.nativeCoin"

VAULT = "RoyaltyVault"
FACTORY = "RoyaltyVaultFactory"

NAMES = {
    "AssetRegistry": "Licet deeds",
    "LicenseToken": "Licet licenses",
    "RoyaltyVault": "Licet royalty vault",
    "RoyaltyVaultFactory": "Licet royalty vaults",
    "UsageLedger": "Licet usage ledger",
    "StatementEscrow": "Licet statement escrow",
    "DisputeDesk": "Licet dispute desk",
}
VERIFIERS = {
    "Offer": "LicenseToken",
    "Registration": "AssetRegistry",
    "DerivativeApproval": "AssetRegistry",
    "Voucher": "UsageLedger",
    "ClaimTo": "RoyaltyVault",
}
# In the order in which a fresh local chain gets them (licet.chain.deployments.deploy).
DEPLOYED = (
    "MultisigArbitrator",
    "RoyaltyVaultFactory",
    "AssetRegistry",
    "LicenseToken",
    "UsageLedger",
    "StatementEscrow",
    "DisputeDesk",
)


class WordsError(Exception):
    """The words and the ABIs do not agree; the message says where."""


def main() -> int:
    """Write or check; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file differs")
    parser.add_argument("--lint", action="store_true", help="with --check: run the linter, if installed")
    parser.add_argument("--deployment", type=Path, help="a deployment file; default: a fresh local chain")
    parser.add_argument("--out", type=Path, default=FOLDER, help="default: clear-signing/")
    options = parser.parse_args()
    chain_id, addresses = deployed(options.deployment)
    try:
        files = {name: serialize(file) for name, file in descriptors(chain_id, addresses).items()}
    except WordsError as error:
        print(f"clear-signing: {error}", file=sys.stderr)
        return 1
    if options.check:
        return check(files, options.out) or (lint(files) if options.lint else 0)
    options.out.mkdir(parents=True, exist_ok=True)
    for stale in set(options.out.glob("*.json")) - {options.out / name for name in files}:
        stale.unlink()
    for name, text in files.items():
        (options.out / name).write_text(text, encoding="utf-8")
    return 0


def check(files: Mapping[str, str], folder: Path) -> int:
    """Compare the files with the folder's; returns the exit code."""
    present = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.json")}
    different = sorted(name for name in files.keys() | present.keys() if files.get(name) != present.get(name))
    for name in different:
        print(f"clear-signing: {name} is not what the ABIs say", file=sys.stderr)
    if different:
        print("clear-signing: run `make signing`, and commit the folder", file=sys.stderr)
        return 1
    print(f"clear-signing: {len(files)} files are what the ABIs say")
    return 0


def lint(files: Mapping[str, str]) -> int:
    """Run the linter, where it is installed; returns the exit code.

    It takes at most 32 values of an enumeration; the ERC and its schema take any number.
    """
    if not LINTER.is_file():
        print("clear-signing: not linted, for want of Python 3.12 (make slither installs the linter on it)")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            file = json.loads(text)
            for enum, values in file["metadata"].get("enums", {}).items():
                file["metadata"]["enums"][enum] = dict(list(values.items())[:32])
            (Path(folder) / name).write_text(serialize(file), encoding="utf-8")
        # It would ask block explorers for the contracts; what they say of a local chain is of no use.
        offline = os.environ | dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
        run = subprocess.run(
            (LINTER, "lint", "--v2", folder), check=False, capture_output=True, text=True, env=offline
        )
    print(run.stdout if run.returncode else "clear-signing: the linter finds no error")
    return min(run.returncode, 1)


def serialize(descriptor: Json) -> str:
    """The one text form of a descriptor."""
    return json.dumps(descriptor, indent=2, ensure_ascii=False) + "\n"


# ---- files ----


def deployed(file: Path | None) -> tuple[int, dict[str, Address]]:
    """A deployment's chain, and its contracts' addresses by name."""
    if file is None:
        account = development_accounts()[0]
        addresses = {name: create_address(account, i) for i, name in enumerate(DEPLOYED)}
        return LOCAL_CHAIN_ID, {VAULT: create_address(addresses[FACTORY], 1), **addresses}
    found = Deployment.load(file)
    return found.chain_id, {
        "AssetRegistry": found.asset_registry,
        "LicenseToken": found.license_token,
        VAULT: found.vault_implementation,
        FACTORY: found.vault_factory,
        "UsageLedger": found.usage_ledger,
        "StatementEscrow": found.statement_escrow,
        "DisputeDesk": found.dispute_desk,
    }


def descriptors(chain_id: int, addresses: Mapping[str, Address]) -> dict[str, Json]:
    """Every file by its name: one for each contract, and one for each message."""
    files = {}
    for contract, intents in INTENTS.items():
        abi: list[Json] = json.loads((ARTIFACTS / f"{contract}.json").read_text())["abi"]
        files[f"calldata-{contract}.json"] = descriptor(
            contract,
            {"contract": bound(contract, chain_id, addresses)},
            dict(function_formats(contract, abi, intents)),
        )
    for name, (types, key) in messages().items():
        verifier = VERIFIERS[name]
        context = {"domain": {"name": OWNER, "version": VERSION}, **placed(chain_id, addresses[verifier])}
        files[f"eip712-{name}.json"] = descriptor(
            verifier, {"eip712": context}, {key: message_format(name, types)}
        )
    return files


def bound(contract: str, chain_id: int, addresses: Mapping[str, Address]) -> Json:
    """What ties a file to its contract: its address; a vault's also, the log that names it."""
    place = placed(chain_id, addresses[contract])
    if contract != VAULT:
        return place
    abi: list[Json] = json.loads((ARTIFACTS / f"{FACTORY}.json").read_text())["abi"]
    published = next(entry for entry in abi if entry.get("name") == "SplitPublished")
    event = f"SplitPublished({','.join(map(abi_type, published['inputs']))})"
    return place | {"factory": {**placed(chain_id, addresses[FACTORY]), "deployEvent": event}}


def placed(chain_id: int, address: Address) -> Json:
    """Where a contract stands; for vaults, which are proxies (ERC-1167), the code behind them all."""
    return {"deployments": [{"chainId": chain_id, "address": address}]}


def descriptor(contract: str, context: Json, formats: Mapping[str, Json]) -> Json:
    """A file, with those enumerations and constants that its formats use."""
    used = json.dumps(formats)
    metadata: Json = {"owner": OWNER, "contractName": NAMES[contract]}
    if NATIVE in used:
        metadata["constants"] = {"nativeCoin": NO_ADDRESS}
    enums = {name: values for name, values in enumerations() if f"$.metadata.enums.{name}" in used}
    if enums:
        metadata["enums"] = enums
    return {
        "$schema": SCHEMA,
        "context": {"$id": NAMES[contract], **context},
        "metadata": metadata,
        "display": {"formats": dict(formats)},
    }


def enumerations() -> Iterator[tuple[str, dict[str, str]]]:
    """Numbers in words. The ERC has no bit sets: every set of uses is listed, by the names of its uses."""
    yield "uses", {str(uses): ", ".join(use_names(uses)) for uses in range(1, 1 << len(LEAVES))}
    yield "kind", {str(value): word for value, word in KINDS.items()}
    yield "origin", {str(value): word for value, word in ORIGINS.items()}


# ---- formats ----


def function_formats(
    contract: str, abi: Sequence[Json], intents: Mapping[str, str]
) -> Iterator[tuple[str, Json]]:
    """The format of each function that changes something, by its signature with the parameters' names."""
    functions = [
        entry
        for entry in abi
        if entry["type"] == "function" and entry["stateMutability"] in ("payable", "nonpayable")
    ]
    unsigned = UNSIGNED.get(contract, set())
    agree(f"{contract}'s functions", {entry["name"] for entry in functions}, intents.keys() | unsigned)
    for entry in functions:
        name = entry["name"]
        if name in unsigned:
            continue
        fields = list(parameter_fields(f"{contract}.{name}", entry["inputs"]))
        if entry["stateMutability"] == "payable":
            fields.append(shown("@.value", Words("Native coin sent", "amount", unless=0)))
        inputs = ",".join(f"{abi_type(item, names=True)} {item['name']}" for item in entry["inputs"])
        yield f"{name}({inputs})", {"intent": intents[name], "fields": fields}


def message_format(name: str, types: Mapping[str, Sequence[Json]]) -> Json:
    """The format of an EIP-712 message."""
    fields = list(member_fields(name, types[name], "", Need.LICENSOR, types))
    return {"intent": MESSAGES[name], "fields": fields}


def parameter_fields(function: str, inputs: Sequence[Json]) -> Iterator[Json]:
    """The fields of a function's parameters."""
    for item in inputs:
        path, struct = item["name"] + array_of(item), struct_of(item)
        if struct:
            reader = reader_of(struct, inputs, Need.LICENSOR)
            yield from struct_fields(struct, item["components"], path, reader, inputs)
        else:
            words = SPECIAL.get((function, item["name"])) or PARAMETERS.get(item["name"])
            if words is None:
                raise WordsError(f"{function} has no words for its parameter {item['name']}")
            yield shown(path, words)


def struct_fields(
    struct: str, members: Sequence[Json], path: str, reader: Need, beside: Sequence[Json], prefix: str = ""
) -> Iterator[Json]:
    """The fields of a struct in calldata, in the order of its words, and of the structs in it.

    Args:
        struct: its name.
        members: as the ABI has them.
        path: where it stands.
        reader: who reads it.
        beside: what stands beside it.
        prefix: what the paths of those begin with.
    """
    words = STRUCTS.get(struct, {})
    values = {item["name"]: item for item in members if not is_described(item)}
    agree(f"{struct}'s members", values.keys(), words.keys())
    reader = min(reader, READERS.get(struct, reader))
    for name, word in words.items():
        yield shown(
            f"{path}.{name}{array_of(values[name])}", word, reader, f"{path}.", currency(beside, prefix)
        )
    for item in members:
        if is_described(item):
            inner, struct = f"{path}.{item['name']}{array_of(item)}", struct_of(item)
            reads = reader_of(struct, members, reader)
            yield from struct_fields(struct, item["components"], inner, reads, members, f"{path}.")


def reader_of(struct: str, beside: Sequence[Json], reader: Need) -> Need:
    """Who reads a struct: conditions beside a grant are those of a license sold before."""
    grants = any(struct_of(other) == "ILicenseToken.Grant" for other in beside)
    return Need.ALL if grants and struct == "ILicenseToken.Conditions" else reader


def member_fields(
    name: str, members: Sequence[Json], prefix: str, reader: Need, types: Mapping[str, Sequence[Json]]
) -> Iterator[Json]:
    """The fields of a struct in an EIP-712 message, and of the structs in it."""
    words = STRUCTS.get(name) or STRUCTS[f"ILicenseToken.{name}"]
    structs = {item["name"]: item["type"] for item in members if item["type"] in types}
    plain = {item["name"] for item in members} - structs.keys()
    agree(f"{name}'s members", plain, words.keys() - structs.keys())
    for member, word in words.items():
        if member not in structs:
            yield shown(f"{prefix}{member}", word, reader, prefix, "currency")
    for member, struct in structs.items():
        yield from member_fields(struct, types[struct], f"{prefix}{member}.", reader, types)


def shown(
    path: str, words: Words, reader: Need = Need.LICENSOR, prefix: str = "", currency_path: str = ""
) -> Json:
    """One field: its path, its words, its format, and whether it is always shown."""
    if words.need == Need.HIDDEN:
        return {"path": path, "label": "Proof", "format": "raw", "visible": "never"}
    field: Json = {"path": path, "label": words.label, **format_of(words.format, prefix, currency_path)}
    if words.need > reader:
        field["visible"] = "optional"
    elif words.unless is not None:
        field["visible"] = {"ifNotIn": [words.unless]}
    return field


def format_of(word: str, prefix: str, currency_path: str) -> Json:
    """A format with its parameters."""
    kind, _, of = word.partition(" of ")
    if of:
        token = currency_path if of == "offer's currency" else prefix + of
        params = {"tokenPath": token, "nativeCurrencyAddress": NATIVE}
        return {"format": "tokenAmount", "params": params}
    if word.startswith("enum "):
        return {"format": "enum", "params": {"$ref": f"$.metadata.enums.{word.removeprefix('enum ')}"}}
    parameters: dict[str, Json] = {
        "calldata": {"params": {"calleePath": "@.to"}},
        "addressName": {"params": {"types": ["wallet", "eoa", "contract", "token"]}},
        "date": {"params": {"encoding": "timestamp"}},
        "nftName": {"params": {"collectionPath": "@.to"}},
        "percent": {"format": "unit", "params": {"base": "%", "decimals": 2}},
    }
    return {"format": kind} | parameters.get(word, {})


def currency(beside: Sequence[Json], prefix: str) -> str:
    """Where the currency stands of the offer that conditions belong to: in what stands beside them."""
    for item in beside:
        if struct_of(item) == "ILicenseToken.Offer":
            return f"{prefix}{item['name']}.currency"
        if struct_of(item) == "ILicenseToken.Grant":
            return f"{prefix}{item['name']}.offer.currency"
    return ""


# ---- types ----


def messages() -> dict[str, tuple[dict[str, Sequence[Json]], str]]:
    """The EIP-712 messages by name: their struct types, and what EIP-712 calls `encodeType`."""
    some = Hash32("0x" + "11" * 32)
    conditions = Conditions(salt=ZERO_HASH)
    offer = Offer(
        licensor=ZERO_ADDRESS,
        asset_id=ZERO_HASH,
        epoch=0,
        payee=ZERO_ADDRESS,
        currency=ZERO_ADDRESS,
        price=0,
        uses=Use.MINE,
        terms_hash=ZERO_HASH,
        terms_uri="",
        conditions=conditions.struct_hash(),
        kind=Kind.FREE,
    )
    typed = (
        offer.typed_data(LOCAL_CHAIN_ID, ZERO_ADDRESS, conditions),
        Registration(ZERO_ADDRESS, some).typed_data(LOCAL_CHAIN_ID, ZERO_ADDRESS),
        DerivativeApproval(ZERO_HASH, some, ZERO_ADDRESS).typed_data(LOCAL_CHAIN_ID, ZERO_ADDRESS),
        Voucher(ZERO_HASH, 0).typed_data(LOCAL_CHAIN_ID, ZERO_ADDRESS),
        ClaimTo(ZERO_ADDRESS, ZERO_ADDRESS, ZERO_ADDRESS, 0, 0).typed_data(LOCAL_CHAIN_ID, ZERO_ADDRESS),
    )
    found = {}
    for message in typed:
        primary: str = message["primaryType"]
        types = {name: members for name, members in message["types"].items() if name != "EIP712Domain"}
        order = [primary, *sorted(types.keys() - {primary})]
        members = {name: ",".join(f"{m['type']} {m['name']}" for m in types[name]) for name in order}
        found[primary] = (types, "".join(f"{name}({members[name]})" for name in order))
    return found


def abi_type(item: Json, names: bool = False) -> str:
    """A parameter's canonical type; inside of structs with the members' names, if asked."""
    kind: str = item["type"]
    if not kind.startswith("tuple"):
        return kind
    members = (
        abi_type(member, names) + (f" {member['name']}" if names else "") for member in item["components"]
    )
    return f"({','.join(members)}){kind.removeprefix('tuple')}"


def struct_of(item: Json) -> str:
    """The name of the struct that a parameter is, or is an array of; else nothing."""
    return str(item.get("internalType", "")).partition("struct ")[2].removesuffix("[]")


def is_described(item: Json) -> bool:
    """Whether a struct's member is a struct that has words of its own."""
    return struct_of(item) in STRUCTS


def array_of(item: Json) -> str:
    """What a path to every element of an array ends with."""
    return ".[]" if item["type"].endswith("[]") else ""


def agree(what: str, actual: Any, described: Any) -> None:
    """Both must be the same set of names."""
    if actual ^ described:
        raise WordsError(f"{what} and their words differ: {', '.join(sorted(actual ^ described))}")


if __name__ == "__main__":
    sys.exit(main())
