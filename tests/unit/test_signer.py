"""The local signer: published vectors, what it refuses, and that a key never leaves it."""

import copy
import json
import logging
import os
import pickle
import stat
import traceback
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.hdaccount import key_from_seed, seed_from_mnemonic
from eth_account.messages import encode_typed_data

from licet.chain.local.development import (
    DEVELOPMENT_ADDRESSES,
    DEVELOPMENT_MNEMONIC,
    GANACHE_ADDRESSES,
    GANACHE_MNEMONIC,
    LOCAL_CHAIN_IDS,
    PUBLIC_ADDRESSES,
    development_accounts,
)
from licet.chain.signatures import recover
from licet.chain.signing.signer import LocalSigner, Signer
from licet.errors import DevelopmentKeyRefused, InputError, LicetError, SignerError, WrongPassword
from licet.types import Hash32

CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
KEY = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
PASSWORD = "testpassword"

# The test vector of the Web3 Secret Storage definition, with PBKDF2; its key is KEY.
KEYSTORE: dict[str, Any] = {
    "address": "008aeeda4d805471df9b2a5b0f38a0c3bcba786b",
    "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "kdf": "pbkdf2",
        "kdfparams": {
            "c": 262144,
            "dklen": 32,
            "prf": "hmac-sha256",
            "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
        },
        "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
    },
    "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    "version": 3,
}

# The example of EIP-712, and its signature with the key keccak256("cow").
COW_KEY = "c85ef7d79691fe79573b1a7064c19c1a9819ebdbd1faaab1a8ec92344438aaf4"
MAIL: dict[str, Any] = {
    "types": {
        "EIP712Domain": [
            {"name": "name", "type": "string"},
            {"name": "version", "type": "string"},
            {"name": "chainId", "type": "uint256"},
            {"name": "verifyingContract", "type": "address"},
        ],
        "Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
        "Mail": [
            {"name": "from", "type": "Person"},
            {"name": "to", "type": "Person"},
            {"name": "contents", "type": "string"},
        ],
    },
    "primaryType": "Mail",
    "domain": {
        "name": "Ether Mail",
        "version": "1",
        "chainId": 1,
        "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
    },
    "message": {
        "from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
        "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
        "contents": "Hello, Bob!",
    },
}
MAIL_SIGNATURE = (
    "4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
    "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b91562"
    "1c"
)

TRANSACTION = {
    "to": "0x3535353535353535353535353535353535353535",
    "value": 10**18,
    "gas": 21_000,
    "nonce": 9,
    "maxFeePerGas": 20 * 10**9,
    "maxPriorityFeePerGas": 10**9,
}


def mail(**domain: object) -> dict[str, Any]:
    """The example with another domain; None drops a field."""
    fields = {k: v for k, v in {**MAIL["domain"], **domain}.items() if v is not None}
    types = {
        **MAIL["types"],
        "EIP712Domain": [t for t in MAIL["types"]["EIP712Domain"] if t["name"] in fields],
    }
    return {**MAIL, "types": types, "domain": fields}


@pytest.fixture
def own() -> LocalSigner:
    return LocalSigner.from_key(KEY)


@pytest.fixture
def keystore(tmp_path: Path) -> Path:
    path = tmp_path / "licensor.keystore"
    path.write_text(json.dumps(KEYSTORE))
    return path


# Keys in.


@pytest.mark.parametrize("spelling", [KEY, "0x" + KEY, KEY.upper(), f" {KEY}\n"])
def test_a_key_gives_its_address(spelling: str) -> None:
    signer: Signer = LocalSigner.from_key(spelling)
    assert signer.address == "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b"


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "0x",
        KEY[:-1],
        KEY + "0",
        "g" + KEY[1:],
        "0x0x" + KEY[2:],
        "00" * 32,
        f"{CURVE_ORDER:064x}",
        "ff" * 32,
    ],
)
def test_a_bad_key_is_refused_without_showing_it(bad: str) -> None:
    with pytest.raises(InputError, match="not a private key") as caught:
        LocalSigner.from_key(bad)
    assert len(bad) < 10 or bad not in everything_said_by(caught.value)


def test_the_largest_key_is_accepted() -> None:
    assert LocalSigner.from_key(f"{CURVE_ORDER - 1:x}").address.startswith("0x")


