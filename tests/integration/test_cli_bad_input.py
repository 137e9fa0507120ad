"""Bad input, with every command: one line that says what is wrong, and an exit code; nothing is sent."""

from pathlib import Path

import click
import pytest

from licet.chain.local.development import DEVELOPMENT_ADDRESSES
from licet.cli.main import cli
from licet.documents import (
    ClaimDocument,
    OfferDocument,
    ReceiptDocument,
    UsageLog,
    UsageRecord,
    VoucherDocument,
)
from licet.rights.claim import ClaimTo
from licet.rights.receipt import UsageReceipt
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.rights_holder import Registered
from licet.types import Address, Hash32
from tests.integration.commands import Ran, Run, failed
from tests.integration.conftest import ARTIST, DOLLAR, LICENSOR, Network, Party

pytestmark = pytest.mark.integration

UNKNOWN = "0x" + "7" * 64

APPROVE = ("poem.txt", "--license", UNKNOWN, "--registrant", DEVELOPMENT_ADDRESSES[3])
COMPUTE = ("--usage", "good.csv", "--shares", "good.csv")
STATE = ("--from", "2026-01-01", "--until", "2026-03-31", "--window", "1d")
PERIOD = ("--total", "1", "--currency", "native", "--shares", "good.csv")
DISPUTE = ("--claim", UNKNOWN, "--payee", DEVELOPMENT_ADDRESSES[3])
EVALUATED = ("--policy", "poem.txt", "--request", "poem.txt")
ELSEWHERE = ("--to", DEVELOPMENT_ADDRESSES[3])

