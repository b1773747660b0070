"""Backups while runs go on: each is whole, and holds journals without gaps. A restore is refused meanwhile."""
import os
import sqlite3
import subprocess

os.environ["ORLOJ_DB"] = "busy.db"
subprocess.run(["orloj", "apply", "-q", "-f", "system.yaml"], stdout=subprocess.DEVNULL)
writer = subprocess.Popen(["sh", "-c", "while [ ! -e stop ]; do orloj -q run --system solo > out.txt; done"])
for number in range(10):
    ran = subprocess.run(["orloj", "backup", "-q", f"copy{number}.db"], capture_output=True, text=True)
    if ran.returncode:
        print(ran.stderr)
        continue
    with sqlite3.connect(f"copy{number}.db") as copy:
        whole = copy.execute("PRAGMA integrity_check").fetchone()[0]
        gaps = copy.execute("SELECT count(*) FROM (SELECT run, count(*) AS n, max(seq) AS last FROM run_event GROUP BY run)"
                            " WHERE n <> last").fetchone()[0]
        if whole != "ok" or gaps:
            print(number, whole, gaps)
open("stop", "w").close()
print("writer ended with", writer.wait())
