"""What figures say beside amounts and accounts; in other languages, whoever shows them brings the words."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language.

    Attributes:
        phrases: by what they are about; `{name}` stands for a fact.
    """

    phrases: Mapping[str, str]

    def say(self, key: str, **facts: object) -> str:
        """A phrase. Of one that counts, `<key>_one` is taken for one.

        Raises:
            KeyError: there is none of this key, or a fact is missing.
        """
        one = self.phrases.get(f"{key}_one") if facts.get("count") == 1 else None
        return (one or self.phrases[key]).format(**facts)


ENGLISH: Final = Words(
    MappingProxyType(
        {
            "no_payment": "No payment was logged yet.",
            "more_tokens": "Of {count:,} more tokens with fewer payments there are tables alone.",
            "more_tokens_one": "Of {count} more token with fewer payments there are tables alone.",
            "no_income": "There was no income.",
            "income": "Income by {period} (UTC) in {token}",
            "income_about": "{title}: sales, renewals, settlements of metered use, and statements that were "
            "released; refunds stay in.",
            "income_column": "income",
            "period.hour": "hour",
            "period.day": "day",
            "period.month": "month",
            "period.year": "year",
            "period.decade": "decade",
            "period.millennium": "millennium",
            "columns": "{count} columns; the table below has the same.",
            "nobody_earned": "Nobody earned anything.",
            "earned": "Who earned what in {token}",
            "earned_about": "{title}: claimed (first colour) and due (second); a vault's share is its own "
            "payees'.",
            "bars": "{count} bars; the payees' table has the same.",
            "bar": "{name}: {claimed} claimed, {due} due",
            "no_flow": "No money moved.",
            "flow": "Flow of {token} from buyers to payees",
            "flow_about": "{title}: buyers, then vaults and deposits, then payees; what is not paid out is "
            "still there.",
            "flows": "{accounts} accounts and {count} flows between them; the table below has the same.",
            "from": "from",
            "to": "to",
            "amount": "amount",
            "plain_payments": "plain payments",
            "unexplained": "not accounted for",
            "left": "still there",
            "others": "{count:,} others",
            "others_one": "{count} other",
            "further": "{count:,} further accounts",
            "further_one": "{count} further account",
            "node": "{kind} {account}",
            "node_of": "{kind} {account} of {name}",
            "names": "{name} and {count} more",
            "account.vault": "vault",
            "account.deposit": "deposit",
            "account.statement": "statement",
            "account.escrow": "escrow",
            "as_table": "The same as a table",
        }
    )
)
"""As the report has them."""
