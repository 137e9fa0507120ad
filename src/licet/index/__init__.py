"""The index: all events of a deployment in a database of one's own, proven complete.

Its rooms, from the ground up; each imports from those before it alone:

events     the kinds of events, how their logs are decoded, and whom they name.
tables     tables and views, and what one write adds.
store      the database: an SQLite file, or PostgreSQL.
following  the chain, followed block by block, and back to the fork where it has changed.
money      the money, followed: what vaults and tokens logged of whom the events name.

`reading`, above `store`, gives what an index has; `index` brings one up to date by way of all rooms, and
`export` writes files of what it has.
"""

from licet.index.index import Index
from licet.index.tables.state import IndexState

__all__ = ["Index", "IndexState"]
