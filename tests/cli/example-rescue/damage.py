"""Overwrites the root page of a table with garbage: damage.py FILE TABLE"""

import sqlite3
import sys

path, table = sys.argv[1:]
sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)")
root, = sqlite3.connect(path).execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
with open(path, "r+b") as file:
    file.seek((root - 1) * 4096)
    file.write(b"\xee" * 4096)
