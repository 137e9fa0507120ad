"""The answers of a quote, decided for classes of works at once, in tables.

What is asked for stands in `asked`, each item with its place and class; `works` says what that is. The rest
follows from joins: which claims count (`chosen`), what that makes of each class (`decided`), which offers
would do (`needs`), which of them are taken (`bought`). The number of Python objects is that of the claims and
offers in play, never that of the items.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum, StrEnum
from typing import Any, Final, NamedTuple

from licet.database import Database
from licet.licensee.cover import Choice, choose

NONE: Final = -1
"""Where there is no license, no offer."""

FIRST_NAMED: Final = -2
"""The class of the first asset that was asked for by its id; the others count downwards from there."""


class Status(StrEnum):
    """What stands between an item and its use."""

    LICENSED = "licensed"
    """Nothing: a license of this account permits the uses."""
    ON_OFFER = "on_offer"
    """A purchase."""
    FORBIDDEN = "forbidden"
    """No standing offer sells the uses; there is a `Reason`."""
    UNKNOWN = "unknown"
    """Nobody is known to hold rights in it."""
    CONTESTED = "contested"
    """Several parties claim it: name the claim to trust."""


class Reason(StrEnum):
    """Why an item is forbidden: what comes closest to an offer, in this order."""

    OTHER_CURRENCY = "other_currency"
    """The uses are on offer in another currency only."""
    BY_UNIT = "by_unit"
    """They are on offer by the unit only: nobody knows beforehand what that will cost."""
    NO_OFFER = "no_offer"
    """No standing offer permits all of them."""
    CLAIM_LOST = "claim_lost"
    """The claim has lost a dispute, so that nothing is sold on it."""
    DISTRUSTED = "distrusted"
    """The buyer distrusts whoever claims it."""


REASONS: Final = tuple(Reason)


class Tier(IntEnum):
    """How far a claim is believed: of a work's claims, those of the lowest tier count."""

    TRUSTED = 0
    TRUSTED_LOST = 1
    PLAIN = 2
    LOST = 3
    """It lost a dispute."""
    DISTRUSTED = 4


class ClaimFacts(NamedTuple):
    """What decides about a claim.

    Attributes:
        claim: its number.
        holder: a number for whoever holds its deed.
        tier: how far the buyer believes it.
        lost: whether it lost a dispute.
        license: the number of the license on its asset that permits the uses, of several the last to end;
            or `NONE`.
        until: when that ends, unix seconds; 0 without one.
    """

    claim: int
    holder: int
    tier: Tier
    lost: bool
    license: int
    until: int


class ClaimOffer(NamedTuple):
    """What a claim's asset is on offer for.

    Attributes:
        claim: its number.
        offer: the number of its cheapest offer that would do; or `NONE`.
        reason: why there is none, as an index into `REASONS`; else `NONE`.
    """

    claim: int
    offer: int
    reason: int


class Answer(NamedTuple):
    """The answer for an item; `license` and `offer` are numbers, or `NONE`; `claims` are those that count."""

    status: Status
    reason: Reason | None
    license: int
    offer: int
    claims: list[int]


