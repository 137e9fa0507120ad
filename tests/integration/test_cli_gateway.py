"""`licet gateway` as a program: it serves, says that it does, and ends when asked to."""

import base64
import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from x402 import x402ClientSync
from x402.http.clients.requests import x402_requests
from x402.http.utils import decode_payment_required_header, decode_payment_response_header
from x402.mechanisms.evm.exact import ExactEvmScheme

from licet.documents import PayeeShare, ReceiptDocument, SplitDocument, TermsDocument, UsageProof
from licet.errors import InputError
from licet.gateway.journal import Journal
from licet.gateway.keys import BotKey
from licet.rights.offer import Offer
from licet.rights.uses import Use
from licet.rights_holder import Price
from licet.types import ZERO_ADDRESS, Address, Hash32
from tests.integration.commands import Ok, Run, failed
from tests.integration.conftest import DAY, STRANGER, Network, Party
from tests.unit.wallets import signed_fields

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "import sys; from licet.cli import main; sys.exit(main())"
CONFIG = """
[site]
origin = "https://site.example"
folder = "site"

[[policy]]
path = "/"
access = "free"

[[policy]]
path = "/no/"
access = "forbidden"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "site" / "no").mkdir(parents=True)
    (tmp_path / "site" / "a.txt").write_bytes(b"text")
    (tmp_path / "site" / "no" / "b.txt").write_bytes(b"secret")
    path = tmp_path / "gateway.toml"
    path.write_text(CONFIG)
    return path


@contextmanager
def running(*arguments: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-c", PROGRAM, "gateway", *arguments, "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        wait_for(port, process)
        yield process, port
    finally:
        process.kill()
        process.communicate()


def wait_for(port: int, process: "subprocess.Popen[str]") -> None:
    for _ in range(600):
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("the gateway does not listen")


def get(
    port: int, path: str, method: str = "GET", fields: Iterable[tuple[str, str]] = ()
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers=dict(fields))
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, data


def test_it_serves_and_ends(config: Path) -> None:
    bot = Ed25519PrivateKey.generate()
    public = base64.urlsafe_b64encode(bot.public_key().public_bytes_raw()).decode().rstrip("=")
    key = f'[[key]]\nname = "bot"\npublic = "{public}"\n'
    own = '[[policy]]\npath = "/no/"\naccess = "free"\nkeys = ["bot"]\n'
    config.write_text(CONFIG + own + key)
    thumbprint = BotKey.parse("bot", public).thumbprint
    with running(str(config)) as (process, port):
        assert get(port, "/a.txt") == (200, b"text")
        assert get(port, "/a.txt", "HEAD") == (200, b"")
        assert get(port, "/no/b.txt")[0] == 403
        assert get(port, "/%6eo/b.txt")[0] == 403
        fields = signed_fields(
            bot, "https://site.example/x", covered=("@authority",), key_id=thumbprint, tag="web-bot-auth"
        )
        assert get(port, "/no/b.txt", fields=fields) == (200, b"secret"), "signed for the public name"
        assert get(port, "/no/b.txt", fields=fields)[0] == 401, "shown twice"
        assert get(port, "http://elsewhere.example/a.txt")[0] == 400
        assert get(port, "/healthz")[0] == 200
        assert get(port, "/readyz")[0] == 200
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert f"http://127.0.0.1:{port}" in out
    assert err == "The gateway has ended.\n"


def test_two_lengths_are_refused(config: Path) -> None:
    """What one server reads as one request and another as two is no request at all."""
    with running(str(config)) as (_, port), socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(
            b"POST /a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nGET /no/b.txt"
        )
        assert connection.recv(1000).startswith(b"HTTP/1.1 400")


def test_a_place_that_is_taken(config: Path, run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        failed(run("gateway", config, "--port", port), 2, f":{port} (Address already in use): choose")


def test_a_configuration_is_checked(config: Path, ok: Ok) -> None:
    said = ok("gateway", config, "--check")
    assert said["origin"] == "https://site.example"
    assert [policy["access"] for policy in said["policies"]] == ["forbidden", "free"]


def test_a_site_on_a_chain_shows_its_offers(
    config: Path, licensor: Party, run: Run, folder: Path, tmp_path: Path
) -> None:
    work = licensor.sells.register_work(config.parent / "site" / "a.txt")
    price = Price(ZERO_ADDRESS, 5, duration=DAY)
    document = licensor.sells.offer(
        work.asset_id, licensor.address, price, TermsDocument("T", Use.INDEX, "W")
    )
    deployment = licensor.network.deployment
    config.write_text(
        f"""{CONFIG}
