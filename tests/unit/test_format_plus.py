"""The data mining property of PLUS: prohibitions widely, permissions narrowly."""

from dataclasses import replace

import pytest

from licet.documents import TermsDocument
from licet.documents.terms import Link, Relation
from licet.errors import DocumentInvalid
from licet.rights.formats.xmp.plus import FORMAT
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use
from licet.rights.vocabulary import MACHINE
from tests.unit.formats import check_refused

NONE = Use(0)
TRAINING = Use.TRAIN | Use.TRAIN_GENERATIVE
MINING = Use.MINE | TRAINING | Use.SEARCH
VOCABULARY = "http://ns.useplus.org/ldf/vocab/"


def value_of(of: Terms) -> str:
    data = FORMAT.write([of]).data.decode()
    return data.partition(f"<plus:DataMining>{VOCABULARY}")[2].partition("<")[0]


def packet(inside: str, attributes: str = "", about: str = "") -> bytes:
    return f"""<?xpacket begin="\N{ZERO WIDTH NO-BREAK SPACE}" id="W5M0MpCehiHzreSzNTczkc9d"?>
    <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Image::ExifTool 12.67">
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
     <rdf:Description rdf:about="{about}" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"
       xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" xmlns:dc="http://purl.org/dc/elements/1.1/"
       xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
       xmlns:exif="http://ns.adobe.com/exif/1.0/" {attributes}>{inside}</rdf:Description>
    </rdf:RDF></x:xmpmeta>
    <?xpacket end="w"?>""".encode()


def mining(value: str) -> str:
    return f"<plus:DataMining>{VOCABULARY}{value}</plus:DataMining>"


@pytest.mark.parametrize(
    ("permitted", "prohibited", "value"),
    [
        (NONE, NONE, "DMI-UNSPECIFIED"),
        (Use.TRAIN, NONE, "DMI-UNSPECIFIED"),
        (MINING, NONE, "DMI-ALLOWED"),
        (MACHINE, Use.COMMERCIAL, "DMI-ALLOWED"),
        (MINING, Use.AUGMENT, "DMI-UNSPECIFIED"),
        (NONE, Use.TRAIN_GENERATIVE, "DMI-PROHIBITED-GENAIMLTRAINING"),
        (Use.TRAIN, Use.TRAIN_GENERATIVE, "DMI-PROHIBITED-GENAIMLTRAINING"),
        (Use.SEARCH, TRAINING, "DMI-PROHIBITED-AIMLTRAINING"),
        (NONE, Use.TRAIN, "DMI-PROHIBITED-AIMLTRAINING"),
        (Use.SEARCH, MACHINE & ~Use.SEARCH, "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING"),
        (NONE, MACHINE & ~Use.SEARCH, "DMI-PROHIBITED"),
        (NONE, Use.MINE, "DMI-PROHIBITED"),
        (Use.AUGMENT, Use.MINE, "DMI-UNSPECIFIED"),
        (Use.AUGMENT, Use.MINE | TRAINING, "DMI-PROHIBITED-AIMLTRAINING"),
    ],
)
def test_the_value_that_comes_nearest(permitted: Use, prohibited: Use, value: str) -> None:
    assert value_of(Terms(TermsDocument("", permitted, "", prohibited=prohibited))) == value


def test_a_use_that_costs_something_is_prohibited_but_for_its_words() -> None:
    sold = Terms(
        TermsDocument("Poems", Use.TRAIN, "Ask for more."),
        targets=("https://poems.example/1",),
        payment=Payment(Kind.SALE, 2500, "EUR", 2),
    )
    assert value_of(sold) == "DMI-PROHIBITED-SEECONSTRAINT"
    read = FORMAT.parse(FORMAT.write([sold]).data)
    assert read.terms == (
        Terms(TermsDocument("Poems", NONE, "Ask for more.", prohibited=MACHINE), targets=sold.targets),
    )
    assert "Ask for more.\nIt costs 25 EUR, paid once." in FORMAT.write([sold]).data.decode()


def test_words_credit_and_links_come_back() -> None:
    links = (
        Link(Relation.CONTACT, "mailto:a@b.example"),
        Link(Relation.LICENSE, "https://a.example/l?a=1&b=2"),
    )
    document = TermsDocument(
        "<Título> & ]]>", NONE, "Zwei\nZeilen\r\n", prohibited=MACHINE, attribution="© Ada"
    )
    written = FORMAT.write([Terms(replace(document, links=links))])
    assert written.losses == ()


def test_what_xml_cannot_write_is_announced() -> None:
    document = TermsDocument("\x00\ud800", NONE, "a\x1bb", prohibited=MACHINE, attribution="\uffff")
    written = FORMAT.write([Terms(document, targets=("urn:\x00",))])
    assert {loss.member for loss in written.losses} == {"title", "text", "attribution", "targets"}


