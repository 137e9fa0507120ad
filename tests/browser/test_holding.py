"""What is done after a sale, on pages: claiming what is due, renewing a license, paying into its deposit."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from licet.chain.compiled.artifacts import artifact
from licet.cli.records import read_records
from licet.documents import OfferDocument, PayeeShare, SplitDocument, TermsDocument, file_name, sha256
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights_holder import Price, Registered
from licet.types import ZERO_HASH, Address, Hash32, hash32
from tests.browser.conftest import Visit, silence
from tests.browser.wallet import TestWallet
from tests.integration.conftest import DAY, DOLLAR, Network, Offering, Party

pytestmark = pytest.mark.integration

PRICE = 25 * DOLLAR
FACTORY = artifact("RoyaltyVaultFactory").abi
KEEPS = "0x60003560e01c6370a082311460145760006000fd5b6305f5e10060005260206000f3"
"""A token's code: everybody has 100 units, and nobody gets one; whatever else is asked is refused."""


def says(page: Page, text: str) -> None:
    expect(page.locator("main .status:not(:empty)")).to_contain_text(text)


@pytest.fixture
def cautious(licensee: Party, mock: Callable[..., Address]) -> Address:
    """A currency without permits, which wants an older allowance set to nothing; the licensee has some."""
    token = mock("CautiousToken")
    licensee.chain.send(artifact("TestDollar").abi, token, "mint", licensee.address, 9 * PRICE)
    return token


# Claiming.


@pytest.fixture
def sold(licensee: Party, signed_offer: OfferDocument) -> None:
    """A license for 25 dollars, of which the artist is due three quarters."""
    licensee.receive_dollars(PRICE)
    licensee.buys.buy(signed_offer)


def test_all_that_is_due_by_one_click(
    visit: Visit,
    wallet: TestWallet,
    sold: None,
    licensor: Party,
    licensee: Party,
    artist: Party,
    asset: Registered,
    price: Price,
    terms: TermsDocument,
    dollar: Address,
) -> None:
    second = licensor.sells.publish_split(SplitDocument.of([PayeeShare(artist.address, 1)]))
    licensee.receive_dollars(PRICE)
    licensee.buys.buy(licensor.sells.offer(asset.asset_id, second.vault, price, terms))
    page = visit(f"/accounts/{artist.address}")
    expect(page.locator("[data-claim] .price")).to_have_text("43.75 TUSD are due, from 2 vaults.")
    page.get_by_role("button", name="Claim").click()
    says(page, "Claimed.")
    assert wallet.kinds == ["connect", "send"]
    assert wallet.prompts[1].function == "claim"
    assert artist.dollars == PRICE * 3 // 4 + PRICE
    expect(page.locator("[data-claim] .price")).to_have_text("Nothing is due.")
    expect(page.get_by_role("button", name="Claim")).to_be_disabled()


def test_all_currencies_and_more_vaults_than_a_transaction_holds(
    visit: Visit,
    wallet: TestWallet,
    network: Network,
    sold: None,
    licensor: Party,
    stranger: Party,
    dollar: Address,
) -> None:
    """One click, several transactions, also where the page is left between them; no token keeps another."""
    split = SplitDocument.of([PayeeShare(stranger.address, 1)])
    root = split.tree().root
    vaults = licensor.contracts.vaults
    salts = [hash32(number.to_bytes(32)) for number in range(61)]
    addresses = [vaults.vault_of(root, salt) for salt in salts]
    network.rpc("evm_setAutomine", False)
    for salt in salts:
        payees = [(stranger.address, 1)]
        data = FACTORY.encode_call("publish", [root, salt, ZERO_HASH, "", payees])
        call = {
            "from": licensor.address,
            "to": vaults.address,
            "data": "0x" + data.hex(),
            "gas": hex(200_000),
        }
        network.rpc("eth_sendTransaction", call)
    network.rpc("evm_mine")
    network.rpc("evm_setAutomine", True)
    for vault in addresses[1:]:
        network.rpc("anvil_setBalance", vault, hex(10**15))
    licensor.receive_dollars(2 * PRICE)
    licensor.dollar.transfer(addresses[0], PRICE)
    page = visit(f"/accounts/{stranger.address}")
    due = page.locator("[data-claim] .price")
    claim = page.get_by_role("button", name="Claim")
    expect(due).to_have_text(["0.06 ETH are due, from 60 vaults.", "25.00 TUSD are due, from one vault."])

    network.rpc("evm_setAutomine", False)
    claim.click()
    says(page, "Sent.")
    page.reload()
    says(page, "Sent.")
    network.rpc("evm_mine")
    network.rpc("evm_setAutomine", True)
    says(page, "Claimed. That was transaction 1 of 2")
    expect(due).to_have_text(["25.00 TUSD are due, from one vault."])
    claim.click()
    expect(due).to_have_text(["Nothing is due."])
    assert wallet.kinds == ["connect", "send", "send"]
    assert [len(prompt.shows["arguments"][0]) for prompt in wallet.prompts[1:]] == [60, 1]
    assert stranger.dollars == PRICE

    # A token that refuses all of a sudden, while the server still says that it would pay.
    network.rpc("anvil_setBalance", addresses[1], hex(10**15))
    licensor.dollar.transfer(addresses[0], PRICE)
    page.reload()
    expect(due).to_have_count(2)
    asked = f"{page.url.replace('/accounts', '/api/accounts')}/claims?token={dollar}&limit=100"
    before = page.request.get(asked).text()
    network.rpc("anvil_setCode", dollar, KEEPS)
    page.route(
        lambda url: f"token={dollar}" in url,
        lambda route: route.fulfill(body=before, content_type="application/json"),
    )
    claim.click()
    says(page, "Claimed, but for TUSD: the token refuses.")
    assert len(wallet.prompts[-1].shows["arguments"][0]) == 1
    page.unroute_all()
    page.reload()
    expect(due).to_have_text(["TUSD does not let all that is due be paid now."])


