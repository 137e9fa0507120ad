"""Audits that believe no node: all is proven against the block's hash, and a node that lies is caught."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from licet.auditor import Auditor, AuditReport, Kind
from licet.auditor.evidence.proven import Headers, pinned_header
from licet.auditor.money.balances import read_balances
from licet.chain.blocks.headers import Header
from licet.chain.client import Chain
from licet.chain.state.proofs import ProvenState
from licet.chain.state.reading import StateReader
from licet.documents import Library
from licet.errors import ChainError, NodeUntrue
from licet.index import Index
from licet.trees.hashing import checksum
from tests.integration.commands import Ok, Run
from tests.integration.conftest import Network
from tests.integration.faults import RefusedError, alter_slot, between, deed_slot, kinds
from tests.integration.indexing import QUICK
from tests.integration.story import folder as folder
from tests.integration.story import network as network

pytestmark = pytest.mark.integration

Answer = Callable[[str, list[Any], Any], Any]


@pytest.fixture
def prove(network: Network, folder: Path) -> Callable[..., AuditReport]:
    """An audit that proves what a node says."""

    def prove(url: str = network.url, **settings: Any) -> AuditReport:
        auditor = Auditor(Chain(url), Library([folder], allow_http=False))
        return auditor.audit(network.deployment.asset_registry, proofs=True, **settings)

    return prove


Prove = Callable[..., AuditReport]


def test_what_is_proven_is_what_the_node_says(
    network: Network, prove: Prove, audit: Callable[..., AuditReport]
) -> None:
    report, believed = prove(), audit()
    assert report.to_json() | {"proven": None} == believed.to_json()
    assert report.proven is not None
    header = network.rpc("eth_getBlockByNumber", hex(report.block.number), False)
    assert report.proven.state_root == header["stateRoot"]
    assert report.proven.unproven == ()
    assert report.proven.slots > 50
    assert report.proven.accounts > 10
    assert report.proven.receipts > 20
    assert report.proven.linked_from == 0


def test_a_slot_that_no_transaction_changed_is_found(network: Network, prove: Prove) -> None:
    [sale, *_] = prove().sales
    alter_slot(
        network, network.deployment.license_token, deed_slot(sale.license_id), lambda word: word ^ 1 << 170
    )
    assert kinds(prove()) - {Kind.SPLIT_UNUSED} == {Kind.LICENSE_EXPIRY_WRONG}


def flipped(text: str, at: int) -> str:
    digit = "1" if text[at] != "1" else "2"
    return text[:at] + digit + text[at + 1 :]


def lie(wanted: str, change: Callable[[Any], Any]) -> Answer:
    return lambda method, params, result: change(result) if method == wanted and result else result


def storage(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Answer:
    def altered(answer: dict[str, Any]) -> dict[str, Any]:
        return answer | {"storageProof": [change(one) for one in answer["storageProof"]]}

    return lie("eth_getProof", altered)


def receipt(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Answer:
    def altered(receipts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [change(one) if one["logs"] else one for one in receipts]

    return lie("eth_getBlockReceipts", altered)


def header(**changes: Callable[[str], str]) -> Answer:
    def altered(block: dict[str, Any]) -> dict[str, Any]:
        return block | {name: change(block[name]) for name, change in changes.items()}

    return lie("eth_getBlockByNumber", altered)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (storage(lambda one: one | {"proof": [flipped(node, 40) for node in one["proof"]]}), "the state of"),
        (storage(lambda one: one | {"proof": one["proof"][:-1]}), "proof ends early"),
        (storage(lambda one: one | {"proof": [*one["proof"], "0x80"]}), "more than it takes"),
        (storage(lambda one: one | {"proof": ["0xzz"]}), "no hex"),
        (
            lie("eth_getProof", lambda answer: answer | {"accountProof": answer["accountProof"][1:]}),
            "does not have the hash that leads to it",
        ),
        (
            lie("eth_getProof", lambda answer: answer | {"storageProof": []}),
            "does not prove what was asked of it",
        ),
        (receipt(lambda one: one | {"cumulativeGasUsed": "0x1"}), "receipts of block .* another root"),
        (receipt(lambda one: one | {"logs": one["logs"][1:]}), "receipts of block .* another root"),
        (receipt(lambda one: one | {"cumulativeGasUsed": "nonsense"}), "receipts of block .* are none"),
        (header(timestamp=lambda text: hex(int(text, 16) + 1)), "does not lead to the block's hash"),
        (header(stateRoot=lambda text: flipped(text, 9)), "does not lead to the block's hash"),
        (header(hash=lambda text: flipped(text, 9)), "does not lead to the block's hash"),
    ],
)
def test_a_node_that_lies(answer: Answer, message: str, network: Network, prove: Prove) -> None:
    with between(network.url, answer) as url, pytest.raises(ChainError, match=message):
        prove(url)


def test_the_word_beside_a_proof_is_not_read(network: Network, prove: Prove) -> None:
    with between(network.url, storage(lambda one: one | {"value": "0x1234"})) as url:
        assert prove(url).to_json() == prove().to_json()


def test_a_header_of_another_branch(network: Network, prove: Prove) -> None:
    """Each header leads to its hash, but one is not the parent of the next."""
    other = network.rpc("eth_getBlockByNumber", "0x2", False)

    def answer(method: str, params: list[Any], result: Any) -> Any:
        moved = method == "eth_getBlockByNumber" and params[0] == hex(network.height - 5)
        return other | {"number": result["number"]} if moved else result

    with between(network.url, answer) as url, pytest.raises(NodeUntrue, match="cannot be right"):
        prove(url)


def test_a_log_of_another_block(network: Network, prove: Prove) -> None:
    def answer(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getLogs" or not result:
            return result
        moved = int(result[-1]["logIndex"], 16) + 1
        return [*result[:-1], result[-1] | {"logIndex": hex(moved)}]

    with between(network.url, answer) as url, pytest.raises(NodeUntrue, match="is not in its receipts"):
        prove(url)


def test_code_that_the_state_does_not_have(network: Network, prove: Prove) -> None:
    shipped = network.chain().code(network.deployment.usage_ledger)
    network.rpc("anvil_setCode", network.deployment.usage_ledger, "0x00")
    network.rpc("evm_mine")

    def answer(method: str, params: list[Any], result: Any) -> Any:
        asked = method == "eth_getCode" and checksum(bytes.fromhex(params[0][2:]))
        return "0x" + shipped.hex() if asked == network.deployment.usage_ledger else result

    with between(network.url, answer) as url, pytest.raises(NodeUntrue, match="other code for"):
        prove(url)


@pytest.mark.parametrize("method", ["eth_getProof", "eth_getBlockReceipts"])
def test_a_node_that_has_no_proofs(method: str, network: Network, run: Run) -> None:
    def answer(asked: str, params: list[Any], result: Any) -> Any:
        if asked in (method, "eth_getTransactionReceipt"):
            raise RefusedError("distance to target block exceeds maximum proof window")
        return result

    with between(network.url, answer) as url:
        ran = run("audit", "--proofs", "--rpc", url)
    assert ran.code == 2
    assert "exceeds maximum proof window" in ran.err
    assert ("or audit a newer block" in ran.err) == (method == "eth_getProof")


def test_what_a_token_says_of_balances_may_remain_its_word(network: Network, prove: Prove) -> None:
    """Where the node lies about a balance, no slot that tokens keep balances in has that word."""
    dollar = network.deployment.test_dollar

    def answer(method: str, params: list[Any], result: Any) -> Any:
        asked = method == "eth_call" and params[0]["data"].startswith("0x70a08231") and int(result, 16)
        return "0x" + (int(result, 16) + 1).to_bytes(32).hex() if asked else result

    with between(network.url, answer) as url:
        report = prove(url)
    assert report.proven is not None
    assert report.proven.unproven == (f"what the token {dollar} says of balances",)
    assert Kind.INCOME_WRONG in kinds(report)


def test_headers_that_are_too_many_to_link(
    network: Network, prove: Prove, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licet.auditor.evidence.proven._MOST_LINKED", 10)
    report = prove()
    assert report.proven is not None
    first = report.block.number - 10
    assert report.proven.linked_from == first
    assert report.proven.unproven == (f"the blocks before {first}, which are too many to link",)


def test_an_index_gives_the_logs(network: Network, prove: Prove, tmp_path: Path) -> None:
    with Index(tmp_path / "index.sqlite") as index:
        index.update([network.url], network.deployment, **QUICK)
        report = prove(index=index)
    assert report.proven is not None
    assert report.proven.receipts == 0
    assert report.proven.unproven == ("when logs were written, and what vaults and tokens logged",)


def test_the_command_tells_what_was_proven(network: Network, ok: Ok, run: Run) -> None:
    told = ok("audit", "--proofs", "--json")["proven"]
    assert set(told) == {"state_root", "slots", "accounts", "receipts", "linked_from", "unproven"}
    assert ok("audit", "--json")["proven"] is None
    ran = run("audit", "--proofs")
    assert f"Proven against block {network.height}, 0x" in ran.out


def test_a_state_that_is_proven_is_read_like_any_other(network: Network) -> None:
    chain = network.chain()
    at = chain.block()
    pinned: Header = pinned_header(chain.node, at)
    proven, believed = ProvenState(chain.node, pinned), StateReader(chain.node, at.number)
    registry = network.deployment.asset_registry
    places = [(registry, slot) for slot in range(700)] + [(checksum(b"\x55" * 20), 3)]
    assert proven.words(places) == believed.words(places)
    addresses = [registry, checksum(b"\x55" * 20), network.deployment.dispute_desk]
    assert proven.balances(addresses) == believed.balances(addresses)
    assert proven.code_hashes(addresses) == believed.code_hashes(addresses)
    assert proven.code(registry) == believed.code(registry)
    assert Headers(chain.node, pinned).header(0).height == 0
    assert read_balances(chain, proven, []) == {}
