"""Run by `make wheel` in an empty virtualenv that has only the wheel: all but compiling works."""

import json
import subprocess
import sys
from pathlib import Path

import licet


def main() -> None:
    """Play the demo with the installed command, far from the repository."""
    assert "site-packages" in (licet.__file__ or ""), f"licet was imported from {licet.__file__}"
    command = Path(sys.executable).with_name("licet")
    demo = subprocess.run([command, "demo", "--json"], capture_output=True, check=False)
    assert demo.returncode == 0, demo.stderr.decode()
    result = json.loads(demo.stdout)
    assert result["verdict"] == "clean", result
    print(f"wheel: demo of {result['works']} works, {result['payees']} payees: {result['verdict']}")


if __name__ == "__main__":
    main()
