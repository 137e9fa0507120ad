"""What a command raises whose exit code is an answer, and who has none."""

from licet.errors import LicetError


class UndecidedError(LicetError):
    """There is no answer: the node, an address or an id is of no use. 1 would be taken for the answer no."""

    exit_code = 2