def test_created_keys_differ() -> None:
    assert LocalSigner.create().address != LocalSigner.create().address


# Keystores.


def test_a_keystore_opens_with_its_password(keystore: Path, own: LocalSigner) -> None:
    assert LocalSigner.from_keystore(keystore, PASSWORD).address == own.address


def test_a_keystore_may_leave_out_its_address(tmp_path: Path, own: LocalSigner) -> None:
    path = tmp_path / "private"
    path.write_text(json.dumps({k: v for k, v in KEYSTORE.items() if k != "address"}))
    assert LocalSigner.from_keystore(path, PASSWORD).address == own.address


def test_a_wrong_password_is_said_to_be_one_and_not_shown(keystore: Path) -> None:
    wrong = "-".join(["hunter", "2"])  # a traceback shows this line
    with pytest.raises(WrongPassword, match="does not open") as caught:
        LocalSigner.from_keystore(keystore, wrong)
    assert wrong not in everything_said_by(caught.value)


def with_crypto(**changes: object) -> dict[str, Any]:
    return {**KEYSTORE, "crypto": {**KEYSTORE["crypto"], **changes}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"{",
        b"[" * 10_000,
        KEY.encode(),
        b"[]",
        b"{}",
        b'"' + KEY.encode() + b'"',
        json.dumps({**KEYSTORE, "version": 4}).encode(),
        json.dumps({**KEYSTORE, "crypto": None}).encode(),
        json.dumps({**KEYSTORE, "crypto": {}}).encode(),
        json.dumps(with_crypto(kdf="argon2")).encode(),
        json.dumps(with_crypto(kdfparams={})).encode(),
        json.dumps(with_crypto(kdfparams={**KEYSTORE["crypto"]["kdfparams"], "prf": "md5"})).encode(),
        json.dumps(with_crypto(kdfparams={**KEYSTORE["crypto"]["kdfparams"], "c": 0})).encode(),
        json.dumps(with_crypto(kdfparams={**KEYSTORE["crypto"]["kdfparams"], "c": 1 << 80})).encode(),
        json.dumps(with_crypto(kdfparams={**KEYSTORE["crypto"]["kdfparams"], "dklen": "x"})).encode(),
        json.dumps(
            with_crypto(kdf="scrypt", kdfparams={"n": 3, "r": 8, "p": 1, "dklen": 32, "salt": "00"})
        ).encode(),
        json.dumps(with_crypto(ciphertext=7)).encode(),
        json.dumps(with_crypto(ciphertext="zz")).encode(),
        json.dumps(with_crypto(cipherparams={})).encode(),
        b" " * (1 << 16) + json.dumps(KEYSTORE).encode(),
    ],
)
def test_a_broken_keystore_is_named_and_its_content_not_shown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(InputError, match="broken is not a usable keystore") as caught:
        LocalSigner.from_keystore(path, PASSWORD)
    said = everything_said_by(caught.value)
    assert KEY not in said
    assert PASSWORD not in said


def test_an_altered_vector_gives_another_key_and_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "altered"
    path.write_text(json.dumps(with_crypto(cipherparams={"iv": "6087dab2f9fdbbfaddc31a909735c1e7"})))
    with pytest.raises(InputError, match="its key is not of its address"):
        LocalSigner.from_keystore(path, PASSWORD)


def test_a_keystore_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        LocalSigner.from_keystore(tmp_path / "absent", PASSWORD)
    with pytest.raises(InputError, match="directory"):
        LocalSigner.from_keystore(tmp_path, PASSWORD)


def test_a_saved_key_comes_back_and_only_its_owner_may_read_the_file(
    tmp_path: Path, own: LocalSigner
) -> None:
    path = tmp_path / "saved"
    previous = os.umask(0)
    try:
        own.save_keystore(path, "pässword")
    finally:
        os.umask(previous)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    assert KEY not in path.read_text()
    assert json.loads(path.read_text())["crypto"]["kdf"] == "scrypt"
    assert LocalSigner.from_keystore(path, "pässword").address == own.address


