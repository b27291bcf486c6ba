# Runs one program for as long as standard input stays open, then stops it with SIGTERM and ends as it ends.
# Arguments: the program and its arguments.
# Standard input is a pipe whose only writer is the test process, so it closes
# when that process ends, however it ends.
set -u
"$@" </dev/null &
pid=$!
# Whoever reads the program's output must see its end.
exec >&-
trap : HUP INT TERM
cat >/dev/null
kill -TERM "$pid" 2>/dev/null
wait "$pid"
