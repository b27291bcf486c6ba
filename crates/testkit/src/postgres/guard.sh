# Runs one temporary PostgreSQL for as long as standard input stays open.
# Arguments: the folder of PostgreSQL's programs, the TCP port on loopback, and further lines of settings.
# Standard input is a pipe whose only writer is the test process, so it closes
# when that process ends, however it ends. The folder is removed in any case.
set -eu
bin=$1 port=$2 settings=$3
cd /
dir=$(mktemp -d "${TMPDIR:-/tmp}/gatefold-postgres.XXXXXX")
stop() {
    trap - EXIT
    "$bin/pg_ctl" --pgdata="$dir/data" --mode=immediate --silent stop >/dev/null 2>&1 || true
    rm -rf "$dir"
}
trap stop EXIT
trap 'exit 1' HUP INT TERM
"$bin/initdb" --pgdata="$dir/data" --username=postgres --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync --wal-segsize=4 </dev/null >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log"; exit 1; }
cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 300
$settings
CONF
"$bin/pg_ctl" --pgdata="$dir/data" --log="$dir/server.log" --wait --silent start </dev/null >/dev/null 2>&1 || { cat "$dir/server.log"; exit 1; }
echo "ready $(head -n 1 "$dir/data/postmaster.pid")"
cat >/dev/null
