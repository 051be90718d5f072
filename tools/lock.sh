#!/usr/bin/env bash
# Pins and hashes: requirements.in -> requirements.txt (the repository), lambda_src/requirements.in -> lambda_src/requirements.txt (the asset).
set -euo pipefail
cd "$(dirname "$0")/.."
common=(--quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate)
.venv/bin/uv pip compile "${common[@]}" --universal --python-version 3.11 requirements.in -o requirements.txt
.venv/bin/uv pip compile "${common[@]}" --universal --python-version 3.13 -c requirements.txt lambda_src/requirements.in -o lambda_src/requirements.txt
