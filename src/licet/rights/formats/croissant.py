"""Croissant 1.1 (MLCommons): a licensed asset as a data set's metadata, with its license in ODRL.

A catalogue is described by the very document that was registered: its works are the records of that file,
whose hash stands on chain. So a catalogue of a million works costs no more than one of three. A few works
stand there as files besides, by their hashes: where they are, whoever has the license knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from mimetypes import MimeTypes
from typing import Any, Final

from licet.documents.kinds import Work
from licet.documents.names import ni_uri
from licet.documents.terms import Relation
from licet.errors import InputError
from licet.rights.explain import statement
from licet.rights.syntax.strict_json import write_json
from licet.rights.syntax.xsd import moment
from licet.rights.terms import Terms
from licet.text import plural
from licet.types import Hash32

MAX_FILES: Final = 256
"""Works that are described as files of their own; of more, only the catalogue's document is."""

MEDIA_TYPE: Final = 'application/ld+json; profile="http://mlcommons.org/croissant/1.1"'

_CR: Final = (
    *(
        "annotation",
        "arrayShape",
        "citeAs",
        "column",
        "containedIn",
        "equivalentProperty",
        "excludes",
        "extract",
    ),
    *("field", "fileObject", "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset"),
    *("jsonPath", "key", "md5", "parentField", "path", "readLines", "recordSet", "references", "regex"),
    *("repeated", "replace", "samplingRate", "sdVersion", "separator", "source", "subField", "transform"),
    *("unArchive", "value"),
)
_JSON: Final = {"@type": "@json"}
_CONTEXT: Final[Mapping[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", **_JSON},
    "examples": {"@id": "cr:examples", **_JSON},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
    **{name: f"cr:{name}" for name in _CR},
}
_WORK: Final = "https://schema.org/CreativeWork"
# Python's own list alone: the same on every machine.
_TYPES: Final = MimeTypes()
_UNKNOWN_TYPE: Final = "application/octet-stream"
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DataSet:
    """A registered asset as a data set.

    Attributes:
        asset: its IRI.
        name: for people.
        published: when it was registered, unix seconds.
        creator: the IRI of whoever registered it.
        creator_name: and the name, if known.
        works: all of them; for a single work, that one.
        document: the SHA-256 of a catalogue's document; None for a single work.
        uri: where that document is, an absolute URL.
        terms: the SHA-256 of the rights document.
    """

    asset: str
    name: str
    published: int
    creator: str
    works: tuple[Work, ...]
    terms: Hash32
    document: Hash32 | None = None
    uri: str = ""
    creator_name: str = ""

    def __post_init__(self) -> None:
        if not self.works:
            raise InputError("a data set has at least one work")
        if self.document is None and len(self.works) > 1:
            raise InputError(f"{len(self.works)} works are a catalogue, which has a document")


def croissant(dataset: DataSet, terms: Terms, policy: Mapping[str, Any]) -> bytes:
    """Writes a data set's metadata.

    Args:
        dataset: what is licensed.
        terms: on which terms.
        policy: the same terms as an ODRL offer or agreement: a JSON-LD object whose context stands in it.

    Raises:
        InputError: the policy's context is elsewhere, or a text is not valid Unicode.
    """
    document = terms.document
    metadata: Node = {
        **_head(dataset.name, _description(dataset, terms), dataset.published),
        "url": dataset.uri or dataset.asset,
        "identifier": dataset.asset,
        "creator": _creator(dataset),
        "citeAs": _citation(
            dataset.name, dataset.creator_name or dataset.creator, dataset.published, dataset.asset
        ),
        "license": _licenses(dataset, terms),
        "usageInfo": _usage(policy, document.title),
    }
    if document.attribution:
        metadata["creditText"] = document.attribution
    records = {} if dataset.document is None else {"recordSet": [_records("works", "catalog")]}
    return write_json(metadata | {"distribution": _files(dataset, "catalog")} | records)


@dataclass(frozen=True, slots=True)
class Licensed:
    """A license in a library.

    Attributes:
        dataset: what is licensed.
        terms: on which terms.
        policy: the same as an ODRL agreement, as `croissant` takes it.
    """

    dataset: DataSet
    terms: Terms
    policy: Mapping[str, Any]


def library(licensed: Sequence[Licensed], holder: str, now: int, left_out: int = 0) -> bytes:
    """Writes all that somebody holds licenses of as one data set: a record set for each catalogue.

    Args:
        licensed: the licenses, at least one.
        holder: the IRI of who holds them.
        now: when that was so, unix seconds.
        left_out: how many licenses there are besides, whose documents are not at hand.

    Raises:
        InputError: there is no license; or as `croissant`.
    """
    if not licensed:
        raise InputError(f"{holder} holds no license that runs and whose documents are at hand")
    sets = {each.dataset.asset: each.dataset for each in licensed}.values()
    catalogs = {each.document: each for each in sets if each.document is not None}
    works = sum(len(each.works) for each in sets)
    said = [f"{plural(len(licensed), 'license')}, {plural(works, 'work')}."]
    if left_out:
        said.append(f"{plural(left_out, 'more license')} left out: documents are not at hand.")
    name = f"Licensed works of {holder}"
    files = [file for each in sets for file in _files(each, f"catalog/{(each.document or '')[2:]}")]
    credits_ = dict.fromkeys(each.terms.document.attribution for each in licensed)
    metadata: Node = {
        **_head(name, " ".join(said), now),
        "url": holder,
        "identifier": holder,
        "creator": list({each.creator: _creator(each) for each in sets}.values()),
        "citeAs": _citation(name, holder, now, holder),
        "license": list(
            dict.fromkeys(uri for each in licensed for uri in _licenses(each.dataset, each.terms))
        ),
        "usageInfo": [_usage(each.policy, each.terms.document.title) for each in licensed],
        "distribution": list({file["@id"]: file for file in files}.values()),
    }
    if any(credits_):
        metadata["creditText"] = "; ".join(filter(None, credits_))
    records = [_records(f"works/{hash_[2:]}", f"catalog/{hash_[2:]}") for hash_ in catalogs]
    return write_json(metadata | ({"recordSet": records} if records else {}))


def _head(name: str, description: str, published: int) -> Node:
    return {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": name,
        "description": description,
        "version": "1.0.0",
        "datePublished": moment(published).partition("T")[0],
    }


def _creator(dataset: DataSet) -> Node:
    name = dataset.creator_name or dataset.creator
    return {"@type": "Organization", "name": name, "url": dataset.creator}


def _licenses(dataset: DataSet, terms: Terms) -> list[str]:
    links = [link.href for link in terms.document.links if link.relation == Relation.LICENSE]
    return links or [ni_uri(dataset.terms)]


def _files(dataset: DataSet, catalog: str) -> list[Node]:
    """The files of a data set; a catalogue's document first, by its id."""
    if dataset.document is None:
        return [_file(dataset.works[0])]
    few = dataset.works if len(dataset.works) <= MAX_FILES else ()
    return [_catalog(dataset, dataset.document, catalog), *map(_file, few)]


def media_type(name: str) -> str:
    """The media type of a work, as far as the ending of its name tells."""
    return _TYPES.guess_type(name, strict=True)[0] or _UNKNOWN_TYPE


def _description(dataset: DataSet, terms: Terms) -> str:
    count = len(dataset.works)
    works = "1 work" if count == 1 else f"{count:,} works"
    return " ".join([f"{works}, licensed.", *statement(terms.document)])


def _usage(policy: Mapping[str, Any], title: str) -> Node:
    """The policy in a data set: nothing of the data set's own context means anything in it.

    Its identifier is its node's; what it says of itself by that name would lead mlcroissant in a circle.
    """
    own = policy.get("@context")
    if not isinstance(own, Mapping):
        raise InputError("the policy's context must stand in it: whoever reads the data set fetches none")
    kinds = policy.get("@type", [])
    usage = {
        **{key: value for key, value in policy.items() if key != "uid" or "@id" not in policy},
        "@context": [None, dict(own)],
        "@type": [*([kinds] if isinstance(kinds, str) else kinds), _WORK],
    }
    return usage | ({"https://schema.org/name": title} if title else {})


def _citation(name: str, creator: str, published: int, note: str) -> str:
    """A data set in BibTeX."""
    year = moment(published).partition("-")[0]
    return (
        f"@misc{{licet, title = {{{_bibtex(name)}}}, author = {{{_bibtex(creator)}}}, "
        f"year = {{{year}}}, note = {{{_bibtex(note)}}}}}"
    )


def _bibtex(text: str) -> str:
    """Text that cannot end the braces it stands in."""
    return "".join(" " if c in "{}\\" else c for c in text)


def _catalog(dataset: DataSet, document: Hash32, id_: str) -> Node:
    return {
        "@type": "cr:FileObject",
        "@id": id_,
        "name": f"{document[2:]}.json",
        "description": "The works of the catalogue by their SHA-256, as they were registered.",
        "contentUrl": dataset.uri or ni_uri(document),
        "encodingFormat": "application/json",
        "sha256": document[2:],
    }


def _file(work: Work) -> Node:
    return {
        "@type": "cr:FileObject",
        "@id": f"work/{work.sha256[2:]}",
        "name": work.id,
        "contentUrl": ni_uri(work.sha256),
        "encodingFormat": media_type(work.id),
        "sha256": work.sha256[2:],
    }


def _records(id_: str, catalog: str) -> Node:
    fields = {"id": "The catalogue's id of the work.", "sha256": "The SHA-256 of the work's bytes."}
    return {
        "@type": "cr:RecordSet",
        "@id": id_,
        "name": id_,
        "description": "The works that are licensed.",
        "key": {"@id": f"{id_}/sha256"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{id_}/{name}",
                "name": name,
                "description": meaning,
                "dataType": "sc:Text",
                "source": {
                    "fileObject": {"@id": catalog},
                    "extract": {"jsonPath": f"$.works[*].{name}"},
                },
            }
            for name, meaning in fields.items()
        ],
    }
