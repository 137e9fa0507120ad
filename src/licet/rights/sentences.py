"""Each thing that terms can say, as a plain sentence of a language's phrase book."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from licet.documents.terms import Relation
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.phrases import ENGLISH, PhraseBook
from licet.rights.readable import percent, plain, shortened
from licet.rights.terms import Payment, Terms
from licet.types import ZERO_ADDRESS


class Sentences:
    """Writes the sentences on one's terms, by what they are about."""

    def __init__(
        self,
        terms: Terms,
        names: Mapping[str, str] = MappingProxyType({}),
        book: PhraseBook = ENGLISH,
    ) -> None:
        """Sentences on these terms.

        Args:
            terms: what is agreed.
            names: what is known by a name: accounts, assets, currencies, by their ids.
            book: the phrases of the language.
        """
        self._terms = terms
        self._document = terms.document
        self._names = names
        self._book = book
        self._say = book.say

    def what(self) -> Iterator[str]:
        """What the terms are, of what, by whom, for whom."""
        terms = self._terms
        if self._document.title:
            yield self._say("title", title=self._book.quoted(self._document.title))
        if terms.targets:
            yield self._say("targets", targets=self._book.both(map(self._name, terms.targets)))
        else:
            yield self._say("targets_beside")
        if terms.licensor:
            yield self._say("licensor", licensor=self._name(terms.licensor))
        yield from self.licensee()

    def licensee(self) -> Iterator[str]:
        """To whom it is licensed."""
        if self._terms.licensee:
            yield self._say("licensee", licensee=self._name(self._terms.licensee))

    def permitted(self) -> Iterator[str]:
        """What is permitted."""
        for use, phrase in self._book.uses.items():
            if use & self._document.uses:
                yield self._say("permitted", use=phrase)
        yield self._say("permitted_else" if self._document.uses else "permitted_none")

    def prohibited(self) -> Iterator[str]:
        """What is prohibited."""
        for use, phrase in self._book.uses.items():
            if use & self._document.prohibited:
                yield self._say("prohibited", use=phrase)

    def who_and_where(self) -> Iterator[str]:
        """By whom, where and in which models."""
        document, book = self._document, self._book
        if document.users:
            yield self._say("users", users=book.both(book.users[user] for user in document.users))
        if document.excluded_users:
            excluded = (book.users[user] for user in document.excluded_users)
            yield self._say("excluded_users", users=book.either(excluded))
        if document.territories:
            yield self._say("territories", countries=book.series(document.territories))
        if document.excluded_territories:
            yield self._say("excluded_territories", countries=book.series(document.excluded_territories))
        if document.models:
            yield self._say("models", models=book.series(map(book.quoted, document.models)))

    def when(self) -> Iterator[str]:
        """When it is sold, and for how long."""
        yield from self.limits_of_sale()
        if self._document.uses and not (self._terms.duration or self._terms.until):
            yield self._say("perpetual")

    def limits_of_sale(self) -> Iterator[str]:
        """From when to when it is sold and runs, to how many."""
        terms, book = self._terms, self._book
        if terms.start:
            yield self._say("start", start=book.moment(terms.start))
        if terms.end:
            yield self._say("end", end=book.moment(terms.end))
        if terms.duration:
            yield self._say("duration", span=book.span(terms.duration))
        if terms.until:
            yield self._say("until_license" if terms.licensee else "until", until=book.moment(terms.until))
        if terms.supply:
            yield self._say("supply", licenses=book.counted(terms.supply, "license"))
        if terms.exclusive:
            yield self._say("exclusive")

    def price(self) -> Iterator[str]:
        """What it costs, and who shares in it."""
        payment = self._terms.payment
        if payment is None:
            yield self._say("price_unstated")
        elif payment.kind == Kind.FREE:
            yield self._say("price_free")
        yield from self.cost()
        if self._document.payees:
            total = sum(entry.share for entry in self._document.payees)
            yield self._say("payees")
            for entry in self._document.payees:
                named = self._book.named(entry.name, entry.payee) if entry.name else self._name(entry.payee)
                yield self._say("payee", payee=named, share=entry.share, total=total)

    def cost(self) -> Iterator[str]:
        """What has to be paid."""
        payment = self._terms.payment
        if payment is not None and payment.kind != Kind.FREE:
            unit = payment.unit or self._say("unit")
            paid = self._book.paid[payment.kind].format(unit=unit)
            yield self._say("price", amount=self._amount(payment), paid=paid)

    def duties(self) -> Iterator[str]:
        """What has to be done."""
        if self._document.attribution:
            yield self._say("attribution", credit=self._book.quoted(self._document.attribution))
        if self._document.retention:
            yield self._say("retention", span=self._book.span(self._document.retention))
        if within := self._terms.conditions.report_within:
            yield self._say("report_within", span=self._book.span(within))

    def conditions(self) -> Iterator[str]:
        """The rare terms."""
        if self._terms.transferable:
            yield self._say("transferable")
        if self._terms.conditions.sublicensable:
            yield self._say("sublicensable")
        yield from self.obligations()

    def obligations(self) -> Iterator[str]:
        """Those of the rare terms that give the licensee nothing."""
        said = self._terms.conditions
        if said.royalty_bps:
            yield self._say("royalty", share=percent(said.royalty_bps))
        if said.revenue_ceiling:
            yield self._say("ceiling", amount=self._money(said.revenue_ceiling))
        for name in ("approval", "reciprocal", "revocable"):
            if getattr(said, name):
                yield self._say(name)
        yield from self._rare(said)

    def _rare(self, said: Conditions) -> Iterator[str]:
        book = self._book
        if said.refund_bps:
            yield self._say("refund", share=percent(said.refund_bps))
        if said.resale_bps:
            yield self._say("resale", share=percent(said.resale_bps))
        if said.reporter != ZERO_ADDRESS:
            yield self._say("reporter", reporter=self._name(said.reporter))
        if said.unit_cap:
            yield self._say("unit_cap", units=book.counted(said.unit_cap, "unit"))
        if said.refund_delay:
            yield self._say("refund_delay", span=book.span(said.refund_delay))

    def warranties(self) -> Iterator[str]:
        """What the licensor answers for, and what not."""
        for word in self._document.warranties:
            yield self._say("warranty", warranty=self._book.warranties[word])
        yield from (self._book.disclaimers[word] for word in self._document.disclaimers)

    def more(self) -> Iterator[str]:
        """The licensor's own words, and links."""
        if self._document.text:
            yield self._say("text", text=self._book.quoted(self._document.text))
        yield from self.links(*Relation)

    def links(self, *relations: Relation) -> Iterator[str]:
        """Links of these relations."""
        for link in self._document.links:
            if link.relation in relations:
                yield self._say("link", relation=self._book.links[link.relation], href=link.href)

    def _name(self, identifier: str) -> str:
        name = self._names.get(identifier)
        return identifier if name is None else self._book.named(name, shortened(identifier))

    def _amount(self, payment: Payment) -> str:
        return f"{plain(payment.text())} {self._name(payment.currency)}"

    def _money(self, units: int) -> str:
        """An amount of the currency that the price is in."""
        payment = self._terms.payment
        if payment is None or not payment.currency:
            return self._say("units_of_currency", units=units)
        return self._amount(Payment(Kind.SALE, units, payment.currency, payment.decimals))
