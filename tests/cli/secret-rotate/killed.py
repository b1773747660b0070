"""killed.py KEYFILE: kills `secret rotate-key` at moments spread over its work; afterwards all values still open."""
import os
import signal
import subprocess
import sys
import time

key = sys.argv[1]
os.environ.pop("ORLOJ_SECRET_ENCRYPTION_KEY", None)


def orloj(*words):
    return subprocess.run(["orloj", "--db", "killed.db", *words], capture_output=True, text=True)


orloj("apply", "-f", "secrets.yaml")
begun = time.monotonic()
orloj("secret", "rotate-key")
whole = time.monotonic() - begun
killed, rounds = 0, 40
for number in range(rounds):
    process = subprocess.Popen(["orloj", "--db", "killed.db", "secret", "rotate-key"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    time.sleep(whole * number / rounds)
    process.send_signal(signal.SIGKILL)
    killed += process.wait() == -signal.SIGKILL
    said = orloj("apply", "-f", "secrets.yaml")
    if said.stdout.split() != ["unchanged", "secret/one", "unchanged", "secret/two"]:
        print("after kill", number, said.stdout, said.stderr)
    if oct(os.stat(key).st_mode)[-3:] != "600":
        print("after kill", number, "the key file's mode is", oct(os.stat(key).st_mode))
print("killed some:", killed > 5, "- all values open after each")
