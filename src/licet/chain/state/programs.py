"""Small programs that a node runs in an `eth_call`, each as the code of an address for that call alone.

Nothing of this is ever deployed. No instruction is newer than Constantinople.
"""

from typing import Final

from licet.types import Address

READER: Final = Address("0x" + "4c" * 20)
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
