#!/usr/bin/env bash
# Writes each sample of each page, in each language, into a folder: `tests/samples.sh FOLDER`.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:?usage: tests/samples.sh FOLDER}
PAGE_SAMPLES=$(realpath "$folder") cargo test --locked --quiet --test it \
    pages::every_sample_can_be_written_to_a_file >/dev/null
