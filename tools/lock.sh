#!/usr/bin/env bash
# Pins and hashes every list of packages: NAME.in -> NAME.txt. The repository's list, the asset's, and two for tools with an environment of their own.
set -euo pipefail
cd "$(dirname "$0")/.."

lock() { # list, Python version, further options
  .venv/bin/uv pip compile --quiet --generate-hashes --universal --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
    --python-version "$2" "${@:3}" "$1.in" -o "$1.txt"
}

lock requirements 3.11
lock lambda_src/requirements 3.13 -c requirements.txt
lock local/ministack-requirements 3.11
lock local/lambda-requirements 3.11
