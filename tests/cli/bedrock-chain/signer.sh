#!/bin/sh
# Prints credentials as a credential_process does; the words it got have to be these.
[ "$1" = "with spaces" ] && [ "$2" = 'a"quote' ] && [ $# -eq 2 ] || { echo "got: $*" >&2; exit 3; }
echo '{"Version": 1, "AccessKeyId": "ASIAPROCESS000000001", "SecretAccessKey": "key-of-the-process/+0001", "SessionToken": "token//of+the=process=="}'
