#!/usr/bin/env bash
# Holds every sample of every page, in every language, to the HTML standard with the W3C's validator
# (vnu, from npm). Warnings count. Needs Java, and `npm ci` before. PAGE_SAMPLES is where the samples
# are already, if they are.
set -euo pipefail
cd "$(dirname "$0")/.."

vnu=node_modules/vnu-jar/build/dist/vnu.jar
[ -f "$vnu" ] || { echo "missing: $vnu — run npm ci" >&2; exit 2; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
samples=${PAGE_SAMPLES:-$scratch}
[ -n "${PAGE_SAMPLES:-}" ] || tests/samples.sh "$samples"
count=$(find "$samples" -name '*.html' | wc -l)
[ "$count" -gt 400 ] || { echo "only $count samples" >&2; exit 1; }

# It must find what is wrong, or it finds nothing: a page that is broken on purpose.
broken=$scratch/broken.html
sed 's/<main /<main role="banner" /; s/<h1/<h1 align="left"/' "$(find "$samples" -name 'nb-*' | sort | head -n 1)" >"$broken"
if java -jar "$vnu" --Werror "$broken" 2>/dev/null; then
    echo "the validator finds nothing wrong with a page that is broken" >&2
    exit 1
fi
rm "$broken"
# Rows become blocks on a small screen, which takes the table from some screen readers: the roles give
# it back, although ARIA in HTML has it that a table needs none.
restated='.*(“role” attribute must not be used on a “t[hdr]” element|role is unnecessary for element “t).*'
java -Xss2m -jar "$vnu" --Werror --filterpattern "$restated" "$samples"/*.html
echo "$count pages are valid HTML"