def test_saving_never_overwrites(tmp_path: Path, own: LocalSigner) -> None:
    path = tmp_path / "taken"
    path.write_text("precious")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nowhere")
    for taken in (path, link):
        with pytest.raises(InputError, match="never overwritten"):
            own.save_keystore(taken, PASSWORD)
    assert path.read_text() == "precious"
    assert set(tmp_path.iterdir()) == {path, link}


def test_saving_does_not_overwrite_a_file_that_appears_meanwhile(
    tmp_path: Path, own: LocalSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "raced"
    path.write_text("precious")
    monkeypatch.setattr(os.path, "lexists", lambda _path: False)
    with pytest.raises(InputError, match="never overwritten"):
        own.save_keystore(path, PASSWORD)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_saving_needs_a_password_and_a_folder(tmp_path: Path, own: LocalSigner) -> None:
    with pytest.raises(InputError, match="password is empty"):
        own.save_keystore(tmp_path / "open", "")
    with pytest.raises(InputError, match="cannot write the keystore"):
        own.save_keystore(tmp_path / "absent" / "file", PASSWORD)
    assert list(tmp_path.iterdir()) == []


# Signatures.


def test_typed_data_as_in_eip_712() -> None:
    signature = LocalSigner.from_key(COW_KEY).sign_typed_data(MAIL)
    assert signature.hex() == MAIL_SIGNATURE


@pytest.mark.parametrize("chain_id", ["1", "0x1", "0x01"])
def test_a_chain_id_means_the_same_however_it_is_spelled(chain_id: str) -> None:
    signature = LocalSigner.from_key(COW_KEY).sign_typed_data(mail(chainId=chain_id))
    assert signature.hex() == MAIL_SIGNATURE


def test_typed_data_without_a_chain_is_the_users_own_risk(own: LocalSigner) -> None:
    message = mail(chainId=None)
    signature = own.sign_typed_data(message)
    recovered = Account.recover_message(encode_typed_data(full_message=message), signature=signature)
    assert recovered == own.address


def test_signing_leaves_its_input_alone(own: LocalSigner) -> None:
    message, transaction = mail(chainId="0x1"), dict(TRANSACTION)
    before = copy.deepcopy((message, transaction))
    own.sign_typed_data(message)
    own.sign_transaction(transaction, 1)
    assert (message, transaction) == before


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"domain": None},
        {**MAIL, "domain": "x"},
        {**MAIL, "types": {}},
        {**MAIL, "message": None},
        {**MAIL, "primaryType": "Person"},
        {**MAIL, "domain": {"chainId": 1}},
        mail(chainId="one"),
        mail(chainId=True),
        mail(chainId=-1),
        mail(verifyingContract="0x12"),
    ],
)
def test_malformed_typed_data_is_refused(own: LocalSigner, message: dict[str, Any]) -> None:
    with pytest.raises(SignerError):
        own.sign_typed_data(message)


def test_a_transaction_as_in_eip_155() -> None:
    transaction = {
        "nonce": 9,
        "gasPrice": 20 * 10**9,
        "gas": 21_000,
        "to": "0x3535353535353535353535353535353535353535",
        "value": 10**18,
        "data": b"",
    }
    assert LocalSigner.from_key("46" * 32).sign_transaction(transaction, 1).hex() == (
        "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a0"
        "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a0"
        "67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"
    )


@pytest.mark.parametrize("stated", [{}, {"chainId": 8453}, {"chainId": "0x2105"}])
def test_a_transaction_is_signed_by_the_address_for_the_chain(
    own: LocalSigner, stated: dict[str, Any]
) -> None:
    raw = own.sign_transaction({**TRANSACTION, **stated, "from": own.address}, 8453)
    assert raw == own.sign_transaction(TRANSACTION, 8453)
    assert raw != own.sign_transaction(TRANSACTION, 1)
    assert raw[0] == 2
    assert Account.recover_transaction(raw) == own.address


@pytest.mark.parametrize(
    "changes",
    [
        {"chainId": 5},
        {"chainId": None},
        {"chainId": "x"},
        {"gas": None},
        {"to": "0x12"},
        {"value": -1},
        {"surprise": 1},
        {"accessList": [{"address": 1}]},
        {"from": "0x" + "11" * 20},
    ],
)
def test_a_malformed_transaction_is_refused(own: LocalSigner, changes: dict[str, Any]) -> None:
    with pytest.raises(SignerError):
        own.sign_transaction({**TRANSACTION, **changes}, 1)


