"""Imports go downward only; the chain's libraries and the environment are known in one place each."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "licet"

LAYERS = {
    "errors": 0,
    "types": 0,
    "text": 0,
    "sqlite": 0,
    "server": 1,
    "collector": 0,
    "fingerprint": 1,
    "trees": 1,
    "rights": 1,
    "documents": 1,
    "tables": 1,
    "database": 1,
    "statement": 1,
    "catalog": 1,
    "collection": 1,
    "samples": 1,
    "api_page": 1,
    "chain": 2,
    "artifacts": 2,
    "contracts": 3,
    "index": 3,
    "similarity": 3,
    "shelf": 3,
    "rights_holder": 4,
    "licensee": 4,
    "auditor": 4,
    "cli": 5,
    "web": 5,
    "gateway": 5,
    "__main__": 5,
}
STARTED = {("gateway", "gateway"), ("period", "gateway"), ("serve", "web"), ("__main__", "cli")}
"""The commands that have to do with what else is outermost, and what starts the program."""
ROOMS = {
    "chain": (
        "local",
        "compiled",
        "signing",
        "rpc",
        "client",
        "blocks",
        "state",
        "signatures",
        "outbox",
        "sending",
        "deployments",
    ),
    "index": ("events", "tables", "store", "reading", "following", "money", "index", "export"),
    "auditor": (
        "findings",
        "report",
        "evidence",
        "ledgers",
        "ledgers.licenses",
        "ledgers.usage",
        "ledgers.assets",
        "ledgers.cases",
        "ledgers.replay",
        "ledgers.storage",
        "money",
        "papers.columns",
        "papers.tables",
        "papers.html",
        "papers",
        "reporting",
        "audit",
        "watching",
        "pack",
    ),
}
"""The rooms of a part and what stands alone in it, from the ground up."""
TOP = 5
ACTORS = {"rights_holder", "licensee", "auditor"}
CHAIN_LIBRARIES = {"web3", "eth_account", "eth_keys", "eth_keyfile"}
MODULES = sorted(PACKAGE.rglob("*.py"))
IN_ROOMS = [
    path
    for path in MODULES
    if path.relative_to(PACKAGE).parts[0] in ROOMS and path.relative_to(PACKAGE).parts[1:] != ("__init__.py",)
]


def part(path: Path) -> str:
    """The part of the package that a module is in: `errors`, `trees`, …; empty for the package itself."""
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imports(path: Path) -> Iterator[str]:
    """The absolute names of all modules that a module imports, wherever in it, also for typing alone."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by absolute names"
            yield str(node.module)
            # `from licet import errors` imports a module too.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def licet_parts(path: Path) -> set[str]:
    names = (name.split(".") for name in imports(path))
    return {name[1] for name in names if name[0] == "licet" and len(name) > 1 and name[1] in LAYERS}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_layers(path: Path) -> None:
    own = part(path)
    if not own:
        assert all(LAYERS[other] < TOP for other in licet_parts(path)), "the package exports no command line"
        return
    assert own in LAYERS, f"{own} has no layer: add it to LAYERS"
    for other in licet_parts(path) - {own}:
        assert LAYERS[other] <= LAYERS[own], f"{own} (layer {LAYERS[own]}) imports {other} from above"
        started = own in ("cli", "__main__") and (path.stem, other) in STARTED
        assert LAYERS[own] < TOP or LAYERS[other] < TOP or started, "nobody imports the outermost layer"
        assert not {own, other} <= ACTORS, "actors never know each other"


def room(name: str) -> str:
    """The room of a part that a module, or a name in one, is in: the innermost that is listed."""
    _, own, within = name.split(".", 2)
    rooms = [room for room in ROOMS[own] if f"{within}.".startswith(f"{room}.")]
    assert rooms, f"{name} is in no room: add it to ROOMS, or import from a room"
    return max(rooms, key=len)


def own_room(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return room(".".join(part for part in parts if part != "__init__"))


def rooms_imported(path: Path) -> set[str]:
    """The rooms of its own part that a module imports from."""
    own = f"licet.{part(path)}"
    assert own not in set(imports(path)), f"{path}: import from a room"
    return {room(name) for name in imports(path) if name.startswith(f"{own}.")}


@pytest.mark.parametrize("path", IN_ROOMS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_import_from_below_alone(path: Path) -> None:
    own, rooms = own_room(path), ROOMS[part(path)]
    for other in rooms_imported(path):
        assert rooms.index(other) <= rooms.index(own), f"{own} imports {other} from above"


@pytest.mark.parametrize("within", ROOMS)
def test_no_room_is_listed_that_is_not_there(within: str) -> None:
    assert {own_room(path) for path in IN_ROOMS if part(path) == within} == set(ROOMS[within])


@pytest.mark.parametrize(
    "path", sorted((PACKAGE / "auditor" / "papers").rglob("*.py")), ids=lambda path: path.name
)
def test_papers_are_made_of_a_report_alone(path: Path) -> None:
    assert {room.split(".")[0] for room in rooms_imported(path)} <= {"findings", "report", "papers"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_package_itself_is_imported_by_nobody_inside(path: Path) -> None:
    """`import licet` inside the package would run its `__init__`'s imports in a circle."""
    assert "licet" not in set(imports(path)) or part(path) == "cli"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_chain_knows_its_libraries(path: Path) -> None:
    used = {name.split(".")[0] for name in imports(path)} & CHAIN_LIBRARIES
    assert not used or part(path) == "chain", f"{used} belong in licet.chain"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_reads_the_environment(path: Path) -> None:
    if part(path) == "cli":
        return
    assert "dotenv" not in {name.split(".")[0] for name in imports(path)}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {a.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for a in node.names}
    assert not names & {"environ", "environb", "getenv", "load_dotenv"}


def test_the_lowest_layer_needs_nothing_but_python() -> None:
    allowed = {"licet", "collections", "datetime", "re", "string", "typing"}
    for path in (*(PACKAGE / "errors").glob("*.py"), PACKAGE / "types.py"):
        assert {name.split(".")[0] for name in imports(path)} <= allowed
