"""Sends in a child process for each line on stdin: a test can kill it without a second's start.

python sending_zygote.py URL   then an outbox and how many payments a line; prints the child's id, and how it
ended
"""

import os
import sys
from pathlib import Path

from licet.chain.client import Chain
from licet.chain.sending.sender import Sender
from licet.errors import ChainError
from tests.integration.sending import ACCOUNT, PATIENCE, QUICK, payment


def send_all(url: str, outbox: Path, count: int) -> None:
    """Asks for every payment again, whatever has become of it, and waits until all are confirmed."""
    sender = Sender(Chain(url, seconds=PATIENCE), ACCOUNT, outbox, QUICK)
    for number in range(count):
        sender.submit(f"payment {number}", payment(number))
    for number in range(count):
        sender.send(f"payment {number}", payment(number))


if __name__ == "__main__":
    for line in sys.stdin:
        outbox, count = line.rsplit(maxsplit=1)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                send_all(sys.argv[1], Path(outbox), int(count))
                code = 0
            except ChainError as error:
                print(error, file=sys.stderr, flush=True)
            finally:
                os._exit(code)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
