"""Headers, blooms and receipts, recomputed: vectors of Ethereum's own chain, and a library's answers."""

import random

import pytest
import rlp as rlp_library
from eth_utils.crypto import keccak

from licet.chain.blocks.headers import Header, header_hash
from licet.chain.blocks.raw import RawLog, RawReceipt
from licet.chain.blocks.receipts import bloom_mask, list_root, receipt_bytes, receipts_root
from licet.chain.blocks.rlp import rlp, rlp_list
from licet.chain.blocks.tries import EMPTY_ROOT
from licet.errors import InputError

# Ethereum's genesis block (chain 1).
GENESIS = Header(
    number="0x0",
    hash="0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
    parent_hash="0x" + "00" * 32,
    timestamp="0x0",
    logs_bloom="0x" + "00" * 256,
    receipts_root="0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    state_root="0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
    transactions_root="0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    sha3_uncles="0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
    miner="0x" + "00" * 20,
    difficulty="0x400000000",
    gas_limit="0x1388",
    gas_used="0x0",
    extra_data="0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
    mix_hash="0x" + "00" * 32,
    nonce="0x0000000000000042",
)


def test_the_hash_of_a_header() -> None:
    assert "0x" + header_hash(GENESIS).hex() == GENESIS.hash


def test_a_field_that_is_no_hex() -> None:
    for field in ("parent_hash", "gas_used", "timestamp"):
        odd = Header(**{name: getattr(GENESIS, name) for name in GENESIS.__struct_fields__} | {field: "0xzz"})
        with pytest.raises(InputError, match="no hex"):
            header_hash(odd)


@pytest.mark.parametrize("size", [0, 1, 2, 55, 56, 57, 255, 256, 65_535, 65_536])
def test_rlp(size: int) -> None:
    for data in (bytes(size), b"\x7f" * size, b"\x80" * size):
        assert rlp(data) == rlp_library.encode(data)
        assert rlp_list([rlp(data), rlp(b"cat")]) == rlp_library.encode([data, b"cat"])


def test_known_roots() -> None:
    """Of go-ethereum's and Ethereum's common trie tests: no values, and one."""
    assert list_root([]) == EMPTY_ROOT == keccak(rlp_library.encode(b""))
    leaf = rlp_library.encode([b"\x20" + rlp_library.encode(0), b"dog"])
    assert list_root([b"dog"]) == keccak(leaf)


@pytest.mark.parametrize("count", [1, 2, 3, 16, 17, 127, 128, 129, 130, 200, 256, 257, 300])
def test_roots_are_those_of_a_plain_trie(count: int) -> None:
    chance = random.Random(count)
    values = [chance.randbytes(chance.choice((1, 5, 31, 32, 33, 200))) for _ in range(count)]
    assert list_root(values) == plain_root({rlp_library.encode(i): v for i, v in enumerate(values)})


def plain_root(pairs: dict[bytes, bytes]) -> bytes:
    """The Yellow Paper's definition, word for word, with no thought of speed (appendix D)."""
    nibbles = {tuple(int(digit, 16) for digit in key.hex()): value for key, value in pairs.items()}

    def prefix(path: tuple[int, ...], leaf: int) -> bytes:
        odd = len(path) % 2
        digits = [2 * leaf + odd, *([] if odd else [0]), *path]
        return bytes.fromhex("".join(f"{digit:x}" for digit in digits))

    def structure(part: dict[tuple[int, ...], bytes], depth: int) -> object:
        if len(part) == 1:
            [(key, value)] = part.items()
            return [prefix(key[depth:], 1), value]
        common = depth
        while len({key[: common + 1] for key in part}) == 1:
            common += 1
        if common > depth:
            return [prefix(next(iter(part))[depth:common], 0), reference(part, common)]
        below = [{key: v for key, v in part.items() if key[depth] == nibble} for nibble in range(16)]
        return [*(reference(group, depth + 1) if group else b"" for group in below), b""]

    def reference(part: dict[tuple[int, ...], bytes], depth: int) -> object:
        node = structure(part, depth)
        encoded = rlp_library.encode(node)
        return node if len(encoded) < 32 else keccak(encoded)

    return keccak(rlp_library.encode(structure(nibbles, 0)))


def receipt(**changes: str) -> RawReceipt:
    log = RawLog("0x" + "11" * 20, ["0x" + "22" * 32, "0x" + "33" * 32], "0xabcd", "0x1", "0x", "0x", "0x0")
    fields = {"cumulative_gas_used": "0x5208", "logs_bloom": "0x" + "00" * 256, "transaction_index": "0x0"}
    return RawReceipt(logs=[log], **(fields | {"status": "0x1"} | changes))


def test_receipts_of_all_types() -> None:
    logs = [[b"\x11" * 20, [b"\x22" * 32, b"\x33" * 32], b"\xab\xcd"]]
    body = [b"\x01", 0x5208, bytes(256), logs]
    assert receipt_bytes(receipt()) == rlp_library.encode(body)
    assert receipt_bytes(receipt(type="0x2")) == b"\x02" + rlp_library.encode(body)
    failed = [b"", 0x5208, bytes(256), logs]
    assert receipt_bytes(receipt(status="0x0")) == rlp_library.encode(failed)
    before_byzantium = [b"\x44" * 32, 0x5208, bytes(256), logs]
    assert receipt_bytes(receipt(root="0x" + "44" * 32)) == rlp_library.encode(before_byzantium)
    assert receipts_root([receipt()]) == list_root([rlp_library.encode(body)])
    with pytest.raises(InputError, match="no hex"):
        receipt_bytes(receipt(logs_bloom="0xpoem"))


def test_bloom_bits() -> None:
    """Bits 0, 2 and 4 of the hash, in pairs of bytes, of 2048 (the Yellow Paper, 4.3.1)."""
    address = bytes.fromhex("095e7baea6a6c7c4c2dfeb977efac326af552d87")
    mask = bloom_mask(address)
    assert 1 <= mask.bit_count() <= 3
    digest = keccak(address)
    for i in (0, 2, 4):
        assert mask >> (int.from_bytes(digest[i : i + 2]) & 2047) & 1
