"""change.py TASK TYPE OLD NEW: replaces text in the first event of a type; with DELETE, takes the event away and numbers
the others anew."""
import sqlite3
import sys

task, kind, old = sys.argv[1:4]
connection = sqlite3.connect("t.db")
run = connection.execute("SELECT id FROM run WHERE task = ?", (task,)).fetchone()[0]
where = "id BETWEEN ? AND ?"
span = (run << 32, (run << 32) + 0xFFFFFFFF)
event, payload = connection.execute(f"SELECT id, payload FROM event WHERE {where} AND type = ? ORDER BY id", span + (kind,)).fetchone()
if old == "DELETE":
    connection.execute("DELETE FROM event WHERE id = ?", (event,))
    for (later,) in connection.execute(f"SELECT id FROM event WHERE {where} AND id > ? ORDER BY id", span + (event,)).fetchall():
        connection.execute("UPDATE event SET id = id - 1 WHERE id = ?", (later,))
else:
    assert old in payload, payload
    connection.execute("UPDATE event SET payload = ? WHERE id = ?", (payload.replace(old, sys.argv[4], 1), event))
connection.commit()
