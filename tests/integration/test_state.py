"""State in bulk: the same from a node that runs programs in a contract's place as from one that does not."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from licet.auditor import AuditReport
from licet.chain.rpc.batches import Node
from licet.chain.state.reading import StateReader
from licet.errors import ChainError
from licet.trees.hashing import checksum, keccak
from licet.types import Address, hash32
from tests.integration.conftest import DEPLOYER, Network, development_signer
from tests.integration.faults import RefusedError, between
from tests.integration.market import Market
from tests.integration.story import play

pytestmark = pytest.mark.integration

SOMEWHERE = checksum(b"\x51" * 20)
NOWHERE = checksum(b"\x52" * 20)
NO_CODE = hash32(keccak(b""))


def refusing_overrides(method: str, params: list[Any], result: Any) -> Any:
    if method == "eth_call" and len(params) > 2:
        raise RefusedError("too many arguments, want at most 2")
    return result


def passing_over_overrides(method: str, params: list[Any], result: Any) -> Any:
    return "0x" if method == "eth_call" and len(params) > 2 else result


@pytest.fixture
def stored(network: Network) -> dict[int, int]:
    """Some words at `SOMEWHERE`."""
    words = {slot: slot * slot for slot in (1, 2, 3, 2**255, 2**256 - 1)}
    for slot, word in words.items():
        at, value = "0x" + slot.to_bytes(32).hex(), "0x" + (word % 2**256).to_bytes(32).hex()
        network.rpc("anvil_setStorageAt", SOMEWHERE, at, value)
    network.rpc("evm_mine")
    return {slot: word % 2**256 for slot, word in words.items()}


@pytest.fixture(params=[None, refusing_overrides, passing_over_overrides])
def url(request: pytest.FixtureRequest, network: Network) -> Iterator[str]:
    if request.param is None:
        yield network.url
        return
    with between(network.url, request.param) as url:
        yield url


def reader(network: Network, url: str) -> StateReader:
    return StateReader(Node(url), int(network.rpc("eth_blockNumber"), 16))


def test_words_come_in_the_order_they_were_asked_for(
    stored: dict[int, int], network: Network, url: str
) -> None:
    places = [(address, slot) for slot in [*stored, 99] for address in (NOWHERE, SOMEWHERE)]
    expected = [stored.get(slot, 0) if address == SOMEWHERE else 0 for address, slot in places]
    assert reader(network, url).words(places) == expected
    assert reader(network, url).words([]) == []


def test_many_words(stored: dict[int, int], network: Network) -> None:
    slots = [*range(10_000, 29_999), *stored]
    words = reader(network, network.url).words((SOMEWHERE, slot) for slot in slots)
    assert words == [0] * 19_999 + list(stored.values())


def test_balances_and_hashes_of_code(network: Network, url: str) -> None:
    state = reader(network, url)
    registry: Address = network.deployment.asset_registry
    addresses = [registry, development_signer(DEPLOYER).address, NOWHERE]
    balances = [int(network.rpc("eth_getBalance", address, "latest"), 16) for address in addresses]
    assert state.balances(addresses) == balances
    hashes = [network.deployment.code_hashes["AssetRegistry"], NO_CODE, NO_CODE]
    assert state.code_hashes(addresses) == hashes
    assert hash32(keccak(state.code(registry))) == hashes[0]


def test_a_block_whose_state_is_gone(network: Network) -> None:
    def pruned(method: str, params: list[Any], result: Any) -> Any:
        raise RefusedError("missing trie node")

    with between(network.url, pruned) as url, pytest.raises(ChainError, match="missing trie node"):
        StateReader(Node(url), network.height).words([(SOMEWHERE, 1)])


@pytest.mark.parametrize("answer", ["nonsense", "0x", None, "0x" + "11" * 40])
def test_an_answer_that_is_no_word(answer: Any, network: Network) -> None:
    def respond(method: str, params: list[Any], result: Any) -> Any:
        return answer

    with between(network.url, respond) as url, pytest.raises(ChainError, match="unusable answer"):
        StateReader(Node(url), network.height).words([(SOMEWHERE, 1)])


def test_an_audit_by_either_way_reports_the_same(
    market: Market, artist: Any, network: Network, audit: Callable[..., AuditReport], url: str
) -> None:
    play(market, artist)
    report = audit(url)
    assert report.to_json() == audit().to_json()
    assert report.counts.sales > 5
