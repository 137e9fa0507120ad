"""Terms in English."""

from types import MappingProxyType
from typing import Final

from licet.documents.terms import Disclaimer, Relation, User, Warranty
from licet.rights.offer import Kind
from licet.rights.phrases.book import PhraseBook
from licet.rights.readable import counted, listed, moment, quoted, span
from licet.rights.uses import Use

ENGLISH: Final = PhraseBook(
    uses=MappingProxyType(
        {
            Use.MINE: "find patterns and statistics in the work by machine",
            Use.TRAIN: "train AI models that do not generate content",
            Use.TRAIN_GENERATIVE: "train AI models that generate content",
            Use.AUGMENT: "give the work to a trained AI model as input, for answers or retrieval",
            Use.INDEX: "put the work into an index that AI retrieves from",
            Use.SEARCH: "show links to the work and excerpts of it in search results",
            Use.REDISTRIBUTE: "pass copies of the work on",
            Use.DERIVE: "make new works from the work",
            Use.DISPLAY: "show the work in public",
            Use.COMMERCIAL: "use the work commercially",
        }
    ),
    users=MappingProxyType(
        {
            User.COMMERCIAL: "commercial users",
            User.NON_COMMERCIAL: "non-commercial users",
            User.EDUCATION: "schools and other places of education",
            User.GOVERNMENT: "governments",
            User.PERSONAL: "private persons",
        }
    ),
    warranties=MappingProxyType(
        {
            Warranty.OWNERSHIP: "to own the rights",
            Warranty.AUTHORITY: "to be allowed to license them",
            Warranty.NO_INFRINGEMENT: "that nobody else's rights are infringed",
            Warranty.PRIVACY_CONSENT: "that persons shown or named have agreed",
            Warranty.NO_MALWARE: "that the files hold no harmful software",
        }
    ),
    disclaimers=MappingProxyType(
        {
            Disclaimer.AS_IS: "The work is licensed as it is.",
            Disclaimer.NO_WARRANTY: "The licensor gives no other warranty.",
            Disclaimer.NO_LIABILITY: "The licensor is not liable for what follows from the use.",
            Disclaimer.NO_INDEMNITY: "The licensor does not pay for claims that others make against the "
            "licensee.",
        }
    ),
    links=MappingProxyType(
        {
            Relation.LICENSE: "Full text of the license",
            Relation.TERMS: "Terms of service that apply besides",
            Relation.CONTACT: "Whom to ask",
            Relation.PROOF: "What shows that the licensor may license this",
        }
    ),
    paid=MappingProxyType(
        {
            Kind.SALE: "paid once",
            Kind.SUBSCRIPTION: "paid again for each period that the license runs",
            Kind.METERED: "paid for each {unit}",
        }
    ),
    sections=MappingProxyType(
        {
            "what": "What",
            "permitted": "Permitted",
            "prohibited": "Prohibited",
            "who_and_where": "Who and where",
            "when": "When",
            "price": "Price",
            "duties": "Duties",
            "conditions": "Conditions",
            "warranties": "Warranties",
            "more": "More",
        }
    ),
    sentences=MappingProxyType(
        {
            "title": "These terms are called {title}.",
            "targets": "They are for {targets}.",
            "targets_beside": "They are for what they stand beside.",
            "licensor": "Licensor: {licensor}.",
            "licensee": "Licensed to {licensee}.",
            "permitted": "The licensee may {use}.",
            "permitted_else": "What is not said here is not licensed.",
            "permitted_none": "Nothing is permitted by these terms.",
            "prohibited": "It is forbidden to {use}.",
            "users": "Only for {users}.",
            "excluded_users": "Not for {users}.",
            "territories": "Only in these countries: {countries}.",
            "excluded_territories": "Not in these countries: {countries}.",
            "models": "Only for these AI models: {models}.",
            "perpetual": "A license does not end.",
            "start": "Licenses are sold from {start}.",
            "end": "Licenses are sold until {end}.",
            "duration": "A license runs for {span}.",
            "until_license": "This license ends at {until}.",
            "until": "The permission ends at {until}.",
            "supply": "At most {licenses} will be sold.",
            "exclusive": "While a license runs, nobody else is sold one.",
            "price_unstated": "The price is not stated.",
            "price_free": "It costs nothing.",
            "price": "It costs {amount}, {paid}.",
            "unit": "unit of use",
            "payees": "The licensor states who shares in the price; the vault that is paid is what binds.",
            "payee": "{payee} gets {share:,} of {total:,} parts.",
            "attribution": "This credit must be given: {credit}.",
            "retention": "Copies must be deleted after {span}.",
            "report_within": "Use must be reported at least every {span}, or the license may be revoked.",
            "transferable": "The licensee may transfer the license.",
            "sublicensable": "The licensee may grant sublicenses, no wider and no longer than this license.",
            "royalty": "{share} of the income of works made from the work goes to the licensor's side.",
            "ceiling": "Works made from the work may be licensed until they have earned {amount}.",
            "approval": "A work made from the work needs the licensor's signature.",
            "reciprocal": "Works made from the work are licensed on the same terms, or not at all.",
            "revocable": "The license may be revoked by a ruling.",
            "refund": "If it is revoked, {share} of the price for the time not used is paid back.",
            "resale": "At a resale, {share} is asked for the licensor's side.",
            "reporter": "Use may also be reported by {reporter}.",
            "unit_cap": "At most {units} will be charged.",
            "refund_delay": "The rest of a deposit is paid back {span} after it is asked for.",
            "warranty": "The licensor warrants {warranty}.",
            "text": "In the licensor's words: {text}",
            "link": "{relation}: {href}",
            "units_of_currency": "{units:,} of the smallest unit of its currency",
        }
    ),
    span=span,
    moment=moment,
    counted=counted,
    both=lambda parts: listed(parts, "and"),
    either=lambda parts: listed(parts, "or"),
    series=", ".join,
    quoted=quoted,
    named=lambda name, id_: f"{name} ({id_})",
)
"""The phrases that every other language translates."""
