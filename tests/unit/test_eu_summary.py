"""The licensed part of the EU's summary of training content."""

from dataclasses import replace
from typing import Any

import pytest

from licet.errors import InputError
from licet.rights.eu_summary import LicensedItem, Modality, modalities_of, summary
from licet.rights.uses import Use
from licet.types import Hash32

LICENSEE = "did:web:model.example"
PICTURES = LicensedItem(
    license_id=Hash32("0x" + "11" * 32),
    asset="eip155:1/erc721:0x11/1",
    title="Pictures",
    works=69_202,
    licensor="did:web:ada.example",
    uses=Use.TRAIN_GENERATIVE | Use.MINE,
    since=1_800_000_000,
    until=1_831_536_000,
    modalities=(Modality.IMAGE,),
    licensor_name="Ada",
)
POEM = replace(
    PICTURES,
    license_id=Hash32("0x" + "22" * 32),
    asset="eip155:1/erc721:0x11/2",
    title="",
    works=1,
    since=1_700_000_000,
    until=0,
    modalities=(),
    licensor_name="",
)


def test_two_licenses() -> None:
    found = summary([PICTURES, POEM], LICENSEE, 1_800_086_400)
    assert found.to_json() == {
        "regulation": "(EU) 2024/1689, article 53(1)(d)",
        "section": "2.2.1",
        "licensee": LICENSEE,
        "as_of": 1_800_086_400,
        "agreements_concluded": True,
        "modalities": ["image"],
        "modalities_unknown": 1,
        "works": 69_203,
        "datasets": [
            {
                "license_id": POEM.license_id,
                "asset": POEM.asset,
                "title": "",
                "works": 1,
                "modalities": [],
                "licensor": "did:web:ada.example",
                "licensor_name": None,
                "uses": ["mine", "train-generative"],
                "since": 1_700_000_000,
                "until": None,
                "revoked": False,
            },
            {
                "license_id": PICTURES.license_id,
                "asset": PICTURES.asset,
                "title": "Pictures",
                "works": 69_202,
                "modalities": ["image"],
                "licensor": "did:web:ada.example",
                "licensor_name": "Ada",
                "uses": ["mine", "train-generative"],
                "since": 1_800_000_000,
                "until": 1_831_536_000,
                "revoked": False,
            },
        ],
        "left_out": [],
    }
    lines = found.to_markdown().splitlines()
    assert lines[4:6] == ["- ☒ Yes", "- ☐ No"]
    assert lines[9:14] == ["- ☐ Text", "- ☒ Image", "- ☐ Video", "- ☐ Audio", "- ☐ Other"]
    assert "Of 1 of the datasets below, the modality is not known: state it." in lines
    assert "Datasets under license at 2027-01-16, 69,203 works in all:" in lines
    assert (
        r"| Pictures | 69,202 | image | Ada | mine, train\-generative | 2027\-01\-15 to 2028\-01\-15 | "
        f"{PICTURES.license_id} |"
    ) in lines
    assert (
        r"| eip155:1/erc721:0x11/2 | 1 | not known | did:web:ada\.example | mine, train\-generative | "
        rf"2023\-11\-14 to no end | {POEM.license_id} |"
    ) in lines


def test_an_asset_licensed_twice_counts_once() -> None:
    again = replace(PICTURES, license_id=Hash32("0x" + "33" * 32), revoked=True)
    found = summary([again, PICTURES], LICENSEE, 0)
    assert (found.works, len(found.items)) == (69_202, 2)
    assert [item.revoked for item in found.items] == [False, True]
    assert ", revoked |" in found.to_markdown()


def test_what_is_no_training_or_not_paid_for_is_left_out() -> None:
    found = summary([replace(PICTURES, uses=Use.SEARCH), replace(POEM, paid=False)], LICENSEE, 0)
    assert found.to_json()["agreements_concluded"] is False
    assert [each["reason"] for each in found.to_json()["left_out"]] == [
        "nothing is paid for it",
        "it permits no training",
    ]
    text = found.to_markdown()
    assert "- ☐ Yes\n- ☒ No\n" in text
    reasons = "1 because it permits no training; 1 because nothing is paid for it"
    assert text.endswith(f"\nLicenses that are not listed: {reasons}.\n")
    assert "| Dataset |" not in text


def test_no_licenses() -> None:
    found = summary([], LICENSEE, 0)
    assert found.to_json()["datasets"] == []
    assert found.to_markdown().endswith("- ☐ Yes\n- ☒ No\n")


@pytest.mark.parametrize(
    ("title", "cell"),
    [
        ("a | b\nc", r"a \| b c"),
        ("[x](javascript:1) <b>", r"\[x\]\(javascript:1\) \<b\>"),
        ("\x1b[31m", "\N{REPLACEMENT CHARACTER}\\[31m"),
        ("*_`\\", r"\*\_\`\\"),
    ],
)
def test_no_title_is_markup(title: str, cell: str) -> None:
    text = summary([replace(PICTURES, title=title)], LICENSEE, 0).to_markdown()
    assert f"\n| {cell} | 69,202 |" in text


def test_a_license_of_another_age() -> None:
    assert r"to 36812\-02\-20" in summary([replace(PICTURES, until=(1 << 40) - 2)], LICENSEE, 0).to_markdown()


@pytest.mark.parametrize(
    ("kinds", "modalities"),
    [
        (["image/png", "image/jpeg"], (Modality.IMAGE,)),
        (["audio/mpeg", "text/plain"], (Modality.TEXT, Modality.AUDIO)),
        (["image/png", "application/octet-stream"], ()),
        (["other/x"], ()),
        ([], ()),
    ],
)
def test_modalities_by_media_types(kinds: list[str], modalities: tuple[Modality, ...]) -> None:
    assert modalities_of(kinds) == modalities


@pytest.mark.parametrize("change", [{"works": 0}, {"since": -1}, {"until": -1}])
def test_what_is_no_licensed_item(change: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        replace(PICTURES, **change)