def test_what_somebody_else_claimed_meanwhile(
    visit: Visit,
    wallet: TestWallet,
    sold: None,
    stranger: Party,
    artist: Party,
    split: SplitDocument,
    dollar: Address,
) -> None:
    page = visit(f"/accounts/{artist.address}")
    expect(page.get_by_role("button", name="Claim")).to_be_enabled()
    stranger.sells.collect([split], dollar, artist.address)
    page.get_by_role("button", name="Claim").click()
    says(page, "Nothing was sent: nothing is due any more.")
    assert wallet.kinds == ["connect"]


# Renewing.


@pytest.fixture
def subscription(
    licensor: Party, licensee: Party, asset: Registered, price: Price, offering: Offering
) -> Hash32:
    """A subscription of the licensee's, by 25 dollars for 30 days."""
    licensee.receive_dollars(3 * PRICE)
    offer = offering(licensor, asset.asset_id, replace(price, kind=Kind.SUBSCRIPTION))
    return licensee.buys.buy(offer).license_id


def test_a_renewal_is_one_signature_and_one_transaction(
    visit: Visit, wallet: TestWallet, licensee: Party, subscription: Hash32
) -> None:
    before = licensee.contracts.licenses.license(subscription).expires
    page = visit(f"/licenses/{subscription}")
    expect(page.locator("[data-license] .price")).to_have_text("25.00 TUSD for 30 days more")
    page.get_by_role("button", name="Renew").click()
    says(page, "Renewed.")
    assert wallet.kinds == ["connect", "sign", "send"]
    assert wallet.prompts[1].shows["message"]["value"] == str(PRICE)
    assert wallet.prompts[2].function == "permitFirst"
    assert licensee.dollar.allowance(licensee.address, licensee.network.deployment.license_token) == 0
    assert licensee.contracts.licenses.license(subscription).expires == before + 30 * DAY


def test_a_renewal_within_the_allowance_is_one_prompt(
    visit: Visit, wallet: TestWallet, licensee: Party, subscription: Hash32
) -> None:
    licensee.dollar.approve(licensee.network.deployment.license_token, PRICE)
    page = visit(f"/licenses/{subscription}")
    page.get_by_role("button", name="Renew").click()
    says(page, "Renewed.")
    assert wallet.kinds == ["connect", "send"]


def test_a_renewal_declined_after_its_allowance(
    visit: Visit,
    wallet: TestWallet,
    licensor: Party,
    licensee: Party,
    asset: Registered,
    offering: Offering,
    cautious: Address,
) -> None:
    price = Price(cautious, PRICE, kind=Kind.SUBSCRIPTION, duration=30 * DAY)
    subscription = licensee.buys.buy(offering(licensor, asset.asset_id, price)).license_id
    page = visit(f"/licenses/{subscription}")
    wallet.answer = lambda prompt: (
        {"error": {"code": 4001, "message": "no"}} if prompt.shows.get("function") == "renew" else None
    )
    page.get_by_role("button", name="Renew").click()
    says(page, "You declined. Nothing was sent. What you allowed before stays allowed")
    wallet.answer = lambda prompt: None
    page.get_by_role("button", name="Renew").click()
    says(page, "Renewed.")
    assert [prompt.shows.get("function") for prompt in wallet.prompts] == [None, "approve", "renew", "renew"]