# Development keys.


@pytest.mark.parametrize(
    ("mnemonic", "addresses"),
    [(DEVELOPMENT_MNEMONIC, DEVELOPMENT_ADDRESSES), (GANACHE_MNEMONIC, GANACHE_ADDRESSES)],
)
def test_the_development_addresses_are_the_mnemonics(mnemonic: str, addresses: tuple[str, ...]) -> None:
    seed = seed_from_mnemonic(mnemonic, "")
    derived = [Account.from_key(key_from_seed(seed, f"m/44'/60'/0'/0/{i}")).address for i in range(20)]
    assert list(addresses) == derived
    assert set(derived) <= PUBLIC_ADDRESSES


def test_development_signers_are_the_development_accounts() -> None:
    assert [LocalSigner.development(i).address for i in range(10)] == list(development_accounts())
    assert LocalSigner.development(19).address == DEVELOPMENT_ADDRESSES[19]
    for beyond in (-1, 20):
        with pytest.raises(InputError, match="no development account"):
            LocalSigner.development(beyond)


def public_signers() -> list[LocalSigner]:
    ganache = key_from_seed(seed_from_mnemonic(GANACHE_MNEMONIC, ""), "m/44'/60'/0'/0/0")
    return [LocalSigner.development(0), LocalSigner.development(19), LocalSigner.from_key(ganache.hex())]


@pytest.mark.parametrize("signer", public_signers(), ids=repr)
def test_a_public_key_signs_for_local_chains_only(signer: LocalSigner) -> None:
    for chain_id in LOCAL_CHAIN_IDS:
        assert signer.sign_transaction(TRANSACTION, chain_id)
        assert len(signer.sign_typed_data(mail(chainId=chain_id))) == 65
        assert len(signer.sign_typed_data(mail(chainId=hex(chain_id)))) == 65
    for chain_id in (0, 1, 10, 8453, 31338, 11155111):
        with pytest.raises(
            DevelopmentKeyRefused, match=f"REFUSED.*{signer.address}.*chain {chain_id} is not"
        ):
            signer.sign_transaction(TRANSACTION, chain_id)
        with pytest.raises(DevelopmentKeyRefused, match=f"REFUSED.*chain {chain_id} is not"):
            signer.sign_typed_data(mail(chainId=str(chain_id)))
    with pytest.raises(DevelopmentKeyRefused, match="names no chain"):
        signer.sign_typed_data(mail(chainId=None))


def test_a_public_key_cannot_be_led_off_its_chain() -> None:
    signer = LocalSigner.development(0)
    with pytest.raises(SignerError):  # says one chain, is for another
        signer.sign_transaction({**TRANSACTION, "chainId": 1}, 31337)
    with pytest.raises(SignerError):  # a chain id that the domain's type, hence the signature, leaves out
        signer.sign_typed_data({**mail(chainId=None), "domain": {**MAIL["domain"], "chainId": 31337}})


# A key never leaves.


def test_a_signer_shows_its_address_alone(own: LocalSigner, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert repr(own) == str(own) == f"{own}" == f"LocalSigner({own.address})"
    own.sign_typed_data(MAIL)
    own.sign_transaction(TRANSACTION, 1)
    assert not hasattr(own, "__dict__")
    assert KEY not in caplog.text


@pytest.mark.parametrize("leak", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_signer_cannot_be_pickled_or_copied(own: LocalSigner, leak: Any) -> None:
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        leak(own)


def everything_said_by(error: LicetError) -> str:
    """What a person or a log could read: messages, facts, causes, contexts, tracebacks without locals."""
    said = []
    seen: BaseException | None = error
    while seen is not None:
        said += [repr(seen), str(seen), repr(vars(seen))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join([*said, *traceback.format_exception(error)])


def test_a_development_key_signs_no_digest_for_a_chain_that_is_not_local() -> None:
    digest = Hash32("0x" + "11" * 32)
    signer = LocalSigner.development(0)
    assert recover(digest, signer.sign_digest(digest, 31337)) == signer.address
    with pytest.raises(DevelopmentKeyRefused):
        signer.sign_digest(digest, 1)