[[policy]]
path = "/licensed/"
access = "license"
asset = "{work.asset_id}"
uses = ["index"]

[chain]
rpc = "{licensor.network.url}"
chain_id = 31337
registry = "{deployment.asset_registry}"
documents = ["{folder}"]
""".replace('access = "free"', 'access = "free"\nprohibited = ["ai-training"]')
    )
    failed(run("gateway", config), 2, "which account signs?")
    with running(str(config), "--dev-account", "4") as (_, port):
        assert get(port, "/readyz")[0] == 200
        found = json.loads(get(port, "/.well-known/licet.json")[1])
        assert get(port, "/licensed/x")[0] == 401
    assert found["chain"]["chain_id"] == 31337
    assert found["chain"]["contracts"]["license_token"] == deployment.license_token
    assert [offer["asset"] for offer in found["offers"]] == [work.asset_id]
    assert Offer.from_json(found["offers"][0]["offer"]) == document.offer


def test_a_node_of_another_chain_is_refused(config: Path, network: Network, run: Run) -> None:
    settings = (
        f'[chain]\nrpc = "{network.url}"\nchain_id = 1\nregistry = "{network.deployment.asset_registry}"\n'
    )
    config.write_text(CONFIG + settings)
    failed(run("gateway", config), 2, "is on chain 31337", "the configuration on chain 1")


def test_a_client_that_knows_nothing_of_licet_reads(
    config: Path, licensor: Party, licensee: Party, artist: Party, tmp_path: Path
) -> None:
    """x402's own client, over HTTP, at a gateway that runs as a program; the money is in the work's vault."""
    work = licensor.sells.register_work(config.parent / "site" / "a.txt")
    shares = [PayeeShare(licensor.address, 7), PayeeShare(artist.address, 3)]
    split = licensor.sells.publish_split(SplitDocument.of(shares))
    licensee.receive_dollars(5_000)
    deployment = licensor.network.deployment
    dollar = deployment.test_dollar
    assert dollar is not None
    config.write_text(
        f"""{CONFIG}
[[policy]]
path = "/a.txt$"
access = "metered"
asset = "{work.asset_id}"
price = "2000"
currency = "{deployment.test_dollar}"
decimals = 6
payee = "{split.vault}"
uses = ["index"]

[chain]
rpc = "{licensor.network.url}"
chain_id = 31337
registry = "{deployment.asset_registry}"
anchor_seconds = 1
"""
    )
    key = licensee.signer._account  # type: ignore[attr-defined]  # noqa: SLF001 - the client is not Licet's
    payer = x402ClientSync().register("eip155:31337", ExactEvmScheme(key))
    payer.set_spend_controls(
        {"allowed_assets": [{"network": "eip155:31337", "asset": deployment.test_dollar}]}
    )
    with running(str(config), "--dev-account", str(STRANGER)) as (_, port), x402_requests(payer) as session:
        session.trust_env = False
        answer = session.get(f"http://127.0.0.1:{port}/a.txt", timeout=60)
        field = answer.headers["Licet-Receipt"]
        receipt = ReceiptDocument.from_bytes(base64.urlsafe_b64decode(field + "=" * (-len(field) % 4)))
        proof = proven(port, receipt, licensor.network)
        terms = get(port, "/.well-known/licet/")[1].decode()
        status, bill = get(port, "/a.txt", fields=[("Accept", "text/html")])
    price = f"It costs 0.002 TUSD ({dollar[:6]}…{dollar[-4:]}), paid for each use."
    assert (status, f"Each read of this is paid for. {price}</p>" in bill.decode()) == (402, True)
    assert price in terms
    assert (answer.status_code, answer.content) == (200, b"text")
    assert decode_payment_response_header(answer.headers["PAYMENT-RESPONSE"]).payer == licensee.address
    assert licensee.dollars == 3_000
    assert (proof.record, proof.holds) == (receipt.record, True)
    assert list((config.parent / "gateway.logs").iterdir())
    assert licensor.sells.collect([split.split], dollar, artist.address).total == 600


def proven(port: int, receipt: ReceiptDocument, network: Network) -> UsageProof:
    """The proof of a record, once the gateway has anchored it."""
    for _ in range(200):
        status, data = get(port, f"/.well-known/licet/records/{receipt.record.hash}")
        if status == 200:
            return UsageProof.from_bytes(data)
        network.travel_to(max(network.now + 1, int(time.time())))  # tests turn the chain's clock back
        time.sleep(0.1)
    raise AssertionError("the record was not anchored")


def test_what_is_metered_needs_an_account(config: Path, network: Network, run: Run) -> None:
    registry, dollar = network.deployment.asset_registry, network.deployment.test_dollar
    config.write_text(
        f"""{CONFIG}
