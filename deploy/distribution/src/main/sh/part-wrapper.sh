#!/bin/sh
# Runs a program that knows nothing of the launcher, and ends it when the launcher is gone:
#
#   part-wrapper.sh PROGRAM ARGUMENT…
#
# The launcher holds the other end of standard input and never writes to it. However it dies, that end is closed.
# Background commands of sh get an empty standard input, hence the copy on descriptor 3.
exec 3<&0
"$@" </dev/null 3<&- &
part=$!
(
  cat <&3 >/dev/null
  kill -TERM "$part"
  sleep 5
  kill -KILL "$part"
) >/dev/null 2>&1 &
watch=$!
exec 3<&-
trap 'kill -TERM "$part" 2>/dev/null' TERM INT HUP
wait "$part"
code=$?
# A signal interrupts wait: go on until the program has ended.
while kill -0 "$part" 2>/dev/null; do
  wait "$part"
  code=$?
done
kill "$watch" 2>/dev/null
exit "$code"