class Answers:
    """Decides about what is asked for in the table `asked (place INTEGER, content BLOB, class INTEGER)`."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database

    def ask(self, contents: Sequence[bytes | None], named: Mapping[int, int]) -> None:
        """Asks for items, instead of a manifest.

        Args:
            contents: the SHA-256 of each item's work; None for a whole catalogue.
            named: the number of the asset, by the place of an item that was asked for by an asset's id.
        """
        self._database.load(
            "items",
            "place INTEGER, content BLOB, asset INTEGER",
            [(place, content, named.get(place, NONE)) for place, content in enumerate(contents)],
        )
        self._database.run(
            f"""
            CREATE OR REPLACE TABLE asked AS SELECT place, content,
                    CASE WHEN asset = {NONE} THEN class ELSE {FIRST_NAMED} - place END AS class
                FROM items LEFT JOIN classed USING (content);
            DELETE FROM class_claims WHERE class < 0;
            INSERT INTO class_claims SELECT {FIRST_NAMED} - place, asset FROM items WHERE asset <> {NONE};
            """
        )

    def claims(self) -> list[int]:
        """The claims to what is asked for."""
        self._database.run(
            """
            CREATE OR REPLACE TABLE found AS
                SELECT class, count(*) AS items FROM asked WHERE class IS NOT NULL GROUP BY class;
            CREATE OR REPLACE TABLE laid AS SELECT class, claim FROM class_claims JOIN found USING (class);
            """
        )
        return self._database.column("SELECT DISTINCT claim FROM laid ORDER BY claim")

    def decide(self, facts: Iterable[ClaimFacts]) -> None:
        """Finds which claims count, and what is contested or licensed; takes the facts of all claims."""
        self._database.load(
            "facts",
            "claim INTEGER, holder INTEGER, tier TINYINT, lost BOOLEAN, license INTEGER, until BIGINT",
            facts,
        )
        self._database.run(
            f"""
            CREATE OR REPLACE TABLE chosen AS SELECT laid.class, facts.*
                FROM laid JOIN facts USING (claim)
                JOIN (SELECT class, min(tier) AS tier FROM laid JOIN facts USING (claim) GROUP BY class) best
                ON laid.class = best.class AND facts.tier = best.tier;
            CREATE OR REPLACE TABLE decided AS
                SELECT class, arg_max(license, until) AS license,
                    min(holder) <> max(holder) AND min(tier) <> {Tier.DISTRUSTED:d} AS contested,
                    min(tier) = {Tier.DISTRUSTED:d} AND class >= 0 AS distrusted
                FROM chosen GROUP BY class;
            """
        )

    def claims_to_sell(self, *, licensed: bool) -> list[int]:
        """The claims whose offers matter; those to what is licensed already only if asked for."""
        among = "NOT contested AND NOT distrusted"
        among += "" if licensed else f" AND decided.license = {NONE}"
        return self._database.column(
            "SELECT DISTINCT claim FROM chosen JOIN decided USING (class) "
            f"WHERE NOT chosen.lost AND {among} ORDER BY claim"
        )

    def claims_to_buy(self) -> list[int]:
        """The claims to what can be used only by a purchase."""
        return self.claims_to_sell(licensed=False)

    def contested(self) -> list[int]:
        """The claims to what is contested."""
        return self._database.column(
            "SELECT DISTINCT claim FROM laid JOIN decided USING (class) WHERE contested ORDER BY claim"
        )

    def buy(self, offers: Iterable[ClaimOffer], prices: Sequence[int]) -> Choice:
        """Finds what to buy.

        Args:
            offers: of all claims to buy on.
            prices: by the number of each offer; ascending.
        """
        self._database.load("sold", "claim INTEGER, offer INTEGER, reason TINYINT", offers)
        self._database.run(
            f"""
            CREATE OR REPLACE TABLE needs AS
                SELECT class, list_sort(list(DISTINCT offer) FILTER (offer <> {NONE})) AS offers,
                    min(reason) AS reason
                FROM chosen JOIN decided USING (class) JOIN sold USING (claim)
                WHERE NOT contested AND NOT distrusted AND decided.license = {NONE} AND NOT chosen.lost
                GROUP BY class;
            """
        )
        needs = self._database.column("SELECT DISTINCT offers FROM needs WHERE offers IS NOT NULL")
        choice = choose(prices, needs)
        self._database.load("bought", "offer INTEGER", [[offer] for offer in choice.offers])
        self._answer()
        return choice

    def counts(self) -> dict[Status, int]:
        """How many items there are of each status."""
        found = dict(
            self._database.rows(
                "SELECT status, sum(items)::BIGINT FROM found JOIN answers USING (class) GROUP BY status"
            )
        )
        # Whose registration is gone, nobody claims.
        total = self._database.value("SELECT count(*) FROM asked")
        found[Status.UNKNOWN] = total - sum(found.values())
        return {status: found.get(status, 0) for status in Status}

    def all(self) -> list[Answer]:
        """The answer for each item, in their order."""
        rows = self._database.rows(
            """
            SELECT status, reason, license, offer, claims FROM asked LEFT JOIN answers USING (class)
            LEFT JOIN (SELECT class, list(claim ORDER BY claim) AS claims FROM chosen GROUP BY class)
            USING (class) ORDER BY place
            """
        )
        return [_answer(*row) for row in rows]

    def _answer(self) -> None:
        self._database.run(
            f"""
            CREATE OR REPLACE TABLE taken AS
                SELECT class, min(offer) AS offer
                FROM (SELECT class, unnest(offers) AS offer FROM needs) JOIN bought USING (offer)
                GROUP BY class;
            CREATE OR REPLACE TABLE answers AS
                SELECT class, CASE
                        WHEN contested THEN '{Status.CONTESTED}'
                        WHEN distrusted THEN '{Status.FORBIDDEN}'
                        WHEN decided.license <> {NONE} THEN '{Status.LICENSED}'
                        WHEN offer IS NOT NULL THEN '{Status.ON_OFFER}'
                        ELSE '{Status.FORBIDDEN}' END AS status,
                    CASE WHEN status <> '{Status.FORBIDDEN}' THEN NULL
                        WHEN distrusted THEN {REASONS.index(Reason.DISTRUSTED)}
                        ELSE coalesce(reason, {REASONS.index(Reason.CLAIM_LOST)}) END AS reason,
                    CASE WHEN status = '{Status.LICENSED}' THEN decided.license END AS license,
                    offer
                FROM decided LEFT JOIN needs USING (class) LEFT JOIN taken USING (class);
            """
        )


def _answer(status: Any, reason: Any, license_: Any, offer: Any, claims: Any) -> Answer:
    return Answer(
        Status(status or Status.UNKNOWN),
        None if reason is None else REASONS[reason],
        NONE if license_ is None else license_,
        NONE if offer is None else offer,
        claims or [],
    )
