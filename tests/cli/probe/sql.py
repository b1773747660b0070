"""sql.py FILE STATEMENT...: runs the statements on a database, as the sqlite3 shell would."""
import sqlite3
import sys

with sqlite3.connect(sys.argv[1]) as connection:
    for statement in sys.argv[2:]:
        for row in connection.execute(statement):
            print(*row)