BAD: dict[tuple[str, ...], list[tuple[tuple[str, ...], int, str]]] = {
    ("demo",): [
        (("--catalog", "nothing.csv"), 2, "does not exist"),
        (("--catalog", "empty.csv"), 2, "empty"),
        (("--catalog", "latin.csv"), 2, "UTF-8"),
        (("--catalog", "twice.csv"), 2, "line 3"),
        (("--payees-column", "nothing"), 2, "no column"),
        (("--weights-column", "nothing"), 2, "no column"),
        (("--engine", "geth"), 2, "anvil"),
    ],
    ("node",): [(("--port", "70000"), 2, "port"), (("--engine", "geth"), 2, "anvil")],
    ("receipt", "verify"): [
        (("nothing",), 2, "nothing"),
        (("poem.txt",), 2, "poem.txt is no receipt"),
        (("offer.json",), 2, "offer.json is no receipt"),
        (("receipt.json",), 2, "is of the contract"),
    ],
    ("gateway",): [
        (("nothing.toml",), 2, "nothing.toml cannot be read"),
        (("poem.txt",), 2, "not valid TOML"),
        (("empty.csv",), 2, "site is missing"),
        (("poem.txt", "--port", "70000"), 2, "port"),
    ],
    ("deploy",): [
        ((), 2, "which account signs?"),
        (("--dev-account", "99"), 2, "--dev-account"),
        (("--dev-account", "0", "--deployment", "empty.csv"), 2, "deployment file"),
        (("--dev-account", "0", "--bond", "x", "--deployment", "new.json"), 2, "not an amount"),
        (("--dev-account", "0", "--timeout", "x", "--deployment", "new.json"), 2, "length of time"),
    ],
    ("account", "new"): [((), 2, "PATH"), (("no/such/folder.keystore",), 2, "password")],
    ("account", "show"): [(("nothing",), 2, "nothing"), (("poem.txt",), 2, "keystore")],
    ("account", "fund"): [
        (("0x12", "--dev-account", "0"), 2, "address"),
        ((DEVELOPMENT_ADDRESSES[0], "--amount", "x", "--dev-account", "0"), 2, "amount"),
    ],
    ("work", "derive"): [
        (("poem.txt", "--license", UNKNOWN), 2, "which account signs?"),
        (("poem.txt", "--dev-account", "1"), 2, "name its parents or its sources"),
        (("nothing.txt", "--source", UNKNOWN, "--dev-account", "1"), 2, "nothing.txt"),
        (("poem.txt", "--source", "x", "--dev-account", "1"), 2, "license id"),
        (("poem.txt", "--source", UNKNOWN, "--dev-account", "1"), 1, UNKNOWN),
        (("poem.txt", "--license", "offer.json", "--dev-account", "1"), 2, "holds no license on the offer"),
        (("poem.txt", "--license", "poem.txt", "--dev-account", "1"), 1, "poem.txt"),
        (("poem.txt", "--license", UNKNOWN, "--share", "x", "--dev-account", "1"), 2, "address"),
        (("poem.txt", "--license", UNKNOWN, "--approval", "nothing", "--dev-account", "1"), 2, "does not"),
        (("poem.txt", "--license", UNKNOWN, "--origin", "divine", "--dev-account", "1"), 2, "human-made"),
    ],
    ("work", "approve"): [
        (("poem.txt",), 2, "--license"),
        ((*APPROVE, "--out", "new.json"), 2, "which account signs?"),
        ((*APPROVE, "--out", "poem.txt", "--dev-account", "1"), 2, "is there already"),
        ((*APPROVE, "--out", "new.json", "--dev-account", "1"), 1, "no license has the id"),
    ],
    ("work", "register"): [
        (("poem.txt", "--origin", "divine", "--dev-account", "1"), 2, "unstated|human-made"),
        (("poem.txt",), 2, "which account signs?"),
        (("nothing", "--dev-account", "1"), 2, "does not exist"),
        ((".", "--dev-account", "1"), 2, "directory"),
        (("empty.csv", "--dev-account", "1"), 2, "empty"),
        (("poem.txt", "--dev-account", "1", "--keystore", "x"), 2, "leave one out"),
        (("poem.txt", "--dev-account", "1", "--uri", "x" * 2000), 2, "1024"),
    ],
    ("catalog", "register"): [
        (("broken.zip", "--name", "x", "--dev-account", "0"), 2, "broken.zip"),
        ((".", "--name", "x", "--payees-column", "id", "--dev-account", "0"), 2, "has no columns"),
        (("nothing.csv", "--name", "x", "--dev-account", "1"), 2, "does not exist"),
        (("latin.csv", "--name", "x", "--dev-account", "1"), 2, "UTF-8"),
        (("twice.csv", "--name", "x", "--dev-account", "1"), 2, "line 3"),
        (("good.csv", "--name", "x", "--payees-column", "y", "--dev-account", "1"), 2, "no column"),
        (("good.csv", "--dev-account", "1"), 2, "--name"),
        (("good.csv", "--name", "x", "--origin", "divine", "--dev-account", "1"), 2, "ai-generated"),
    ],
    ("split", "publish"): [
        (("good.csv", "--dev-account", "1"), 2, "--payees-column"),
        (("good.csv", "--payees-column", "title", "--dev-account", "1"), 2, "no address is known"),
        (("0x12=3", "--dev-account", "1"), 2, "address"),
        ((f"{DEVELOPMENT_ADDRESSES[0]}=0", "--dev-account", "1"), 2, "positive"),
        ((f"{DEVELOPMENT_ADDRESSES[0]}=1.5", "--dev-account", "1"), 2, "decimal digits"),
        (("offer.json", "--dev-account", "1"), 1, "licet/split/1"),
    ],
    ("deed", "show"): [(("0x12",), 2, "asset id"), ((UNKNOWN,), 1, "not registered")],
    ("deed", "transfer"): [
        ((UNKNOWN, "0x12", "--dev-account", "1"), 2, "address"),
        ((UNKNOWN, DEVELOPMENT_ADDRESSES[3], "--yes", "--dev-account", "1"), 1, "not registered"),
    ],
    ("deed", "cancel-offers"): [((UNKNOWN, "--yes", "--dev-account", "1"), 1, "not registered")],
    ("deed", "refresh"): [
        (("x", "--dev-account", "1"), 2, "asset id"),
        ((UNKNOWN,), 2, "which account signs?"),
        ((UNKNOWN, "--dev-account", "1"), 2, "no derivative"),
    ],
    ("deed", "pin"): [
        ((UNKNOWN, DEVELOPMENT_ADDRESSES[3]), 2, "--resale"),
        ((UNKNOWN, DEVELOPMENT_ADDRESSES[3], "--resale", "101"), 2, "more than the whole"),
        ((UNKNOWN, DEVELOPMENT_ADDRESSES[3], "--resale", "5", "--dev-account", "1"), 1, "not registered"),
        (("ASSET", DEVELOPMENT_ADDRESSES[3], "--resale", "5", "--dev-account", "2"), 1, "does not hold"),
    ],
    ("agent", "appoint"): [
        (("me", "--until", "2090-01-01"), 2, "address"),
        ((DEVELOPMENT_ADDRESSES[3],), 2, "--until"),
        ((DEVELOPMENT_ADDRESSES[3], "--until", "soon"), 2, "not a date"),
        ((DEVELOPMENT_ADDRESSES[3], "--until", "2090-01-01"), 2, "which account signs?"),
    ],
    ("agent", "end"): [(("me",), 2, "address"), ((DEVELOPMENT_ADDRESSES[3],), 2, "which account signs?")],
    ("agent", "show"): [((DEVELOPMENT_ADDRESSES[3], "me"), 2, "address")],
    ("offer", "sign"): [
        (("ASSET", "--price", "25", "--uses", "mine", "--kind", "free"), 2, "either a --price, or --kind"),
        (("ASSET", "--price", "0", "--uses", "mine"), 2, "marked free"),
        (("ASSET", "--price", "0.0000001", "--uses", "mine"), 2, "too fine"),
        (("ASSET", "--price", "25"), 2, "--uses"),
        (("ASSET", "--price", "25", "--uses", "minecraft"), 2, "not a use"),
        (("ASSET", "--price", "25", "--uses", "mine", "--until", "2001-01-01"), 2, "later end"),
        (("ASSET", "--price", "25", "--uses", "mine", "--until", "soon"), 2, "not a date"),
        (("ASSET", "--price", "25", "--uses", "mine", "--royalty", "101"), 2, "more than the whole"),
        (("ASSET", "--price", "25", "--uses", "mine", "--currency", "cent"), 2, "not a currency"),
        (("ASSET", "--price", "25", "--uses", "mine", "--base-uri", "here"), 2, "scheme"),
        ((UNKNOWN, "--price", "25", "--uses", "mine"), 1, "not registered"),
    ],
    ("offer", "publish"): [(("nothing",), 2, "does not exist"), (("poem.txt",), 1, "poem.txt")],
    ("offer", "cancel"): [(("nothing",), 2, "does not exist"), (("elsewhere.json",), 2, "chain 1")],
    ("offer", "list"): [(("x",), 2, "asset id"), ((UNKNOWN,), 1, "not registered")],
    ("rights", "convert"): [
        (("nothing.json", "--to", "odrl"), 2, "does not exist"),
        (("poem.txt", "--to", "odrl"), 2, "no format"),
        (("poem.txt", "--to", "nothing"), 2, "--to"),
        (("elsewhere.json", "--to", "odrl"), 2, "chain 1"),
    ],
    ("rights", "explain"): [
        (("nothing.json",), 2, "does not exist"),
        ((UNKNOWN,), 1, "neither a license nor an asset"),
        (("poem.txt",), 1, "nobody has registered"),
    ],
    ("rights", "check"): [
        (("poem.txt",), 2, "--uses"),
        ((UNKNOWN, "--use", "train"), 1, "neither a license nor an asset"),
        (("poem.txt", "--use", "train", "--territory", "DE"), 1, "nobody has registered"),
    ],
    ("rights", "evaluate"): [
        (("--policy", "poem.txt", "--request", "poem.txt"), 2, "--state"),
        ((*EVALUATED, "--state", "nothing.ttl"), 2, "does not exist"),
        ((*EVALUATED, "--state", "."), 2, "directory"),
        ((*EVALUATED, "--state", "poem.txt"), 2, "policy: the document is not Turtle"),
        ((*EVALUATED, "--state", "latin.csv"), 2, "policy: the document is not Turtle"),
        (("--policy", "offer.json", "--request", "poem.txt", "--state", "poem.txt"), 2, "request"),
        (("--policy", "-", "--request", "-", "--state", "poem.txt"), 2, "only one"),
    ],
    ("find",): [
        ((), 2, "FILES"),
        (("nothing.txt",), 2, "does not exist"),
        (("poem.txt", "nothing.txt"), 2, "does not exist"),
        ((".",), 2, "is a directory"),
        (("poem.txt", "--index", "poem.txt"), 2, "index"),
    ],
    ("lookup",): [
        (("nothing.txt",), 2, "neither a file"),
        ((".",), 2, "directory"),
        (("x", "--registry", "0x12"), 2, "address"),
        (("x", "--registry", DEVELOPMENT_ADDRESSES[0]), 2, "no contract"),
        (("x", "--registry", "DOLLAR"), 2, "is not a registry of Licet"),
        (("x", "--deployment", "nothing.json"), 2, "nothing.json"),
        (("x", "--deployment", "altered.json"), 1, "altered"),
        (("x", "--deployment", "elsewhere-deployed.json"), 2, "chain 1"),
        (("x", "--rpc", "node.example"), 2, "http"),
    ],
    ("license", "quote"): [
        (("poem.txt",), 2, "--uses"),
        (("--uses", "mine"), 2, "no item was named"),
        (("poem.txt", "--uses", "mine", "--trust", "me"), 2, "asset id or address"),
        (("poem.txt", "--uses", "mine", "--trust", "nothing.json"), 2, "does not exist"),
        (("poem.txt", "--uses", "mine", "--trust", "offer.json"), 1, "licet/trust/1 expected"),
        (("poem.txt", "--uses", "mine", "--out", "new.csv"), 2, "--manifest"),
        (("poem.txt", "--uses", "mine", "--manifest", "good.csv"), 2, "leave one out"),
        (("--uses", "mine", "--manifest", "nothing.csv"), 2, "does not exist"),
        (("--uses", "mine", "--manifest", "."), 2, "directory"),
        (("--uses", "mine", "--manifest", "empty.csv"), 2, "is empty"),
        (("--uses", "mine", "--manifest", "latin.csv"), 2, "no column"),
        (("--uses", "mine", "--manifest", "poem.txt"), 2, "no column"),
        (("--uses", "mine", "--manifest", "good.csv", "--column", "no"), 2, "no column 'no'"),
        (("--uses", "mine", "--manifest", "good.csv", "--column", "id"), 2, "row 1"),
        (("--uses", "mine", "--manifest", "good.csv", "--out", "poem.txt"), 2, "neither .csv nor .parquet"),
        (("--uses", "mine", "--manifest", "good.csv", "--out", "empty.csv"), 2, "is there already"),
        (("--uses", "mine", "--manifest", "good.csv", "--out", "no/new.csv"), 2, "no folder"),
    ],
    ("license", "buy"): [
        ((), 2, "--uses"),
        (("poem.txt", "--uses", "mine"), 2, "which account signs?"),
        (("poem.txt", "--uses", "mine", "--dev-account", "2"), 1, "nobody has registered"),
        (("--offer", "elsewhere.json", "--dev-account", "2"), 2, "chain 1"),
        (("--offer", "offer.json", "--yes", "--dev-account", "2"), 1, "25000000"),
        (("--offer", "forged.json", "--yes", "--dev-account", "1"), 1, "signature"),
    ],
    ("license", "authorize"): [
        ((), 2, "--out"),
        (("--out", "poem.txt", "--offer", "offer.json"), 2, "is there already"),
        (("--out", "new.json"), 2, "--uses"),
        (("poem.txt", "--uses", "mine", "--out", "new.json"), 2, "which account signs?"),
        (("--offer", "offer.json", "--yes", "--dev-account", "2", "--out", "new.json"), 1, "25000000"),
    ],
    ("license", "submit"): [
        ((), 2, "FILE"),
        (("offer.json",), 2, "which account signs?"),
        (("nothing.json", "--dev-account", "2"), 2, "does not exist"),
        (("offer.json", "--dev-account", "2"), 1, "licet/order/1 expected"),
    ],
    ("license", "list"): [((), 2, "--holder"), (("--holder", "me"), 2, "address")],
    ("license", "permits"): [
        (("x", "--uses", "mine"), 2, "license id"),
        ((UNKNOWN, "--uses", "mine"), 2, "no license has the id"),
    ],
    ("license", "show"): [(("x",), 2, "license id"), ((UNKNOWN,), 1, "no license has the id")],
    ("license", "renew"): [
        ((UNKNOWN,), 2, "which account signs?"),
        ((UNKNOWN, "--dev-account", "2"), 1, "no license has the id"),
        ((UNKNOWN, "--quantity", "101", "--dev-account", "2"), 2, "--quantity"),
    ],
    ("license", "sublicense"): [
        ((UNKNOWN, "me", "--dev-account", "2"), 2, "address"),
        ((UNKNOWN, DEVELOPMENT_ADDRESSES[3]), 2, "which account signs?"),
        ((UNKNOWN, DEVELOPMENT_ADDRESSES[3], "--dev-account", "2"), 1, "no license has the id"),
        ((UNKNOWN, DEVELOPMENT_ADDRESSES[3], "--uses", "fly", "--dev-account", "2"), 2, "not a use"),
    ],
    ("license", "transfer"): [
        ((UNKNOWN, DEVELOPMENT_ADDRESSES[3]), 2, "which account signs?"),
        ((UNKNOWN, DEVELOPMENT_ADDRESSES[3], "--dev-account", "2"), 2, "--yes"),
        ((UNKNOWN, DEVELOPMENT_ADDRESSES[3], "--yes", "--dev-account", "2"), 1, "no license has the id"),
    ],
    ("license", "pin"): [((UNKNOWN, "--dev-account", "2"), 1, "no license has the id")],
    ("license", "revoke"): [
        ((UNKNOWN, "--yes"), 2, "which account signs?"),
        ((UNKNOWN, "--yes", "--dev-account", "2"), 1, "no license has the id"),
        ((UNKNOWN, "--cause", "x", "--dev-account", "2"), 2, "--cause"),
    ],
    ("license", "export"): [
        ((UNKNOWN,), 2, "--to"),
        (("x", "--to", "croissant"), 2, "license id"),
        (("--to", "croissant"), 2, "who is meant?"),
        (("--to", "croissant", "--dev-account", "2"), 2, "holds no license"),
        ((UNKNOWN, "--to", "brioche"), 2, "croissant"),
        ((UNKNOWN, "--to", "croissant", "--out", "poem.txt"), 2, "is there already"),
        ((UNKNOWN, "--to", "croissant"), 1, "no license has the id"),
    ],
    ("license", "summary"): [
        ((), 2, "--holder"),
        (("--holder", "me"), 2, "address"),
        (("--dev-account", "2", "--modality", "image"), 2, "no modality"),
        (("--dev-account", "2", "--modality", "x=image"), 2, "asset id"),
        (("--dev-account", "2", "--modality", f"{UNKNOWN}=smell"), 2, "text, image, video, audio, other"),
        (("--dev-account", "2", "--modality", f"{UNKNOWN}=image"), 2, "holds no license of the asset"),
    ],
    ("meter", "show"): [(("x",), 2, "license id"), ((UNKNOWN,), 1, "no license has the id")],
    ("meter", "open"): [((UNKNOWN, "--dev-account", "2"), 1, "no license has the id")],
    ("meter", "deposit"): [
        ((UNKNOWN,), 2, "AMOUNT"),
        ((UNKNOWN, "5"), 2, "which account signs?"),
        ((UNKNOWN, "5", "--yes", "--dev-account", "2"), 1, "no license has the id"),
    ],
    ("meter", "permits"): [
        ((UNKNOWN, "--uses", "train"), 2, "--units"),
        ((UNKNOWN, "--uses", "train", "--units", "0"), 2, "--units"),
        ((UNKNOWN, "--uses", "train", "--units", "5"), 2, "no license has the id"),
    ],
    ("meter", "voucher"): [
        ((UNKNOWN, "5"), 2, "--out"),
        ((UNKNOWN, "5", "--out", "new.json"), 2, "which account signs?"),
        ((UNKNOWN, "5", "--out", "poem.txt", "--dev-account", "2"), 2, "is there already"),
        ((UNKNOWN, "5", "--out", "new.json", "--dev-account", "2"), 1, "no license has the id"),
    ],
    ("meter", "settle"): [
        (("nothing.json", "--dev-account", "1"), 2, "does not exist"),
        (("offer.json", "--dev-account", "1"), 1, "licet/voucher/1 expected"),
    ],
    ("meter", "close"): [((UNKNOWN, "--yes", "--dev-account", "2"), 1, "no license has the id")],
    ("meter", "withdraw"): [((UNKNOWN, "--dev-account", "2"), 1, "no license has the id")],
    ("usage", "anchor"): [
        (("nothing.csv", "--dev-account", "2"), 2, "does not exist"),
        (("good.csv", "--dev-account", "2"), 2, "no column 'uses'"),
        (("offer.json", "--dev-account", "2"), 1, "licet/usage/1 expected"),
        (("offer.json", "--until", "soon", "--dev-account", "2"), 2, "not a date"),
        (("good.csv",), 2, "which account signs?"),
    ],
    ("usage", "prove"): [
        (("nothing.json", "--record", "1", "--out", "new.json"), 2, "does not exist"),
        (("offer.json", "--record", "1", "--out", "new.json"), 1, "licet/usage/1 expected"),
        (("offer.json", "--record", "0", "--out", "new.json"), 2, "--record"),
    ],
    ("usage", "verify"): [
        (("nothing.json",), 2, "does not exist"),
        (("offer.json",), 2, "licet/usage/1 expected"),
        ((".",), 2, "directory"),
    ],
    ("usage", "name-reporter"): [
        ((UNKNOWN, "me", "--dev-account", "2"), 2, "address"),
        ((UNKNOWN, DEVELOPMENT_ADDRESSES[3], "--dev-account", "2"), 1, "no license has the id"),
    ],
    ("usage", "admit-reporter"): [((UNKNOWN, "--dev-account", "2"), 1, "no license has the id")],
    ("usage", "show"): [
        ((UNKNOWN,), 1, "no license has the id"),
        ((UNKNOWN, "--reporter", "me"), 2, "address"),
    ],
    ("statement", "compute"): [
        (("--usage", "u.csv", "--shares", "s.csv", "--total", "5"), 2, "--out"),
        ((*COMPUTE, "--total", "5", "--out", "new.txt"), 2, "neither .csv nor .parquet"),
        ((*COMPUTE, "--total", "5", "--out", "poem.csv/new.csv"), 2, "there is no folder"),
        ((*COMPUTE, "--total", "5", "--out", "good.csv"), 2, "is there already"),
        ((*COMPUTE, "--total", "5", "--out", "new.csv"), 2, "no column 'work'"),
        ((*COMPUTE, "--total", "0", "--out", "new.csv"), 2, "the total is 0"),
        ((*COMPUTE, "--total", "much", "--out", "new.csv"), 2, "total"),
        ((*COMPUTE, "--total", "1.5", "--out", "new.csv"), 2, "total"),
        ((*COMPUTE, "--total", "1.23", "--decimals", "1", "--out", "new.csv"), 2, "too fine"),
        ((*COMPUTE, "--total", "5", "--decimals", "99", "--out", "new.csv"), 2, "--decimals"),
        (
            (*COMPUTE, "--total", "5", "--out", "new.csv", "--temp", "nowhere"),
            2,
            "there is no folder nowhere",
        ),
        ((*COMPUTE, "--total", "5", "--out", "new.csv", "--engine", "abacus"), 2, "--engine"),
        ((*COMPUTE, "--total", "5", "--out", "new.csv", "--master", "local"), 2, "--master is Spark's"),
    ],
    ("statement", "publish"): [
        (("ASSET", f"{DEVELOPMENT_ADDRESSES[0]}=5"), 2, "--from"),
        (("ASSET", *STATE), 2, "AMOUNT"),
        (("ASSET", "x=5", *STATE, "--dev-account", "1"), 2, "address"),
        (("ASSET", "good.csv", *STATE, "--dev-account", "1"), 2, "no column 'payee'"),
        (("ASSET", f"{DEVELOPMENT_ADDRESSES[0]}=5", *STATE, "--yes"), 2, "which account signs?"),
        (("ASSET", f"{DEVELOPMENT_ADDRESSES[0]}=5", *STATE, "--dev-account", "2"), 2, "--yes"),
        (
            (UNKNOWN, f"{DEVELOPMENT_ADDRESSES[0]}=5", *STATE, "--yes", "--dev-account", "2"),
            1,
            "not registered",
        ),
    ],
    ("statement", "gateway"): [
        (("poem.txt", "ASSET"), 2, "--from"),
        (("poem.txt", "ASSET", *STATE, *PERIOD), 2, "not valid TOML"),
        (("nothing.toml", "ASSET", *STATE, *PERIOD), 2, "nothing.toml cannot be read"),
        (("nothing.toml", "x", *STATE, *PERIOD), 2, "asset id"),
        (("nothing.toml", "ASSET", *STATE, *PERIOD, "--currency", "x"), 2, "address"),
    ],
    ("statement", "show"): [(("x",), 2, "statement id"), ((UNKNOWN,), 1, UNKNOWN)],
    ("statement", "list"): [(("--asset", "x"), 2, "asset id")],
    ("statement", "contest"): [
        ((UNKNOWN, "--yes"), 2, "which account signs?"),
        ((UNKNOWN, "--yes", "--dev-account", "2"), 1, UNKNOWN),
        ((UNKNOWN, "--evidence", "nothing", "--yes", "--dev-account", "2"), 2, "does not exist"),
    ],
    ("statement", "release"): [((UNKNOWN, "--dev-account", "2"), 1, UNKNOWN)],
    ("dispute", "asset"): [
        (("ASSET",), 2, "--claim"),
        (("ASSET", *DISPUTE, "--yes"), 2, "which account signs?"),
        (("ASSET", *DISPUTE, "--dev-account", "2"), 2, "--yes"),
        (("ASSET", *DISPUTE, "--yes", "--dev-account", "2"), 1, "not registered"),
        (("ASSET", *DISPUTE, "--evidence", "latin.csv", "--yes", "--dev-account", "2"), 2, "UTF-8"),
        (("ASSET", *DISPUTE, "--evidence", "offer.json", "--dev-account", "2"), 1, "licet/evidence/1"),
    ],
    ("dispute", "work"): [
        ((UNKNOWN, "poem.txt", "--claim", UNKNOWN, "--yes", "--dev-account", "2"), 1, "not registered"),
        (("ASSET", "poem.txt", "--claim", UNKNOWN, "--yes", "--dev-account", "2"), 2, "no catalogue"),
        (("ASSET", "nothing", "--claim", UNKNOWN, "--yes", "--dev-account", "2"), 2, "nothing"),
    ],
    ("dispute", "license"): [((UNKNOWN, "--yes", "--dev-account", "1"), 1, "no license has the id")],
    ("dispute", "show"): [(("0",), 2, "CASE"), (("7",), 1, "case 7"), (("7", "--contest"), 1, "case 7")],
    ("dispute", "counter-bond"): [(("7", "--yes", "--dev-account", "1"), 1, "case 7")],
    ("dispute", "evidence"): [
        (("7", "--dev-account", "1"), 2, "what does the evidence say?"),
        (("7", "--evidence-text", "x", "--dev-account", "1"), 1, "case 7"),
        (("7", "--exhibit", "poem.txt", "--dev-account", "1"), 2, "--exhibit-uri"),
    ],
    ("dispute", "release"): [
        (("7", "--dev-account", "1"), 2, "--payee"),
        (("7", "--payee", DEVELOPMENT_ADDRESSES[3], "--dev-account", "1"), 1, "case 7"),
    ],
    ("dispute", "lapse"): [
        (("7", "--dev-account", "1"), 1, "case 7"),
        (("7", "--contest", "--dev-account", "1"), 1, "case 7"),
    ],
    ("dispute", "withdraw"): [
        (("--dev-account", "1"), 1, "nothing is owed"),
        (("--who", "me", "--dev-account", "1"), 2, "address"),
    ],
    ("arbitrate", "vote"): [
        (("7",), 2, "refused|uphold|reject"),
        (("7", "uphold", "--dev-account", "0"), 1, "case 7"),
        (("7", "perhaps", "--dev-account", "0"), 2, "refused|uphold|reject"),
    ],
    ("arbitrate", "execute"): [(("7", "--dev-account", "0"), 1, "case 7")],
    ("arbitrate", "show"): [(("7",), 1, "case 7"), (("x",), 2, "CASE")],
    ("arbitrate", "withdraw"): [(("--dev-account", "0"), 1, "no fees are due")],
    ("vault", "due"): [
        ((DEVELOPMENT_ADDRESSES[0], "--payee", DEVELOPMENT_ADDRESSES[0]), 1, "not known"),
        ((DEVELOPMENT_ADDRESSES[0],), 2, "--payee"),
    ],
    ("vault", "claim"): [
        ((DEVELOPMENT_ADDRESSES[0],), 2, "which account signs?"),
        (("VAULT", "--dev-account", "8"), 2, "not among"),
        (("--dev-account", "8"), 2, "Name a vault"),
        (("VAULT", "--to", "me", "--dev-account", "8"), 2, "address"),
    ],
    ("vault", "authorize"): [
        (("VAULT", "--to", DEVELOPMENT_ADDRESSES[3]), 2, "--out"),
        (("VAULT", *ELSEWHERE, "--out", "new.json"), 2, "which account signs?"),
        (("VAULT", *ELSEWHERE, "--out", "poem.txt", "--dev-account", "8"), 2, "is there already"),
        (("VAULT", *ELSEWHERE, "--out", "new.json", "--dev-account", "8"), 2, "not among"),
        (("VAULT", *ELSEWHERE, "--out", "new.json", "--within", "x", "--dev-account", "8"), 2, "length"),
    ],
    ("vault", "submit"): [
        (("nothing.json", "--dev-account", "1"), 2, "does not exist"),
        (("offer.json", "--dev-account", "1"), 1, "licet/claim/1 expected"),
    ],
    ("index", "update"): [
        (("--registry", DEVELOPMENT_ADDRESSES[0]), 2, "no contract"),
        (("--registry", "DOLLAR"), 2, "is not a registry of Licet"),
        (("--db", "poem.txt"), 2, "is damaged"),
        (("--db", "no/such/folder/index.sqlite"), 2, "cannot be opened"),
        (("--db", "."), 2, "cannot be opened"),
        (("--db", "postgresql://licet:secret@127.0.0.1:1/licet"), 2, "lets nobody in"),
        (("--other-rpc", "ftp://node"), 2, "not an http(s) URL"),
        (("--to-block", "-1"), 2, "--to-block"),
    ],
    ("index", "status"): [
        ((), 2, "--db"),
        (("--db", "nothing.sqlite"), 2, "there is no index"),
        (("--db", "poem.txt"), 2, "is damaged"),
        (("--db", "empty.csv"), 2, "nothing was indexed"),
    ],
    ("index", "export"): [
        (("out",), 2, "--db"),
        (("out", "--db", "nothing.sqlite"), 2, "there is no index"),
        (("poem.txt", "--db", "empty.csv"), 2, "name a folder"),
        (("out", "--db", "empty.csv"), 2, "nothing was indexed"),
        (("out", "--db", "empty.csv", "--format", "xlsx"), 2, "parquet"),
        (("out", "--db", "empty.csv", "--table", "poems"), 2, "no table of the index"),
    ],
    ("audit",): [
        (("--registry", DEVELOPMENT_ADDRESSES[0]), 2, "no contract"),
        (("--registry", "DOLLAR"), 2, "is not a registry of Licet"),
        (("--block", "0"), 2, "older than the deployment"),
        (("--block", "99999999"), 2, "refuses"),
        (("--block", "1", "watch"), 2, "put it after"),
        (("--json", "watch"), 2, "put it after"),
        (("--proofs", "--block", "99999999"), 2, "refuses"),
        (("--pack", "poem.txt"), 2, "is there already"),
        (("--pack", "nowhere/pack.zip"), 2, "cannot be written"),
        (("--pack", "pack.zip", "--db", "empty.csv"), 2, "leave out --db"),
        (("--sign",), 2, "name one with --pack"),
        (("--sign", "--pack", "pack.zip"), 2, "which account signs?"),
    ],
    ("audit", "verify"): [
        ((), 2, "Missing argument"),
        (("nothing.zip",), 2, "nothing.zip"),
        (("poem.txt",), 2, "is no pack of evidence"),
        (("empty.csv",), 2, "is no pack of evidence"),
    ],
    ("serve",): [
        (("--registry", DEVELOPMENT_ADDRESSES[0]), 2, "no contract"),
        (("--port", "99999"), 2, "99999"),
        (("--public-rpc", "ftp://node.example"), 2, "http(s) URL"),
        (("--host", "192.0.2.1"), 2, "nothing can listen"),
        (("--db", "poem.txt"), 2, "poem.txt"),
        (("--shelf", "poem.txt"), 1, "delete it"),
    ],
    ("audit", "watch"): [
        (("--registry", DEVELOPMENT_ADDRESSES[0]), 2, "no contract"),
        (("--registry", "DOLLAR"), 2, "is not a registry of Licet"),
        (("--db", "none.sqlite"), 2, "none.sqlite"),
    ],
}


