"""A store as text and back: store.py dump FILE, store.py load TEXT FILE"""
import sqlite3
import sys

if sys.argv[1] == "dump":
    database = sqlite3.connect(sys.argv[2])
    for name in ("application_id", "user_version"):
        print(f"PRAGMA {name} = {database.execute(f'PRAGMA {name}').fetchone()[0]};")
    print("\n".join(database.iterdump()))
else:
    with open(sys.argv[2], encoding="utf-8") as text:
        sqlite3.connect(sys.argv[3]).executescript(text.read())
