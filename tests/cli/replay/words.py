"""words.py OLD NEW: replaces words in the stored messages."""
import sqlite3
import sys

connection = sqlite3.connect("t.db")
connection.execute("UPDATE message SET parts = replace(parts, ?, ?)", (sys.argv[1], sys.argv[2]))
connection.commit()
