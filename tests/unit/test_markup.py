"""XML and HTML from strangers: what would take long is refused before it is parsed."""

import time

import pytest

from licet.errors import DocumentInvalid
from licet.rights.syntax.markup import MAX_ATTRIBUTES, MAX_TAGS, parse_html, parse_xml, tags

COUNT = 200_000
MANY = {
    "quoted": " ".join(f'a{n}="1"' for n in range(COUNT)),
    "without space": "".join(f'a{n}="1"' for n in range(COUNT)),
    "without values": " ".join(f"a{n}" for n in range(COUNT)),
    "slashes": "/".join(f"a{n}" for n in range(COUNT)),
    "after an end in quotes": "a=\">\" b='>' " + " ".join(f"a{n}=1" for n in range(COUNT)),
    "after quotes in names": "a' b=\"'>\" " + " ".join(f"a{n}=1" for n in range(COUNT)),
    "after a quote that does not end": "a=' " + " ".join(f"a{n}=1" for n in range(COUNT)),
}


@pytest.mark.parametrize("attributes", MANY.values(), ids=MANY)
def test_a_tag_of_many_attributes_is_refused_at_once(attributes: str) -> None:
    started = time.process_time()
    with pytest.raises(DocumentInvalid, match="too many attributes"):
        parse_html(f"<p><meta {attributes}>".encode())
    with pytest.raises(DocumentInvalid, match="too many attributes"):
        parse_xml(f"<x><meta {attributes}/></x>".encode(), "XMP")
    assert time.process_time() - started < 5


def test_pages_and_documents_of_ordinary_tags_are_read() -> None:
    most = " ".join(f'a{n}="x y / > z"' for n in range(MAX_ATTRIBUTES))
    (meta,) = tags(parse_html(f"<p>1 < 2<meta {most}>".encode()), "meta")
    assert len(meta) == MAX_ATTRIBUTES
    assert len(parse_xml(f"<x {most}/>".encode(), "XMP").attrib) == MAX_ATTRIBUTES
    words = "a " * 10_000
    assert parse_xml(f'<x a="{words}">{words}</x>'.encode(), "XMP").text == words


@pytest.mark.parametrize("page", [b"<p>" * (MAX_TAGS + 1), b"<" * (1 << 20)])
def test_too_many_tags_are_refused(page: bytes) -> None:
    with pytest.raises(DocumentInvalid, match="too many tags"):
        parse_html(page)
    with pytest.raises(DocumentInvalid, match="too many tags"):
        parse_xml(page, "XMP")


def test_a_page_of_nothing_but_large_tags_takes_seconds_at_most() -> None:
    tag = "<p " + " ".join(f"a{n}" for n in range(MAX_ATTRIBUTES)) + ">"
    page = tag * ((4 << 20) // len(tag))
    started = time.process_time()
    assert parse_html(page.encode()) is not None
    assert time.process_time() - started < 20
