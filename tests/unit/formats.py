"""What every format must hold, whatever it writes: for the tests of each."""

import pytest

from licet.errors import DocumentInvalid
from licet.rights.formats.base import MAX_BYTES, Format
from licet.rights.terms import Terms, differences, members

# JSON that no reader may take, nor choke on.
HOSTILE_JSON = {
    "nothing": b"",
    "no JSON": b"{",
    "not UTF-8": b'{"a": "\xff"}',
    "one key twice": b'{"label": "cawg.training-mining", "label": "cawg.training-mining", "data": {}}',
    "half a character": b'{"label": "\\ud800"}',
    "half a character in a list": b'["\\udfff"]',
    "a huge number": b'{"a": 1' + b"0" * 100_000 + b"}",
    "a huge exponent": b'{"a": 1e999999999999999999999}',
    "a large exponent": b'{"a": 1e999999}',
    "no number": b'{"a": NaN}',
    "deep nesting": b"[" * 1_000_000 + b"]" * 1_000_000,
    "a list": b"[]",
    "a word": b'"word"',
    "too much": b'{"a": "' + b"x" * (100 << 20) + b'"}',
}


def check_written(form: Format, terms: Terms) -> None:
    """Written terms come back but for what was announced; no more is permitted; every loss has a reason."""
    written = form.write([terms])
    announced = {loss.member for loss in written.losses}
    if form.read is None:
        said = {name for name in members(terms) if {name, name.partition(".")[0]} & form.says}
        assert announced == set(members(terms)) - said
    else:
        assert form.sniff(written.data)
        (back,) = form.parse(written.data).terms
        assert not back.document.uses & ~terms.document.uses
        assert announced == differences(terms, back)
    for loss in written.losses:
        first = loss.member.partition(".")[0]
        assert loss.reason in (form.reasons.get(loss.member), form.reasons.get(first)), loss


def check_refused(form: Format, data: bytes) -> None:
    """A hostile document is refused in one line, and sniffing at it raises nothing."""
    form.sniff(data)
    with pytest.raises(DocumentInvalid) as caught:
        form.parse(data)
    assert len(str(caught.value)) < 1000
    assert len(data) <= MAX_BYTES or "bytes" in str(caught.value)
