# A proxy in front of an agent, in a network of its own, and a caller in front of the proxy. AGENT and
# PROXY are commands; TOKEN opens the agent.
set -u
fail() {
    echo "$1" >&2
    cat agent.log proxy.log head error answer >&2
    exit 1
}
trap 'kill $agent $proxy 2>/dev/null' EXIT
eval "$AGENT >agent.out 2>agent.log &"
agent=$!
eval "$PROXY >proxy.log 2>&1 &"
proxy=$!
ask() {
    curl --silent --show-error --max-time 10 --cacert tls/fullchain.pem --output answer --dump-header head \
        --resolve agent.example.com:443:127.0.0.1 "$@" 2>error
}
tries=0
until ask --fail https://agent.example.com/readyz; do
    tries=$((tries + 1))
    kill -0 $agent $proxy 2>/dev/null || fail 'one of them ended'
    [ $tries -lt 300 ] || fail "no answer: $(cat error)"
    sleep 0.1
done
grep -q '^HTTP/2 200' head || fail 'no HTTP/2'
grep -qi '^strict-transport-security: max-age=31536000' head || fail 'no HSTS'
message='{"message":{"messageId":"1","role":"ROLE_USER","parts":[{"text":"hello"}],"metadata":{"skillId":"public_echo"}}}'
send() {
    ask --fail --header "Authorization: Bearer $TOKEN" --header 'A2A-Version: 1.0' \
        --header 'Content-Type: application/json' --data "$message" "https://agent.example.com/$1"
}
send message:send || fail "a message fails: $(cat error)"
grep -q hello answer || fail 'another answer'
send message:stream || fail "a stream fails: $(cat error)"
grep -qi '^content-type: text/event-stream' head || fail 'no stream'
grep -q '^data:' answer || fail 'no event'
# Who it is says the proxy, not the client.
ask --interface 127.0.0.2 --header 'X-Forwarded-For: 192.0.2.7' https://agent.example.com/tasks
grep -q 'client=127.0.0.2 ' agent.log || fail 'the agent does not know its client'
grep -q '^HTTP/2 401' head || fail 'no challenge'
grep -qi '^www-authenticate: Bearer' head || fail 'no challenge'
head --bytes=2000000 /dev/zero >large
# Over HTTP/2 some versions of curl take a refusal before the end of the body for a broken stream.
ask --http1.1 --header "Authorization: Bearer $TOKEN" --header 'Content-Type: application/json' --data-binary @large \
    https://agent.example.com/
grep -q '^HTTP/1.1 413' head || fail 'a body of any size'
