#!/bin/sh
# Prints credentials as a credential_process does; the words it got have to be these.
if [ "$1" != "with spaces" ] || [ "$2" != 'a"quote' ] || [ $# -ne 2 ]; then
    echo "got: $*" >&2
    exit 3
fi
echo '{"Version": 1, "AccessKeyId": "ASIAPROCESS000000001", "SecretAccessKey": "key-of-the-process/+0001", "SessionToken": "token//of+the=process=="}'
