"""What terms can say, in sentences of several languages, which have the same facts and sentences."""

from licet.rights.phrases.book import PhraseBook
from licet.rights.phrases.chinese import CHINESE
from licet.rights.phrases.english import ENGLISH

__all__ = ["CHINESE", "ENGLISH", "PhraseBook"]
