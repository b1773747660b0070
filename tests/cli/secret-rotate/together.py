"""together.py KEYFILE: rotations of three databases at once, all with the one key file: no key is lost."""
import subprocess
import sys

names = ["a.db", "b.db", "c.db"]
for name in names:
    subprocess.run(["orloj", "--db", name, "apply", "-q", "-f", "secrets.yaml"], stdout=subprocess.DEVNULL)
for _ in range(5):
    running = [subprocess.Popen(["orloj", "--db", name, "secret", "rotate-key"], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL) for name in names + names]
    print(*sorted(process.wait() for process in running))
for name in names:
    print(subprocess.run(["orloj", "--db", name, "apply", "-f", "secrets.yaml"], stdout=subprocess.PIPE,
                         text=True).stdout.split())