def leaf_commands() -> set[tuple[str, ...]]:
    """All that do something by themselves, groups among them."""
    paths = set()
    for name, command in cli.commands.items():
        below = command.list_commands(click.Context(command)) if isinstance(command, click.Group) else []
        paths |= {(name, one) for one in below}
        if not below or getattr(command, "invoke_without_command", False):
            paths.add((name,))
    return paths


def test_bad_input_is_tried_with_every_command() -> None:
    assert set(BAD) == leaf_commands()


@pytest.fixture
def odd_files(
    settings: dict[str, str],
    tmp_path: Path,
    licensor: Party,
    asset: Registered,
    vault: Address,
    signed_offer: OfferDocument,
    network: Network,
) -> dict[str, str]:
    """Files that nobody can use, and what some words in BAD stand for."""
    offer = signed_offer.to_bytes()
    here, there = b'"chainId":"31337"', b'"chainId":"1"'
    deployment = Path(settings["LICET_DEPLOYMENT"]).read_text()
    code_hash = network.deployment.code_hashes["LicenseToken"]
    signature, someone = b"\x01" * 65, Address(DEVELOPMENT_ADDRESSES[0])
    voucher = VoucherDocument(31337, someone, Voucher(Hash32(UNKNOWN), 1), signature)
    claim = ClaimDocument(31337, someone, ClaimTo(someone, someone, someone, 0, 0), signature)
    log = UsageLog.of([UsageRecord(Hash32(UNKNOWN), Hash32(UNKNOWN), Use.MINE, 1, 1, 1)])
    (record,) = log.records
    said = UsageReceipt(record.hash, someone, Hash32(UNKNOWN))
    receipt = ReceiptDocument(31337, someone, someone, record, said, signature)
    files = {
        "poem.txt": b"nobody knows this",
        "empty.csv": b"",
        "broken.zip": b"PK rubbish",
        "latin.csv": b"id,title\n1,\xe9\n",
        "twice.csv": b"id,title\n1,a\n1,a\n",
        "good.csv": b"id,title\n1,a\n2,b\n",
        "offer.json": offer,
        "elsewhere.json": offer.replace(here, there),
        "forged.json": offer.replace(b'"price":"25000000"', b'"price":"1"'),
        "altered.json": deployment.replace(code_hash, UNKNOWN).encode(),
        "elsewhere-deployed.json": deployment.replace("31337", "1").encode(),
        "voucher.json": voucher.to_bytes(),
        "claim.json": claim.to_bytes(),
        "log.json": log.to_bytes(),
        "receipt.json": receipt.to_bytes(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    licensor.receive_dollars(DOLLAR)
    return {"ASSET": asset.asset_id, "VAULT": vault, "DOLLAR": str(network.deployment.test_dollar)}


SIGN = (
    "--payee",
    DEVELOPMENT_ADDRESSES[ARTIST],
    "--days",
    "1",
    "--terms-text",
    "x",
    "--dev-account",
    str(LICENSOR),
)


@pytest.mark.parametrize("path", BAD, ids=" ".join)
def test_bad_input(path: tuple[str, ...], run: Run, odd_files: dict[str, str], network: Network) -> None:
    before = network.rpc("eth_blockNumber")
    for arguments, code, words in BAD[path]:
        given = [odd_files.get(argument, argument) for argument in arguments]
        ran = run(*path, *given, *(SIGN if path == ("offer", "sign") else ()))
        failed(Ran(ran.code, "" if path == ("demo",) else ran.out, ran.err), code, words)
    assert network.rpc("eth_blockNumber") == before


NEEDS_NO_NODE = {
    ("demo",),
    ("gateway",),
    ("node",),
    ("account", "new"),
    ("account", "show"),
    ("index", "status"),
    ("index", "export"),
    ("audit", "verify"),
    ("rights", "evaluate"),
    ("statement", "compute"),
    ("statement", "gateway"),
}
NEEDS_NODE = sorted(leaf_commands() - NEEDS_NO_NODE)
WORKING = {
    ("work", "register"): ("poem.txt",),
    ("catalog", "register"): ("good.csv", "--name", "x"),
    ("split", "publish"): (f"{DEVELOPMENT_ADDRESSES[0]}=1",),
    ("account", "fund"): (DEVELOPMENT_ADDRESSES[0],),
    ("deed", "show"): (UNKNOWN,),
    ("deed", "transfer"): (UNKNOWN, DEVELOPMENT_ADDRESSES[0], "--yes"),
    ("deed", "cancel-offers"): (UNKNOWN, "--yes"),
    ("offer", "sign"): (UNKNOWN, *SIGN[:-2], "--price", "1", "--uses", "mine"),
    ("offer", "publish"): ("offer.json",),
    ("offer", "cancel"): ("offer.json", "--yes"),
    ("offer", "list"): (UNKNOWN,),
    ("rights", "convert"): ("offer.json", "--to", "odrl"),
    ("rights", "explain"): (UNKNOWN,),
    ("rights", "check"): (UNKNOWN, "--use", "train"),
    ("lookup",): ("poem.txt",),
    ("find",): ("poem.txt",),
    ("license", "quote"): ("poem.txt", "--uses", "mine"),
    ("license", "buy"): ("poem.txt", "--uses", "mine", "--yes"),
    ("license", "authorize"): ("poem.txt", "--uses", "mine", "--yes", "--out", "new.json"),
    ("license", "submit"): ("poem.txt",),
    ("license", "permits"): (UNKNOWN, "--uses", "mine"),
    ("license", "show"): (UNKNOWN,),
    ("license", "export"): (UNKNOWN, "--to", "croissant"),
    ("license", "renew"): (UNKNOWN, "--yes"),
    ("license", "sublicense"): (UNKNOWN, DEVELOPMENT_ADDRESSES[0]),
    ("license", "transfer"): (UNKNOWN, DEVELOPMENT_ADDRESSES[0], "--yes"),
    ("license", "pin"): (UNKNOWN,),
    ("license", "revoke"): (UNKNOWN, "--yes"),
    ("work", "derive"): ("poem.txt", "--source", UNKNOWN),
    ("work", "approve"): (*APPROVE, "--out", "new.json"),
    ("deed", "refresh"): (UNKNOWN,),
    ("deed", "pin"): (UNKNOWN, DEVELOPMENT_ADDRESSES[0], "--resale", "5%"),
    ("agent", "appoint"): (DEVELOPMENT_ADDRESSES[0], "--until", "2090-01-01"),
    ("agent", "end"): (DEVELOPMENT_ADDRESSES[0],),
    ("agent", "show"): (DEVELOPMENT_ADDRESSES[0], DEVELOPMENT_ADDRESSES[1]),
    ("meter", "show"): (UNKNOWN,),
    ("meter", "open"): (UNKNOWN,),
    ("meter", "deposit"): (UNKNOWN, "5", "--yes"),
    ("meter", "permits"): (UNKNOWN, "--uses", "mine", "--units", "1"),
    ("meter", "voucher"): (UNKNOWN, "5", "--out", "new.json"),
    ("meter", "settle"): ("voucher.json",),
    ("meter", "close"): (UNKNOWN, "--yes"),
    ("meter", "withdraw"): (UNKNOWN,),
    ("receipt", "verify"): ("receipt.json",),
    ("usage", "anchor"): ("log.json",),
    ("usage", "prove"): ("log.json", "--record", "1", "--out", "new.json"),
    ("usage", "verify"): ("log.json",),
    ("usage", "name-reporter"): (UNKNOWN, DEVELOPMENT_ADDRESSES[0]),
    ("usage", "admit-reporter"): (UNKNOWN,),
    ("usage", "show"): (UNKNOWN,),
    ("statement", "publish"): (UNKNOWN, f"{DEVELOPMENT_ADDRESSES[0]}=1", *STATE, "--yes"),
    ("statement", "show"): (UNKNOWN,),
    ("statement", "contest"): (UNKNOWN, "--yes"),
    ("statement", "release"): (UNKNOWN,),
    ("dispute", "asset"): (UNKNOWN, *DISPUTE, "--yes"),
    ("dispute", "work"): (UNKNOWN, "poem.txt", "--claim", UNKNOWN, "--yes"),
    ("dispute", "license"): (UNKNOWN, "--yes"),
    ("dispute", "show"): ("1",),
    ("dispute", "counter-bond"): ("1", "--yes"),
    ("dispute", "evidence"): ("1", "--evidence-text", "x"),
    ("dispute", "release"): ("1", "--payee", DEVELOPMENT_ADDRESSES[0]),
    ("dispute", "lapse"): ("1",),
    ("arbitrate", "vote"): ("1", "uphold"),
    ("arbitrate", "execute"): ("1",),
    ("arbitrate", "show"): ("1",),
    ("vault", "due"): (DEVELOPMENT_ADDRESSES[0], "--payee", DEVELOPMENT_ADDRESSES[0]),
    ("vault", "claim"): (DEVELOPMENT_ADDRESSES[0],),
    ("vault", "authorize"): (DEVELOPMENT_ADDRESSES[0], *ELSEWHERE, "--out", "new.json"),
    ("vault", "submit"): ("claim.json",),
}


@pytest.mark.parametrize("path", NEEDS_NODE, ids=" ".join)
def test_without_a_node(path: tuple[str, ...], run: Run, odd_files: dict[str, str]) -> None:
    takes_account = "--dev-account" in run(*path, "--help").out
    arguments = (*WORKING.get(path, ()), "--rpc", "http://127.0.0.1:1")
    ran = run(*path, *arguments, account=LICENSOR if takes_account else None)
    failed(ran, 2, "no node answers at http://127.0.0.1:1")
