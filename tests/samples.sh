#!/usr/bin/env bash
# Writes each sample of each page, in each language, into a folder: `tests/samples.sh FOLDER`.
set -euo pipefail
PAGE_SAMPLES=$(realpath "${1:?usage: tests/samples.sh FOLDER}")
export PAGE_SAMPLES
cd "$(dirname "$0")/.."

cargo test --locked --quiet --test it pages::every_sample_can_be_written_to_a_file >/dev/null
