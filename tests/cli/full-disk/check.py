"""check.py DATABASE [phases]: whether the file is whole, and the phases its runs are in."""
import sqlite3
import sys

with sqlite3.connect(sys.argv[1]) as connection:
    print("integrity:", *connection.execute("PRAGMA integrity_check").fetchone())
    if sys.argv[2:] == ["phases"]:
        print("phases:", *(row[0] for row in connection.execute("SELECT DISTINCT phase FROM run_overview ORDER BY phase")))
