"""Runs a command and ends it, with all that it started, as soon as the process that asked for it is gone.

A script of its own, started by `licet.chain.local.node` as the leader of a new session:

    python -I -S watchdog.py PARENT_PID GRACE_SECONDS COMMAND ...

The parent holds the other end of standard input and never writes to it. The kernel closes that end however
the parent goes, SIGKILL included, so its end of file is the sign to end the command. A process forked from
the parent may still hold the pipe open; the parent's id is therefore watched too.
Everything that the command starts stays in this process group, and the last act is to kill the group.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys

POLL_SECONDS = 0.1


def main(parent: int, grace: float, command: list[str]) -> int:
    """Returns only when the command cannot be run; otherwise ends by killing its own group."""
    asked_to_end: list[int] = []
    # Handlers, not SIG_IGN, which the command would inherit and then be deaf to SIGTERM.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: asked_to_end.append(received))

    try:
        engine = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    except OSError as error:
        print(f"cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        return 127

    while engine.poll() is None and not asked_to_end and os.getppid() == parent:
        if select.select([sys.stdin], [], [], POLL_SECONDS)[0]:
            break

    os.killpg(os.getpgrp(), signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        engine.wait(grace)
    os.killpg(os.getpgrp(), signal.SIGKILL)
    return 0  # pragma: no cover


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