def test_a_revoked_offer_renews_nothing(
    visit: Visit, wallet: TestWallet, licensor: Party, asset: Registered, subscription: Hash32
) -> None:
    page = visit(f"/licenses/{subscription}")
    licensor.sells.cancel_offers(asset.asset_id)
    page.get_by_role("button", name="Renew").click()
    says(page, "ask the holder for a new offer")
    assert wallet.kinds == ["connect"]


# Deposits.


@pytest.fixture
def metered(
    licensor: Party, licensee: Party, asset: Registered, dollar: Address, offering: Offering
) -> Hash32:
    """A license of the licensee's that is paid by the unit, with nothing in its deposit."""
    licensee.receive_dollars(3 * PRICE)
    offer = offering(licensor, asset.asset_id, Price(dollar, 1000, kind=Kind.METERED))
    return licensee.buys.buy(offer).license_id


def test_a_first_deposit_opens_the_account(
    visit: Visit, wallet: TestWallet, licensee: Party, metered: Hash32, dollar: Address
) -> None:
    page = visit(f"/licenses/{metered}")
    page.get_by_label("Deposit in TUSD").fill("12.5")
    page.get_by_role("button", name="Pay in").click()
    says(page, "Deposited.")
    assert [prompt.shows.get("function") for prompt in wallet.prompts] == [None, None, "permitFirst"]
    assert wallet.kinds == ["connect", "sign", "send"]
    assert licensee.contracts.usage.account(metered).closes_at == (1 << 40) - 1
    assert licensee.dollars == 3 * PRICE - 12_500_000


def test_a_later_deposit_is_a_plain_transfer(
    visit: Visit, wallet: TestWallet, licensee: Party, metered: Hash32
) -> None:
    licensee.buys.deposit(metered, DOLLAR)
    page = visit(f"/licenses/{metered}")
    page.get_by_label("Deposit in TUSD").fill("2")
    page.get_by_role("button", name="Pay in").click()
    says(page, "Deposited.")
    assert [prompt.shows.get("function") for prompt in wallet.prompts] == [None, "transfer"]
    assert licensee.dollars == 3 * PRICE - 3 * DOLLAR


def test_an_account_is_closed_and_its_rest_withdrawn(
    visit: Visit,
    wallet: TestWallet,
    licensor: Party,
    licensee: Party,
    asset: Registered,
    dollar: Address,
    offering: Offering,
    network: Network,
) -> None:
    licensee.receive_dollars(5 * DOLLAR)
    price = Price(dollar, 1000, kind=Kind.METERED, conditions=Conditions(refund_delay=DAY, unit_cap=4_000))
    license_id = licensee.buys.buy(offering(licensor, asset.asset_id, price)).license_id
    licensee.buys.deposit(license_id, 5 * DOLLAR)
    page = visit(f"/licenses/{license_id}")
    account = page.locator("section:has(#account)")
    for words in ("open", "5.00 TUSD", "5,000 · 0.001 TUSD each unit used", "4,000", "paid in 5.00 TUSD"):
        expect(account).to_contain_text(words)
    expect(account).to_contain_text("Paid in 5.00 TUSD, settled 0.00 TUSD, withdrawn 0.00 TUSD.")
    page.get_by_role("button", name="Connect a wallet").click()
    page.get_by_text("Close the account").first.click()
    page.get_by_role("button", name="Close the account").click()
    rest = page.locator("[data-license] .price")
    expect(rest).to_contain_text("5.00 TUSD are left, to be withdrawn from")
    expect(page.get_by_role("button", name="Withdraw")).to_be_disabled()
    expect(page.get_by_role("button", name="Pay in")).to_be_hidden()
    network.travel(2 * DAY)
    page = visit(f"/licenses/{license_id}")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator("[data-license] .price")).to_have_text(
        "The account is closed, and nothing is left in it."
    )
    assert [prompt.shows.get("function") for prompt in wallet.prompts] == [None, "close", "withdraw"]
    assert licensee.dollars == 5 * DOLLAR
    expect(visit(f"/licenses/{license_id}").locator("section:has(#account)")).to_contain_text(
        "withdrawn 5.00 TUSD"
    )