[[policy]]
path = "/a.txt$"
access = "metered"
asset = "{"0x" + "1" * 64}"
price = "2000"
currency = "{dollar}"
decimals = 6
payee = "{dollar}"
uses = ["index"]

[chain]
rpc = "{network.url}"
chain_id = 31337
registry = "{registry}"
"""
    )
    failed(run("gateway", config), 2, "which account signs?")


def test_a_gateway_that_is_killed_at_any_moment_owes_nothing(
    config: Path, licensor: Party, licensee: Party
) -> None:
    """Each payment opens its URL in the end, moves money once, and has one record."""
    work = licensor.sells.register_work(config.parent / "site" / "a.txt")
    dollar, vault, kills = metered(config, licensor, work.asset_id), licensor.address, 8
    licensee.receive_dollars(2_000 * kills)
    before = licensee.currency(dollar).balance_of(vault)
    waits = random.Random(0)
    paid: list[str] = []
    for _ in range(kills):
        with running(str(config), "--dev-account", str(STRANGER)) as (process, port):
            assert all(read_paid(port, field) == (200, b"text") for field in paid[-1:])
            paid.append(payment(port, licensee, f"reader-chosen-{len(paid):04}"))
            asking = threading.Thread(target=read_until_killed, args=(port, paid[-1]))
            asking.start()
            time.sleep(waits.uniform(0, 0.25))
            process.kill()
            asking.join()
    with running(str(config), "--dev-account", str(STRANGER)) as (process, port):
        assert [read_paid(port, field) for field in paid] == [(200, b"text")] * kills
        process.send_signal(signal.SIGTERM)  # so that it still writes down what it served
        process.wait(20)
    assert licensee.currency(dollar).balance_of(vault) - before == 2_000 * kills
    journal = Journal(config.parent / "gateway.sqlite")
    assert journal.counts() == {
        "taken": kills,
        "settled": kills,
        "served": kills,
        "lost": 0,
        "records": kills,
    }
    with pytest.raises(InputError, match="on chain 31337, this is"):  # it is its deployment's alone
        journal.keep_to(1, dollar)
    journal.close()


def metered(config: Path, licensor: Party, asset: Hash32) -> Address:
    """Lets `/a.txt` cost 2,000 units a read; returns their currency."""
    deployment = licensor.network.deployment
    assert deployment.test_dollar is not None
    config.write_text(
        f"""{CONFIG}
[[policy]]
path = "/a.txt$"
access = "metered"
asset = "{asset}"
price = "2000"
currency = "{deployment.test_dollar}"
decimals = 6
payee = "{licensor.address}"
uses = ["index"]

[chain]
rpc = "{licensor.network.url}"
chain_id = 31337
registry = "{deployment.asset_registry}"
"""
    )
    return deployment.test_dollar


def payment(port: int, payer: Party, identifier: str) -> str:
    """What x402's client signs for `/a.txt`, with a payment identifier."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/a.txt")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    wanted = decode_payment_required_header(answer.headers["PAYMENT-REQUIRED"])
    key = payer.signer._account  # type: ignore[attr-defined]  # noqa: SLF001 - the client is not Licet's
    client = x402ClientSync().register("eip155:31337", ExactEvmScheme(key))
    client.set_spend_controls({"allowed_assets": True})
    payload = client.create_payment_payload(wanted)  # type: ignore[arg-type]
    data = json.loads(payload.model_dump_json(by_alias=True, exclude_none=True))
    data["extensions"]["payment-identifier"]["info"]["id"] = identifier
    return base64.b64encode(json.dumps(data).encode()).decode()


def read_paid(port: int, field: str) -> tuple[int, bytes]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", "/a.txt", headers={"PAYMENT-SIGNATURE": field})
        answer = connection.getresponse()
        return answer.status, answer.read()


def read_until_killed(port: int, field: str) -> None:
    with contextlib.suppress(OSError, http.client.HTTPException):
        read_paid(port, field)
