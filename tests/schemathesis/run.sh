#!/usr/bin/env bash
# Asks every operation of openapi.json much that is odd, of a demo of its own: no 5xx, no status and no
# body that is not described. SYSTEMBRUKER_BIN names the binary; PORT and the two after it must be free. The seconds
# for each of the two tokens are SECONDS_EACH.
set -euo pipefail
cd "$(dirname "$0")/../.."

binary=${SYSTEMBRUKER_BIN:-target/debug/systembruker}
port=${PORT:-18080}
each=${SECONDS_EACH:-45}
portal="http://localhost:$port"
sandbox="http://127.0.0.1:$((port + 1))"

work=$(mktemp -d)
demo=
cleanup() {
    if [ -n "$demo" ]; then kill "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap cleanup EXIT

venv=${SCHEMATHESIS_VENV:-$work/venv}
if [ ! -x "$venv/bin/schemathesis" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r tests/schemathesis/requirements.txt
fi

"$binary" demo --data "$work/data" --listen "127.0.0.1:$port" \
    --sandbox-listen "127.0.0.1:$((port + 1))" --internal-listen "127.0.0.1:$((port + 2))" \
    >"$work/demo.log" 2>&1 &
demo=$!
for _ in $(seq 150); do
    grep -q '^ready:' "$work/demo.log" && break
    kill -0 "$demo" 2>/dev/null || { cat "$work/demo.log" >&2; exit 1; }
    sleep 0.2
done
grep -q '^ready:' "$work/demo.log" || { cat "$work/demo.log" >&2; exit 1; }

ask() { curl --fail --silent --show-error --get "$@"; }
ask "$portal/openapi.json" >"$work/openapi.json"
# Every scope that an operation names.
scopes() {
    python3 - "$work/openapi.json" "$1" <<'PY'
import json, sys
document = json.load(open(sys.argv[1]))
ways = [way for item in document["paths"].values() for one in item.values() for way in one.get("security", [])]
print(" ".join(sorted({scope for way in ways for scope in way.get(sys.argv[2], [])})))
PY
}
vendor=$(ask "$sandbox/api/GetEnterpriseToken" --data-urlencode "scopes=$(scopes maskinporten)" \
    --data-urlencode orgNo=991825827 --data-urlencode ttl=3600)
person=$(ask "$sandbox/api/GetPersonalToken" --data-urlencode "scopes=$(scopes endUser)" \
    --data-urlencode pid=12837810092 --data-urlencode ttl=3600)

# One worker: CPython 3.11 cannot parse in two threads at once (SystemError in ast.parse).
# The demo allows 200 requests a second; what is sent faster is answered with 429, as described.
status=0
run() {
    local scheme=$1 token=$2
    # It keeps a folder where it is started.
    (cd "$work" && "$venv/bin/schemathesis" run "$work/openapi.json" --url "$portal" \
        --header "Authorization: Bearer $token" \
        --include-by "/x-token == \"$scheme\"" \
        --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
        --phases examples,coverage,fuzzing --max-examples 20 --max-time "$each" --seed 1 \
        --request-timeout 15 --workers 1 --no-color --warnings off) | tee "$work/$scheme.log" || status=1
    # Each operation has been asked, however short the time.
    local said
    said=$(sed -n 's/^ *\(Selected\|Tested\): \([0-9]*\).*/\2/p' "$work/$scheme.log" | tr '\n' ' ')
    if ! [[ $said =~ ^([1-9][0-9]*)\ ([0-9]+)\ $ ]] || [ "${BASH_REMATCH[1]}" != "${BASH_REMATCH[2]}" ]; then
        echo "of the operations, selected and tested: $said" >&2
        status=1
    fi
}
# An operation says of itself whose token it asks for.
python3 - "$work/openapi.json" <<'PY'
import json, sys
document = json.load(open(sys.argv[1]))
for item in document["paths"].values():
    for one in item.values():
        for way in one.get("security", []):
            one["x-token"] = next(iter(way))
json.dump(document, open(sys.argv[1], "w"))
PY
run maskinporten "$vendor"
run endUser "$person"

# A run that reached nothing has shown nothing.
answers=$(ask "http://127.0.0.1:$((port + 2))/metrics" | grep '^systembruker_answers_total')
echo "$answers"
done_well=$(sed -n 's/.*class="2xx"} //p' <<<"$answers")
failed=$(sed -n 's/.*class="5xx"} //p' <<<"$answers")
if [ "$done_well" -lt 100 ] || [ "$failed" -ne 0 ]; then
    echo "2xx: $done_well, 5xx: $failed" >&2
    status=1
fi
if grep -E 'panicked|ERROR' "$work/demo.log" >&2; then
    echo "the demo logged errors" >&2
    status=1
fi
exit $status