def test_a_currency_that_wants_an_older_allowance_gone_first(
    visit: Visit,
    wallet: TestWallet,
    licensor: Party,
    licensee: Party,
    asset: Registered,
    offering: Offering,
    cautious: Address,
    network: Network,
) -> None:
    """As USDT does."""
    ledger, dollar = network.deployment.usage_ledger, artifact("TestDollar").abi
    licensee.chain.send(dollar, cautious, "approve", ledger, 1)
    price = Price(cautious, 1000, kind=Kind.METERED)
    license_id = licensee.buys.buy(offering(licensor, asset.asset_id, price)).license_id
    page = visit(f"/licenses/{license_id}")
    page.get_by_label("Deposit in CAUT").fill("4")
    page.get_by_role("button", name="Pay in").click()
    says(page, "Deposited.")
    assert [prompt.shows.get("function") for prompt in wallet.prompts] == [
        None,
        "approve",
        "approve",
        "deposit",
    ]
    assert [prompt.shows["arguments"][1] for prompt in wallet.prompts[1:3]] == [0, 4 * DOLLAR]


# Use.


def test_a_csv_of_records_is_the_log_that_python_makes(
    visit: Visit, wallet: TestWallet, licensee: Party, metered: Hash32, tmp_path: Path
) -> None:
    work = "0x" + "ab" * 32
    csv = tmp_path / "june.csv"
    csv.write_text(
        "uses,from,until,units,work,reference\n"
        "index|ai-training,2026-06-01,2026-06-01,3,,\n"
        f'search,2026-06-02T08:00,,,{work},"one, ""two"""\n'
        "mine,1780531200,2026-06-30T10:00:01+02:00,7,,é 年\n"
    )
    page = visit(f"/licenses/{metered}")
    page.get_by_role("button", name="Connect a wallet").click()
    page.get_by_text("Report use").click()
    page.get_by_label("Records of use (CSV)").set_input_files(csv)
    page.get_by_role("button", name="Report", exact=True).click()
    says(page, "Reported.")
    with page.expect_download() as download:
        page.get_by_role("link", name="The log of its 3 records: keep it").click()
    expected = read_records(csv, licensee.contracts, metered, None, None)
    assert download.value.path().read_bytes() == expected.to_bytes()
    assert download.value.suggested_filename == file_name(sha256(expected.to_bytes()))
    assert wallet.prompts[-1].shows["arguments"] == (
        metered,
        expected.root,
        3,
        expected.since,
        expected.until,
    )
    page = visit(f"/licenses/{metered}")
    expect(page.locator("main")).to_contain_text("Use was reported in 3 records, until 2026-06-30 08:00 UTC")
    page.get_by_text("Report use").click()
    page.get_by_label("Records of use (CSV)").set_input_files(csv)
    page.get_by_role("button", name="Report", exact=True).click()
    says(page, "but use is reported through")


def test_what_makes_no_log_and_what_is_no_amount(
    visit: Visit, wallet: TestWallet, metered: Hash32, tmp_path: Path
) -> None:
    csv = tmp_path / "odd.csv"
    page = visit(f"/licenses/{metered}")
    page.get_by_role("button", name="Connect a wallet").click()
    page.get_by_text("Report use").click()
    for text, why in (
        ("uses,units\nindex,1\n", "needs the columns uses and from"),
        ("uses,from\n", "No records were chosen"),
        ("uses,from\nread,2026-06-01\n", "Row 1 of the CSV cannot be read"),
        ("uses,from\nindex,2026-06-01\nindex,June\n", "Row 2 of the CSV cannot be read"),
        ("uses,from,units\nindex,2026-06-01,0\n", "Row 1 of the CSV cannot be read"),
        ("uses,from\nindex,2026-06-01\nindex,2026-06-01\n", "Two records are equal"),
    ):
        csv.write_text(text)
        silence(page)
        page.get_by_label("Records of use (CSV)").set_input_files(csv)
        page.get_by_role("button", name="Report", exact=True).click()
        says(page, why)
    for typed in ("0", "", "-1", "1.0000001", "ten", "1e3"):
        silence(page)
        page.get_by_label("Deposit in TUSD").fill(typed)
        page.get_by_role("button", name="Pay in").click()
        says(page, "An amount above 0, with at most 6 digits after the point, please.")
    assert wallet.kinds == ["connect"]
