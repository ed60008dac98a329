"""Keeps changes across restarts: one SQLite file of (kind, key, JSON) rows."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from sandbox.entries import Json


class Storage:
    """Opens a connection per call: calls come from many threads, and changes are rare."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(
                "CREATE TABLE IF NOT EXISTS records"
                " (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key))"
            )

    def load(self, kind: str) -> dict[str, Json]:
        """All rows of one kind; empty when the tenant is in memory only."""
        if self.path is None:
            return {}
        with closing(sqlite3.connect(self.path)) as connection:
            rows = connection.execute("SELECT key, value FROM records WHERE kind = ?", (kind,))
            return {key: json.loads(value) for key, value in rows}

    def put(self, kind: str, key: str, value: Json) -> None:
        self._write("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", kind, key, json.dumps(value))

    def clear(self, kind: str) -> None:
        self._write("DELETE FROM records WHERE kind = ?", kind)

    def _write(self, statement: str, *values: str) -> None:
        if self.path is None:
            return
        with closing(sqlite3.connect(self.path, timeout=10)) as connection, connection:
            # No fsync: losing the last second is acceptable here, waiting for the disk is not.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(statement, values)
