# Runs one ChromeDriver, and the Chromium it starts, for as long as standard input stays open.
# Arguments: the ChromeDriver program.
# Standard input is a pipe whose only writer is the test process, so it closes
# when that process ends, however it ends. Profiles and logs live in one
# folder, which is removed in any case.
set -eu
driver=$1
cd /
dir=$(mktemp -d "${TMPDIR:-/tmp}/gatefold-browser.XXXXXX")
pid=
# Everything started below has the folder's name in its environment or arguments
# (which is why grep is not given it as an argument).
ours() {
    printf '%s\n' "$dir" | grep -lsF -f - /proc/[0-9]*/environ /proc/[0-9]*/cmdline | sed 's|/proc/\([0-9]*\)/.*|\1|' | sort -u
}
stop() {
    trap - EXIT
    tries=0
    while left=$(ours) && [ -n "$left" ] && [ $((tries += 1)) -le 100 ]; do
        # shellcheck disable=SC2086 # one word for each process
        kill -KILL $left 2>/dev/null || true
        sleep 0.05
    done
    # A process on its way out may still write into the folder.
    tries=0
    until rm -rf "$dir" && sleep 0.05 && [ ! -e "$dir" ] || [ $((tries += 1)) -gt 50 ]; do :; done
}
trap stop EXIT
trap 'exit 1' HUP INT TERM
# It is looked at before ChromeDriver has opened it.
: >"$dir/chromedriver.log"
HOME="$dir" TMPDIR="$dir" XDG_CONFIG_HOME="$dir" XDG_CACHE_HOME="$dir" "$driver" --port=0 </dev/null >"$dir/chromedriver.log" 2>&1 &
pid=$!
tries=0
until port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$dir/chromedriver.log") && [ -n "$port" ]; do
    if ! kill -0 "$pid" 2>/dev/null || [ $((tries += 1)) -gt 300 ]; then cat "$dir/chromedriver.log"; exit 1; fi
    sleep 0.05
done
echo "ready $port"
cat >/dev/null