@pytest.mark.parametrize(
    ("value", "permitted", "prohibited"),
    [
        ("DMI-UNSPECIFIED", NONE, NONE),
        ("DMI-ALLOWED", MINING, NONE),
        ("DMI-PROHIBITED", NONE, MACHINE),
        ("DMI-PROHIBITED-AIMLTRAINING", NONE, TRAINING),
        ("DMI-PROHIBITED-GENAIMLTRAINING", NONE, Use.TRAIN_GENERATIVE),
        ("DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING", Use.SEARCH, MACHINE & ~Use.SEARCH),
        ("DMI-PROHIBITED-SEECONSTRAINT", NONE, MACHINE),
        ("DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR", NONE, MACHINE),
        ("DMI-PROHIBITED-SEELINKEDRIGHTSEXPR", NONE, MACHINE),
        ("DMI-PROHIBITED-OFALATERVERSION", NONE, MACHINE),
        ("DMI-SOMETHING", NONE, NONE),
    ],
)
def test_all_values_are_read_however_they_are_written(value: str, permitted: Use, prohibited: Use) -> None:
    resource = f'<plus:DataMining rdf:resource="{VOCABULARY}{value}"/>'
    qualified = f"<rdf:Description><rdf:value>{value}</rdf:value></rdf:Description>"
    for data in (
        packet(mining(value)),
        packet("", f'plus:DataMining="{VOCABULARY}{value}"'),
        packet(resource),
        packet(f"<plus:DataMining>{qualified}</plus:DataMining>"),
        packet(mining(value)).decode().encode("utf-16"),
    ):
        read = FORMAT.parse(data)
        assert (read.terms[0].document.uses, read.terms[0].document.prohibited) == (permitted, prohibited)
        uncertain = any(word in value for word in ("-SEE", "LATER", "SOMETHING"))
        assert [loss.member for loss in read.losses] == ["plus:DataMining"] * uncertain


def test_of_two_values_the_prohibition_holds() -> None:
    (found,) = FORMAT.parse(packet(mining("DMI-ALLOWED") + mining("DMI-PROHIBITED-AIMLTRAINING"))).terms
    assert (found.document.uses, found.document.prohibited) == (NONE, TRAINING)
    (found,) = FORMAT.parse(packet(mining("DMI-ALLOWED") + mining("DMI-UNSPECIFIED"))).terms
    assert (found.document.uses, found.document.prohibited) == (NONE, NONE)


def test_what_cannot_be_held_is_named() -> None:
    read = FORMAT.parse(
        packet(
            mining("DMI-PROHIBITED-SEECONSTRAINT")
            + """
            <plus:OtherConstraints><rdf:Alt><rdf:li xml:lang="de">Fragt.</rdf:li>
              <rdf:li xml:lang="x-default">Ask.</rdf:li></rdf:Alt></plus:OtherConstraints>
            <plus:Licensor><rdf:Seq><rdf:li rdf:parseType="Resource">
              <plus:LicensorName>Ada</plus:LicensorName>
              <plus:LicensorURL>not a link</plus:LicensorURL></rdf:li></rdf:Seq></plus:Licensor>
            <xmpRights:Marked>True</xmpRights:Marked><exif:Flash>0</exif:Flash>
            <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">(c)</rdf:li></rdf:Alt></dc:rights>
            <dc:creator><rdf:Seq><rdf:li>Ada</rdf:li></rdf:Seq></dc:creator>
            <Iptc4xmpExt:LinkedEncRightsExpr><rdf:Bag><rdf:li>x</rdf:li></rdf:Bag></Iptc4xmpExt:LinkedEncRightsExpr>
            """,
            about="uuid:1",
        )
    )
    (found,) = read.terms
    assert (found.document.text, found.targets, found.document.links) == ("Ask.", ("uuid:1",), ())
    assert sorted(loss.member for loss in read.losses) == [
        "Iptc4xmpExt:LinkedEncRightsExpr",
        "dc:rights",
        "plus:DataMining",
        "plus:LicensorName",
        "plus:LicensorURL",
        "plus:OtherConstraints",
        "xmpRights:Marked",
    ]


def test_a_packet_of_two_resources_is_refused() -> None:
    one = packet(mining("DMI-ALLOWED"), about="uuid:1").decode()
    start, end = one.index("<rdf:Description"), one.index("</rdf:RDF>")
    both = one[:end] + one[start:end].replace("uuid:1", "uuid:2") + one[end:]
    with pytest.raises(DocumentInvalid, match="2 resources"):
        FORMAT.parse(both.encode())


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30))
HOSTILE = {
    "nothing": b"",
    "no XML": b"<x",
    "another root": b"<html/>",
    "a document type": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + packet(""),
    "an entity": b'<!DOCTYPE x [<!ENTITY a "b">]>' + packet("<dc:title>&a;</dc:title>")[60:],
    "a file": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&a;'
    b"</x:xmpmeta>",
    "a billion laughs": (
        f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]><x:xmpmeta xmlns:x="adobe:ns:meta/" '
        'x:a="&a29;">&a29;</x:xmpmeta>'
    ).encode(),
    "many attributes": packet("", " ".join(f'plus:a{n}="1"' for n in range(200_000))),
    "deep nesting": b"<a>" * 100_000,
    "too much": b"<a>" + b"x" * (100 << 20) + b"</a>",
    "not UTF-8": packet(mining("DMI-ALLOWED")).replace(b"ALLOWED", b"\xff"),
    "no such encoding": b'<?xml version="1.0" encoding="x-none"?><x/>',
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_are_refused(data: bytes) -> None:
    check_refused(FORMAT, data)
