"""RSL documents are found in robots.txt, HTTP fields and pages, and noise leads nowhere."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.errors import DocumentInvalid, InputError
from licet.rights.formats.rsl.discovery import (
    Reference,
    crawlers,
    for_crawler,
    in_link_field,
    in_page,
    in_robots,
    link_element,
    link_field,
    robots_line,
)

URL = "https://press.example/license.xml"
TYPE = 'type="application/rsl+xml"'


@pytest.mark.parametrize("url", [URL, "http://a.example/?a=1&b='2'", "https://a.example/%22;,x"])
def test_what_is_written_is_found(url: str) -> None:
    assert in_robots(robots_line(url).encode()) == (Reference((), url),)
    assert in_link_field(link_field(url)) == (url,)
    assert in_page(f"<head>{link_element(url)}</head>".encode()) == (url,)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/license.xml",
        "ftp://a.example/x",
        "https://a.example/a b",
        "https://a.example/a#b",
        "https:///x",
        "https://a.example/>",
        'https://a.example/"',
        "https://a.example/\n",
        "https://é.example/",
        "https://[",
    ],
)
def test_what_leads_nowhere_is_not_written(url: str) -> None:
    for build in (robots_line, link_field, link_element):
        with pytest.raises(InputError, match="not a URL to be found at"):
            build(url)


def test_groups_of_robots_txt() -> None:
    data = (
        b"License: https://a.example/all.xml\n"
        b"User-agent: OneBot\nUser-agent: TwoBot\nAllow: /\nLICENSE:https://a.example/bots.xml # theirs\n"
        b"\nUser-agent: *\nDisallow: /x\nLicense: license.xml\n"
        b"User-agent: ThreeBot\nAllow: /\n"
    )
    found = in_robots(data)
    assert found == (
        Reference((), "https://a.example/all.xml"),
        Reference(("onebot", "twobot"), "https://a.example/bots.xml"),
    )
    groups = crawlers(data)
    assert for_crawler(found, "TwoBot", groups) == ("https://a.example/bots.xml",)
    assert for_crawler(found, "ThreeBot", groups) == ("https://a.example/all.xml",)
    assert for_crawler(found, "Other", groups) == ("https://a.example/all.xml",)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"<{URL}>; rel=license; {TYPE}", (URL,)),
        (f"<{URL}>;rel='license';{TYPE}", ()),
        (f'<{URL}>; REL="nofollow LICENSE"; TYPE="Application/RSL+XML; charset=utf-8"', (URL,)),
        (
            f'</style.css>; rel=preload, </license.xml>; title="a, <b>; \\"c\\""; rel="license"; {TYPE}',
            (URL,),
        ),
        (f"<{URL}>; rel=license", ()),
        (f"<{URL}>; rel=license; type=text/html", ()),
        (f"<{URL}>; {TYPE}", ()),
        (f"<{URL}>; rel=license; {TYPE}; anchor=/other", ()),
        (f"<{URL}>; rel=next; rel=license; {TYPE}", ()),
        (f"<mailto:a@a.example>; rel=license; {TYPE}, <{URL}>; rel=license; {TYPE}", (URL,)),
        (f"< {URL} > ; rel = license ; {TYPE} , ,", (URL,)),
        ("no link", ()),
        ("", ()),
    ],
)
def test_link_fields(value: str, expected: tuple[str, ...]) -> None:
    assert in_link_field(value, "https://press.example/news/1") == expected


def test_pages() -> None:
    page = f"""<!DOCTYPE html><html><head><base href="/site/"><title>x</title>
        <LINK REL="License" {TYPE} HREF="license.xml"><link rel=license href="/cc"><link rel=license {TYPE}>
        <link rel="license" {TYPE} href=" https://b.example/l.xml "></head>
        <body><!-- <link rel=license {TYPE} href=/commented.xml> --><p>Text</body></html>""".encode()
    assert in_page(page, "https://press.example/a") == (
        "https://press.example/site/license.xml",
        "https://press.example/site/",
        "https://b.example/l.xml",
    )
    assert in_page(page) == ("https://b.example/l.xml",)


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"\0",
        b"\xff\xfe\xff",
        b"<",
        b"<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><link href='&x;'>",
        b"<div>" * 200_000,
        b"<link rel=license type=application/rsl+xml href='//['>",
    ],
)
def test_pages_that_are_none(page: bytes) -> None:
    started = time.process_time()
    assert in_page(page, "https://a.example/") == ()
    assert time.process_time() - started < 10


def test_pages_that_are_too_large() -> None:
    with pytest.raises(DocumentInvalid, match="the most"):
        in_page(bytes(5 << 20))
    with pytest.raises(DocumentInvalid, match="too many attributes"):
        in_page(b"<link " + b"a=b " * 100_000 + b">")


def test_long_fields_cost_little() -> None:
    started = time.process_time()
    for value in (
        "<a>;" * 50_000,
        "<a>" + "; a" * 50_000,
        '<a>; b="' + "\\" * 60_000,
        "<" * 60_000,
        "<a>,," * 20_000,
    ):
        assert in_link_field(value) == ()
    assert time.process_time() - started < 5


@given(text=st.text(max_size=80) | st.text("<>;,=\"\\ relicns'", max_size=60))
def test_noise_leads_nowhere(text: str) -> None:
    in_link_field(text, text)
    in_robots(text.encode("utf-8", "replace"))
    in_page(text.encode("utf-8", "replace"), text)
