"""Each thing that terms can say, as a plain sentence: the one phrase book."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from licet.documents.terms import Disclaimer, Relation, User, Warranty
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.readable import counted, listed, moment, percent, plain, quoted, shortened, span
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use
from licet.types import ZERO_ADDRESS

USES: Final[Mapping[Use, str]] = {
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
"""Each use, in words that follow "may"."""

USERS: Final[Mapping[User, str]] = {
    User.COMMERCIAL: "commercial users",
    User.NON_COMMERCIAL: "non-commercial users",
    User.EDUCATION: "schools and other places of education",
    User.GOVERNMENT: "governments",
    User.PERSONAL: "private persons",
}
"""Each class of users."""

WARRANTIES: Final[Mapping[Warranty, str]] = {
    Warranty.OWNERSHIP: "to own the rights",
    Warranty.AUTHORITY: "to be allowed to license them",
    Warranty.NO_INFRINGEMENT: "that nobody else's rights are infringed",
    Warranty.PRIVACY_CONSENT: "that persons shown or named have agreed",
    Warranty.NO_MALWARE: "that the files hold no harmful software",
}
"""Each warranty, in words that follow "warrants"."""

DISCLAIMERS: Final[Mapping[Disclaimer, str]] = {
    Disclaimer.AS_IS: "The work is licensed as it is.",
    Disclaimer.NO_WARRANTY: "The licensor gives no other warranty.",
    Disclaimer.NO_LIABILITY: "The licensor is not liable for what follows from the use.",
    Disclaimer.NO_INDEMNITY: "The licensor does not pay for claims that others make against the licensee.",
}
"""Each disclaimer, as a sentence."""

_LINKS: Final[Mapping[Relation, str]] = {
    Relation.LICENSE: "Full text of the license",
    Relation.TERMS: "Terms of service that apply besides",
    Relation.CONTACT: "Whom to ask",
    Relation.PROOF: "What shows that the licensor may license this",
}


class Sentences:
    """Writes the sentences on one's terms, by what they are about."""

    def __init__(self, terms: Terms, names: Mapping[str, str] = MappingProxyType({})) -> None:
        """Sentences on these terms.

        Args:
            terms: what is agreed.
            names: what is known by a name: accounts, assets, currencies, by their ids.
        """
        self._terms = terms
        self._document = terms.document
        self._names = names

    def what(self) -> Iterator[str]:
        """What the terms are, of what, by whom, for whom."""
        terms = self._terms
        if self._document.title:
            yield f"These terms are called {quoted(self._document.title)}."
        if terms.targets:
            yield f"They are for {listed(map(self._name, terms.targets))}."
        else:
            yield "They are for what they stand beside."
        if terms.licensor:
            yield f"Licensor: {self._name(terms.licensor)}."
        yield from self.licensee()

    def licensee(self) -> Iterator[str]:
        """To whom it is licensed."""
        if self._terms.licensee:
            yield f"Licensed to {self._name(self._terms.licensee)}."

    def permitted(self) -> Iterator[str]:
        """What is permitted."""
        for use, phrase in USES.items():
            if use & self._document.uses:
                yield f"The licensee may {phrase}."
        if self._document.uses:
            yield "What is not said here is not licensed."
        else:
            yield "Nothing is permitted by these terms."

    def prohibited(self) -> Iterator[str]:
        """What is prohibited."""
        for use, phrase in USES.items():
            if use & self._document.prohibited:
                yield f"It is forbidden to {phrase}."

    def who_and_where(self) -> Iterator[str]:
        """By whom, where and in which models."""
        document = self._document
        if document.users:
            yield f"Only for {listed((USERS[user] for user in document.users), 'and')}."
        if document.excluded_users:
            yield f"Not for {listed((USERS[user] for user in document.excluded_users), 'or')}."
        if document.territories:
            yield f"Only in these countries: {', '.join(document.territories)}."
        if document.excluded_territories:
            yield f"Not in these countries: {', '.join(document.excluded_territories)}."
        if document.models:
            yield f"Only for these AI models: {', '.join(map(quoted, document.models))}."

    def when(self) -> Iterator[str]:
        """When it is sold, and for how long."""
        yield from self.limits_of_sale()
        if self._document.uses and not (self._terms.duration or self._terms.until):
            yield "A license does not end."

    def limits_of_sale(self) -> Iterator[str]:
        """From when to when it is sold and runs, to how many."""
        terms = self._terms
        if terms.start:
            yield f"Licenses are sold from {moment(terms.start)}."
        if terms.end:
            yield f"Licenses are sold until {moment(terms.end)}."
        if terms.duration:
            yield f"A license runs for {span(terms.duration)}."
        if terms.until:
            ends = "This license ends" if terms.licensee else "The permission ends"
            yield f"{ends} at {moment(terms.until)}."
        if terms.supply:
            yield f"At most {counted(terms.supply, 'license')} will be sold."
        if terms.exclusive:
            yield "While a license runs, nobody else is sold one."

    def price(self) -> Iterator[str]:
        """What it costs, and who shares in it."""
        payment = self._terms.payment
        if payment is None:
            yield "The price is not stated."
        elif payment.kind == Kind.FREE:
            yield "It costs nothing."
        yield from self.cost()
        if self._document.payees:
            total = sum(entry.share for entry in self._document.payees)
            yield "The licensor states who shares in the price; the vault that is paid is what binds."
            for entry in self._document.payees:
                payee = f"{entry.name} ({entry.payee})" if entry.name else self._name(entry.payee)
                yield f"{payee} gets {entry.share:,} of {total:,} parts."

    def cost(self) -> Iterator[str]:
        """What has to be paid."""
        payment = self._terms.payment
        if payment is not None and payment.kind != Kind.FREE:
            yield f"It costs {self._amount(payment)}, {_PAID[payment.kind]}{_unit(payment)}."

    def duties(self) -> Iterator[str]:
        """What has to be done."""
        if self._document.attribution:
            yield f"This credit must be given: {quoted(self._document.attribution)}."
        if self._document.retention:
            yield f"Copies must be deleted after {span(self._document.retention)}."
        if within := self._terms.conditions.report_within:
            yield f"Use must be reported at least every {span(within)}, or the license may be revoked."

    def conditions(self) -> Iterator[str]:
        """The rare terms."""
        if self._terms.transferable:
            yield "The licensee may transfer the license."
        if self._terms.conditions.sublicensable:
            yield "The licensee may grant sublicenses, no wider and no longer than this license."
        yield from self.obligations()

    def obligations(self) -> Iterator[str]:
        """Those of the rare terms that give the licensee nothing."""
        said = self._terms.conditions
        if said.royalty_bps:
            share = percent(said.royalty_bps)
            yield f"{share} of the income of works made from the work goes to the licensor's side."
        if said.revenue_ceiling:
            yield (
                "Works made from the work may be licensed until they have earned "
                f"{self._money(said.revenue_ceiling)}."
            )
        if said.approval:
            yield "A work made from the work needs the licensor's signature."
        if said.reciprocal:
            yield "Works made from the work are licensed on the same terms, or not at all."
        if said.revocable:
            yield "The license may be revoked by a ruling."
        yield from self._rare(said)

    def _rare(self, said: Conditions) -> Iterator[str]:
        if said.refund_bps:
            share = percent(said.refund_bps)
            yield f"If it is revoked, {share} of the price for the time not used is paid back."
        if said.resale_bps:
            yield f"At a resale, {percent(said.resale_bps)} is asked for the licensor's side."
        if said.reporter != ZERO_ADDRESS:
            yield f"Use may also be reported by {self._name(said.reporter)}."
        if said.unit_cap:
            yield f"At most {counted(said.unit_cap, 'unit')} will be charged."
        if said.refund_delay:
            yield f"The rest of a deposit is paid back {span(said.refund_delay)} after it is asked for."

    def warranties(self) -> Iterator[str]:
        """What the licensor answers for, and what not."""
        yield from (f"The licensor warrants {WARRANTIES[word]}." for word in self._document.warranties)
        yield from (DISCLAIMERS[word] for word in self._document.disclaimers)

    def more(self) -> Iterator[str]:
        """The licensor's own words, and links."""
        if self._document.text:
            yield f"In the licensor's words: {quoted(self._document.text)}"
        yield from self.links(*Relation)

    def links(self, *relations: Relation) -> Iterator[str]:
        """Links of these relations."""
        for link in self._document.links:
            if link.relation in relations:
                yield f"{_LINKS[link.relation]}: {link.href}"

    def _name(self, identifier: str) -> str:
        name = self._names.get(identifier)
        return identifier if name is None else f"{name} ({shortened(identifier)})"

    def _amount(self, payment: Payment) -> str:
        return f"{plain(payment.text())} {self._name(payment.currency)}"

    def _money(self, units: int) -> str:
        """An amount of the currency that the price is in."""
        payment = self._terms.payment
        if payment is None or not payment.currency:
            return f"{units:,} of the smallest unit of its currency"
        return self._amount(Payment(Kind.SALE, units, payment.currency, payment.decimals))


_PAID: Final[Mapping[Kind, str]] = {
    Kind.SALE: "paid once",
    Kind.SUBSCRIPTION: "paid again for each period that the license runs",
    Kind.METERED: "paid for each ",
}


def _unit(payment: Payment) -> str:
    return payment.unit or "unit of use" if payment.kind == Kind.METERED else ""
