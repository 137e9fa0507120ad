"""`licet license`: quotes, purchases, permissions, and what becomes of a license."""

import click

from licet.cli.licenses import buying, describing, keeping, quoting, showing


@click.group("license")
def command() -> None:
    """Quote, buy, ask, renew, share and end licenses."""


for part in (
    quoting.quote,
    buying.buy,
    buying.authorize,
    buying.submit,
    buying.renew,
    showing.list_,
    showing.show,
    showing.permits,
    keeping.sublicense,
    keeping.transfer,
    keeping.pin,
    keeping.revoke,
    describing.summary,
    describing.export,
):
    command.add_command(part)
