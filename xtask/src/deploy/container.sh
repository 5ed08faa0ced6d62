# Starts the agent in its container, asks it, and stops it. The network is one of its own.
# In the environment: SERVER and each line of HEALTH are commands that run in the container, ASK is a
# command that runs beside it, PATHS are asked for, as PORT/PATH each.
set -u
fail() {
    echo "$1; the agent said:" >&2
    cat out log >&2
    exit 1
}
eval "$SERVER 3>status >out 2>log &"
server=$!
tries=0
until printf '%s\n' "$HEALTH" | { while read -r health; do eval "$health" >health 2>&1 || exit 1; done; }; do
    tries=$((tries + 1))
    kill -0 $server 2>/dev/null || fail 'it ended by itself'
    [ $tries -lt 300 ] || fail "it is not well: $(cat health)"
    sleep 0.1
done
for path in $PATHS; do
    curl --fail --silent --show-error --max-time 10 --output answer "http://127.0.0.1:$path" ||
        fail "no answer from port $path"
done
eval "$ASK" >answer 2>&1 || fail "a request fails: $(cat answer)"
child=$(sed -n 's/.*"child-pid": *\([0-9]*\).*/\1/p' status)
grep -q '^CapEff:[[:space:]]*0*$' "/proc/$child/status" || fail 'it has capabilities'
grep -q '^NoNewPrivs:[[:space:]]*1$' "/proc/$child/status" || fail 'it may gain rights'
grep -q "^Uid:[[:space:]]*$USER_ID[[:space:]]" "/proc/$child/status" || fail 'it is somebody else'
kill -TERM "$child"
wait $server
code=$?
[ $code -eq 0 ] || fail "told to stop, it ended with $code"
