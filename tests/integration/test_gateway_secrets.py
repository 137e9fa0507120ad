"""A run of a gateway with a known key, in which much goes wrong: no secret is in anything that it says."""

import re
import signal
import socket
import time
from pathlib import Path

import pytest

from licet.chain.signing.signer import LocalSigner
from tests.integration.conftest import Party
from tests.integration.test_cli_gateway import CONFIG, get, metered, payment, read_paid, running

pytestmark = pytest.mark.integration

PASSWORD = "a-password-like-no-other-7431"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.txt").write_bytes(b"text")
    (tmp_path / "password").write_text(PASSWORD)
    return tmp_path


def test_no_secret_is_said(folder: Path, licensor: Party, licensee: Party, stranger: Party) -> None:
    signer = LocalSigner.create()
    key = bytes(signer._account.key).hex()  # noqa: SLF001 - what must not be said
    signer.save_keystore(folder / "key.json", PASSWORD)
    stranger.chain.pay(signer.address, 10**18)
    licensee.receive_dollars(10_000)
    config = folder / "gateway.toml"
    config.write_text(CONFIG)
    work = licensor.sells.register_work(folder / "site" / "a.txt")
    metered(config, licensor, work.asset_id)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        metrics_port = taken.getsockname()[1]
    config.write_text(f"{config.read_text()}\n[log]\n\n[metrics]\nport = {metrics_port}\n")
    options = ("--keystore", str(folder / "key.json"), "--password-file", str(folder / "password"))
    with running(str(config), *options) as (process, port):
        fields = [payment(port, licensee, f"reader-chosen-{number:04}") for number in range(3)]
        assert read_paid(port, fields[0]) == (200, b"text")
        assert read_paid(port, fields[0][:-8] + "AAAAAAA=")[0] == 402
        assert read_paid(port, "x" * 30_000)[0] == 402
        licensee.dollar.transfer(stranger.address, licensee.dollars)
        assert read_paid(port, fields[1])[0] == 402
        assert get(port, f"/a.txt?key={key}")[0] == 402
        figures = get(metrics_port, "/metrics")[1].decode()
        time.sleep(2.5)  # until it has looked after what it sent
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=40)
    said = {"stdout": out, "stderr": err, "metrics": figures}
    assert '"event": "request"' in err
    assert '"kind": "PayeeDoubtful"' in err, "an account is paid, and no vault"
    assert 'licet_gateway_requests_total{access="metered",status="200"} 1.0' in figures
    assert 'licet_gateway_journal{state="served"} 1.0' in figures
    files = [
        path for path in folder.rglob("*") if path.is_file() and path.name not in ("password", "key.json")
    ]
    assert {"gateway.sqlite", "gateway.outbox"} <= {path.name for path in files}
    written = {path.name: path.read_bytes() for path in files}
    for name, text in said.items():
        written[name] = text.encode()
        for field in fields:
            assert field not in text, f"a payment stands in {name}"
    for name, data in written.items():
        assert key.encode() not in data.lower(), f"the key stands in {name}"
        assert bytes.fromhex(key) not in data, f"the key stands in {name}"
        assert PASSWORD.encode() not in data, f"the password stands in {name}"
    assert not re.search(r"[0-9a-f]{130}", err), "no signature is said"
