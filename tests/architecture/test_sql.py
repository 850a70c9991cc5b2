"""SQL is written with SQLAlchemy's expressions, never as text put together from parts."""

import ast
from pathlib import Path

from app.config import ROOT

MAY_SAY_SQL = {
    "app/db.py": "pragmas, and when a SQLite transaction begins",
    "app/schema.py": "when a migration begins",
}


PAST_THE_CONFINEMENT = {
    "__table__": "a table named as such is not confined to a site: use the mapped class",
    "bulk_insert_mappings": "passes no site check",
    "bulk_save_objects": "passes no site check",
    "bulk_update_mappings": "passes no site check",
    "connection": "statements on a session's connection pass no site check",
    "engine": "statements on the engine pass no site check",
}
MAY_GO_PAST = {
    "app/db.py": "is the confinement",
    "app/schema.py": "migrations know no sites",
    "app/cli/database.py": "compares the tables with the code",
    "app/cli/doctor.py": "compares the tables with the code",
    "app/messaging/store/once.py": "insert_once, which needs a transaction over all sites",
    "app/operations/store.py": "its tables belong to no site",
}


def raw_sql(path: Path) -> list[int]:
    """Lines that hand the database a text: ``text(...)`` outside a table's definition, or ``exec_driver_sql``."""
    tree = ast.parse(path.read_text())
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        constant = all(isinstance(argument, ast.Constant) for argument in node.args)
        if name == "exec_driver_sql" or (
            name in ("text", "literal_column", "TextClause") and not (path.name == "models.py" and constant)
        ):
            found.append(node.lineno)
    return found


def imports_text(path: Path) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("sqlalchemy")
        and any(alias.name in ("text", "literal_column", "TextClause") for alias in node.names)
        for node in ast.walk(ast.parse(path.read_text()))
    )


def test_no_raw_sql() -> None:
    for path in sorted((ROOT / "app").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if name in MAY_SAY_SQL or not (imports_text(path) or "exec_driver_sql" in path.read_text()):
            continue
        assert path.name == "models.py" and raw_sql(path) == [], f"{name} writes SQL as text"


def test_no_store_goes_past_the_confinement() -> None:
    for path in sorted((ROOT / "app").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        used = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        for attribute in used & set(PAST_THE_CONFINEMENT) if name not in MAY_GO_PAST else ():
            raise AssertionError(f"{name} uses .{attribute}: {PAST_THE_CONFINEMENT[attribute]}")
