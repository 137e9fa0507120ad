"""Runs `licet gateway` in a child process for each line on stdin, which starts without a second's imports.

python gateway_zygote.py   then the arguments of one gateway a line, as JSON; prints the child's id, and how
it ended
"""

import json
import os
import sys
import threading

import httptools  # noqa: F401 - so that no child has to import it
import uvloop  # noqa: F401

import licet.gateway.app
import licet.server
from licet.cli.main import main


def wait(child: int) -> None:
    _, status = os.waitpid(child, 0)
    print(json.dumps({"ended": child, "code": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    assert licet.gateway.app
    assert licet.server
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                code = main(json.loads(line))
            finally:
                os._exit(code)
        print(json.dumps({"started": child}), flush=True)
        threading.Thread(target=wait, args=(child,), daemon=True).start()
