#!/bin/sh
trap 'echo "asked to end" > ended.txt; exit 0' TERM
sleep 100 &
wait
