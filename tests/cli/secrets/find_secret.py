"""find_secret.py VALUE_FILE PATH...: where the value is found in files below the paths, in any of its spellings."""
import base64
import json
import pathlib
import sys

value = pathlib.Path(sys.argv[1]).read_bytes().rstrip(b"\n")
spellings = {"raw": value, "JSON": json.dumps(value.decode())[1:-1].encode(), "hex": value.hex().encode(),
             "UTF-16": value.decode().encode("utf-16-le"), "URL": "".join(f"%{b:02X}" for b in value).encode()}
for shift in range(3):  # Base64 of a text that the value is in the middle of.
    whole = base64.b64encode(b"\0" * shift + value)
    spellings[f"base64 at {shift}"] = whole[4 if shift else 0:-4]
files = [path for top in sys.argv[2:] for path in sorted(pathlib.Path(top).rglob("*")) if path.is_file()]
found = 0
for path in files:
    content = path.read_bytes()
    for name, spelling in spellings.items():
        if spelling in content or spelling.lower() in content.lower():
            found += 1
            print(f"{path}: {name}")
print("found" if found else "not found")
