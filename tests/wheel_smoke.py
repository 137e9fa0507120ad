"""Run by `make wheel` in an empty virtualenv that has only the wheel: all but compiling works."""

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import licet
from licet import Chain, LocalNode, LocalSigner, deploy

LICET = Path(sys.executable).with_name("licet")
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main() -> None:
    """Play the demo and serve the pages with the installed command, far from the repository."""
    assert "site-packages" in (licet.__file__ or ""), f"licet was imported from {licet.__file__}"
    demo = subprocess.run([LICET, "demo", "--json"], capture_output=True, check=False)
    assert demo.returncode == 0, demo.stderr.decode()
    result = json.loads(demo.stdout)
    assert result["verdict"] == "clean", result
    print(f"wheel: demo of {result['works']} works, {result['payees']} payees: {result['verdict']}")
    print(f"wheel: the first page and {serve()} scripts")


def serve() -> int:
    """How many scripts the first page leads to; all of them are served, and so is its style."""
    with LocalNode() as node, tempfile.TemporaryDirectory() as folder:
        registry = deploy(Chain(node.url, LocalSigner.development(0))).asset_registry
        command = [LICET, "serve", "--rpc", node.url, "--registry", registry, "--port", "0", "--json"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
        try:
            assert server.stdout is not None
            said = ""
            while not said.rstrip().endswith("}"):
                line = server.stdout.readline()
                assert line, "the server ended"
                said += line
            url = json.loads(said)["url"]
            page = get(url)
            assert "Licet" in page
            assert get(f"{url}/static/site.css")
            waiting, seen = {"site.js"}, set()
            assert "/static/site.js" in page
            while waiting:
                name = waiting.pop()
                seen.add(name)
                waiting |= set(re.findall(r'"\./([\w.-]+\.js)"', get(f"{url}/static/{name}"))) - seen
            return len(seen)
        finally:
            server.kill()
            server.communicate()


def get(url: str) -> str:
    """What is served there; the index has to be made first."""
    for _ in range(300):
        try:
            with DIRECT.open(url, timeout=30) as answer:
                return str(answer.read().decode())
        except HTTPError as error:
            if error.code != 503:
                raise
            time.sleep(0.1)
    raise AssertionError(f"{url} was not served")


if __name__ == "__main__":
    main()
