"""Small programs that a node runs in an `eth_call`, each as the code of an address for that call alone.

Nothing of this is ever deployed. No instruction is newer than Constantinople.
"""

from typing import Final

READER: Final = "0x" + "4c" * 20
"""Where they run: an address that nobody has a key for."""


def _over_words(opcode: str) -> str:
    """Replaces each word of the call's data by what an instruction makes of it."""
    return (
        "6000"  # i = 0
        "5b368110600d57"  # while i < size of the data …
        "366000f3"  # … else return all
        f"5b8035{opcode}8152"  # memory[i] = opcode(data[i])
        "602001600256"  # i += 32
    )


SLOADS: Final = _over_words("54")
"""As the code of a contract: the words in the slots that the data names."""
BALANCES: Final = _over_words("31")
"""The native balances of the addresses that the data names."""
CODE_HASHES: Final = _over_words("3f")
"""The hashes of their codes; zero for an address that the state does not have."""

FORWARD: Final = (
    "60006000"  # out = in = 0
    "5b36811060105750"  # while in < size of the data …
    "6000f3"  # … else return memory[:out]
    "5b8060200135"  # size = data[in + 32]
    "80826040018437"  # memory[out:] = data[in + 64:][:size]
    "808382818635"  # in and out, and the address
    "5afa3d82141615"  # call it in place; does it answer as much as it was given?
    "603d57"
    "90810160400191019060045660405b60006000fd"
)


"""Calls each contract of the data (address, size, words) and gives what they answered, one after another."""
