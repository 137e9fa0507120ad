"""A wallet of the browser's that signs with a local key, and writes down whatever it shows to a person."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from licet.chain.compiled.abi import Abi
from licet.chain.compiled.artifacts import ARTIFACT_NAMES, artifact, known_errors
from licet.chain.signing.signer import Signer
from tests.integration.conftest import relay

SCRIPT = (Path(__file__).parent / "wallet.js").read_text()
ICON = "data:image/gif;base64,R0lGODlhAQABAAAAADs="
MOST_SECONDS = 20
REJECTED = {"code": 4001, "message": "User rejected the request."}
UNKNOWN_CHAIN = {"code": 4902, "message": "Unrecognized chain ID. Try adding the chain first."}


@dataclass(frozen=True)
class Prompt:
    """One window that the wallet opened.

    Attributes:
        kind: connect, switch, add, sign, send, or send all.
        shows: what a person reads there: the typed message, the network, or the transaction's parts.
    """

    kind: str
    shows: dict[str, Any]

    @property
    def function(self) -> str:
        """The function that a transaction calls."""
        return str(self.shows["function"])


Answer = Callable[[Prompt], dict[str, Any] | None]
"""What a person does with a window: None to accept; else what the page gets in place of a result."""


@dataclass
class TestWallet:
    """An EIP-6963 wallet with one account at a time."""

    __test__ = False

    signer: Signer
    node: str
    name: str = "Test Wallet"
    chain_id: int = 31337
    known_chains: set[int] = field(default_factory=lambda: {1, 31337})
    prompts: list[Prompt] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    connected: bool = False
    answer: Answer = lambda prompt: None
    held: list[Callable[[], Any]] = field(default_factory=list)
    atomic: bool = False  # whether it sends several calls as one (EIP-5792)
    switching: Signer | None = None  # whose account comes after the window that is open

    @property
    def rdns(self) -> str:
        return f"test.{self.name.lower().replace(' ', '-')}"

    @property
    def kinds(self) -> list[str]:
        """The windows that were opened, in order."""
        return [prompt.kind for prompt in self.prompts]

    def install(self, context: BrowserContext) -> None:
        """Puts the wallet into all pages that are opened from now on."""
        ask = f"ask_{self.rdns.replace('.', '_').replace('-', '_')}"
        info = {
            "uuid": f"uuid-{self.rdns}",
            "name": self.name,
            "icon": "data:image/gif;base64,R0lGODlhAQABAAAAADs=",
        }
        context.expose_function(ask, self._ask)
        options = {"info": info | {"rdns": self.rdns}, "ask": ask}
        context.add_init_script(f"{SCRIPT}({json.dumps(options)})")

    def opens(self, page: Page, *kinds: str) -> None:
        """Waits until these windows have been opened: a page tells of one before it asks for it."""
        until = time.monotonic() + MOST_SECONDS
        while self.kinds != [*kinds] and time.monotonic() < until:
            page.wait_for_timeout(20)
        assert self.kinds == [*kinds]

    def switch_account(self, page: Page, signer: Signer) -> None:
        """As when a person chooses another account in the wallet."""
        self.signer = signer
        self.emit(page, "accountsChanged", [signer.address])

    def emit(self, page: Page, event: str, value: object) -> None:
        page.evaluate(
            "([name, event, value]) => window.testWallets[name](event, value)", [self.rdns, event, value]
        )

    def release(self, *, failing: bool = False) -> list[Any]:
        """As when a person accepts what stayed open; the results, or the errors' custom errors."""
        held, self.held = self.held, []
        return [refusal(act) if failing else act() for act in held]

    def send_again(self, call: dict[str, Any]) -> None:
        """As when a person speeds the last transaction up, or sends another one in its place."""
        nonce = int(self._node("eth_getTransactionCount", self.signer.address, "latest"), 16)
        self._broadcast(self.signer, call, nonce, gas=1_000_000, fee=30_000_000_000)

    def _ask(self, method: str, params: list[Any]) -> dict[str, Any]:
        self.asked.append(method)
        handlers: dict[str, Callable[..., dict[str, Any]]] = {
            "eth_accounts": self._accounts,
            "eth_requestAccounts": self._connect,
            "eth_chainId": lambda: {"result": hex(self.chain_id)},
            "wallet_switchEthereumChain": self._switch,
            "wallet_addEthereumChain": self._add,
            "eth_signTypedData_v4": self._sign,
            "eth_sendTransaction": self._send,
        }
        if self.atomic:
            handlers |= {
                "wallet_getCapabilities": self._capabilities,
                "wallet_sendCalls": self._send_all,
                "wallet_getCallsStatus": self._calls_status,
            }
        if method not in handlers:
            return {"error": {"code": 4200, "message": f"{method} is not supported"}}
        return handlers[method](*params)

    def _shown(self, kind: str, shows: dict[str, Any], act: Callable[[], Any]) -> dict[str, Any]:
        prompt = Prompt(kind, shows)
        self.prompts.append(prompt)
        refused = self.answer(prompt)
        if refused is None:
            result = act()
            if self.switching:
                self.signer, self.switching = self.switching, None
            return {"result": result}
        if "held" in refused:
            self.held.append(act)
        return refused

    def _accounts(self) -> dict[str, Any]:
        return {"result": [self.signer.address] if self.connected else []}

    def _connect(self) -> dict[str, Any]:
        if self.connected:
            return self._accounts()

        def connect() -> list[str]:
            self.connected = True
            return [self.signer.address]

        return self._shown("connect", {}, connect)

    def _switch(self, chain: dict[str, str]) -> dict[str, Any]:
        chain_id = int(chain["chainId"], 16)
        if chain_id not in self.known_chains:
            return {"error": UNKNOWN_CHAIN}

        def switch() -> None:
            self.chain_id = chain_id

        return self._shown("switch", chain, switch)

    def _add(self, chain: dict[str, Any]) -> dict[str, Any]:
        def add() -> None:
            self.chain_id = int(chain["chainId"], 16)
            self.known_chains.add(self.chain_id)

        return self._shown("add", chain, add)

    def _sign(self, account: str, text: str) -> dict[str, Any]:
        if account.lower() != self.signer.address.lower():
            return {"error": {"code": 4100, "message": "The account is not connected."}}
        message = json.loads(text)
        return self._shown("sign", message, lambda: "0x" + self.signer.sign_typed_data(message).hex())

    def _send(self, call: dict[str, str]) -> dict[str, Any]:
        if call["from"].lower() != self.signer.address.lower():
            return {"error": {"code": 4100, "message": "The account is not connected."}}
        signer = self.signer
        try:
            return self._shown("send", call | decoded(call["data"]), lambda: self._transact(signer, call))
        except NodeError as error:
            # As MetaMask does it: the node's error, wrapped.
            return {"error": {"code": -32603, "message": "Internal JSON-RPC error.", "data": error.args[0]}}

    def _capabilities(self, account: str, chains: list[str]) -> dict[str, Any]:
        return {"result": {chain: {"atomic": {"status": "supported"}} for chain in chains}}

    def _send_all(self, request: dict[str, Any]) -> dict[str, Any]:
        assert request["atomicRequired"]
        calls = [{"from": request["from"], **call} for call in request["calls"]]
        signer = self.signer

        def send() -> dict[str, str]:
            return {"id": [self._transact(signer, call) for call in calls][-1]}

        return self._shown("send all", {"calls": [call | decoded(call["data"]) for call in calls]}, send)

    def _calls_status(self, hash_: str) -> dict[str, Any]:
        receipt = self._node("eth_getTransactionReceipt", hash_)
        found = {"receipts": [{"transactionHash": hash_}]} if receipt else {}
        return {"result": {"status": 200 if receipt else 100, **found}}

    def _transact(self, signer: Signer, call: dict[str, Any]) -> Any:
        nonce = int(self._node("eth_getTransactionCount", signer.address, "pending"), 16)
        gas = int(self._node("eth_estimateGas", call), 16) * 5 // 4
        return self._broadcast(signer, call, nonce, gas, fee=3_000_000_000)

    def _broadcast(self, signer: Signer, call: dict[str, Any], nonce: int, gas: int, fee: int) -> Any:
        fields = {
            "to": call["to"],
            "data": call["data"],
            "value": int(call.get("value", "0x0"), 16),
            "nonce": nonce,
            "gas": gas,
            "maxFeePerGas": fee,
            "maxPriorityFeePerGas": fee,
            "chainId": self.chain_id,
        }
        return self._node(
            "eth_sendRawTransaction", "0x" + signer.sign_transaction(fields, self.chain_id).hex()
        )

    def _node(self, method: str, *params: object) -> Any:
        answer = relay(self.node, method, *params)
        if "error" in answer:
            raise NodeError(answer["error"])
        return answer["result"]


class NodeError(Exception):
    """What the wallet's node answers with."""


def refusal(act: Callable[[], Any]) -> str:
    """The custom error that the node refuses something with."""
    try:
        raise AssertionError(f"it was not refused: {act()}")
    except NodeError as error:
        return known_errors().decode_revert(bytes.fromhex(error.args[0]["data"][2:])).name


def rejects(*kinds: str) -> Answer:
    """A person who refuses some windows."""
    return lambda prompt: {"error": REJECTED} if prompt.kind in kinds else None


def holds(*kinds: str) -> Answer:
    """A person who leaves some windows open."""
    return lambda prompt: {"held": True} if prompt.kind in kinds else None


def decoded(data: str) -> dict[str, Any]:
    """The function that a transaction calls, and with what, as a wallet with clear signing shows it."""
    raw = bytes.fromhex(data[2:])
    for abi in ABIS:
        for name, entry in abi.functions.items():
            if entry.digest[:4] == raw[:4]:
                return {"function": name, "arguments": entry.inputs.decode(raw[4:])}
    raise AssertionError(f"a wallet was asked to call what no contract of Licet has: {data[:10]}")


ABIS: list[Abi] = [artifact(name).abi for name in ARTIFACT_NAMES]
