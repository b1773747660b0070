"""watching.py COMMAND [LINES ACTION]...: runs COMMAND, runs each ACTION in a shell as soon as the command printed that many
lines in all, interrupts it (SIGINT) at an ACTION of "INT", and prints what it printed and its exit code."""
import signal
import subprocess
import sys
import time

TIME_LIMIT = 20

command = subprocess.Popen(["sh", "-c", "exec " + sys.argv[1]], stdout=subprocess.PIPE)
steps = list(zip(sys.argv[2::2], sys.argv[3::2]))
printed = []
deadline = time.monotonic() + TIME_LIMIT
for lines, action in steps:
    while len(printed) < int(lines):
        line = command.stdout.readline()
        if not line or time.monotonic() > deadline:
            break
        printed.append(line)
    if action == "INT":
        command.send_signal(signal.SIGINT)
    elif action == "CLOSE":
        command.stdout.close()
    else:
        subprocess.run(["sh", "-c", action], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=TIME_LIMIT)
try:
    if not command.stdout.closed:
        printed += command.stdout.readlines()
    command.wait(timeout=TIME_LIMIT)
except subprocess.TimeoutExpired:
    command.kill()
print(b"".join(printed).decode(), end="", flush=True)
sys.exit(command.returncode if command.returncode >= 0 else 128 - command.returncode)
