#!/usr/bin/env bash
# Creates .venv from the pinned, hashed requirements. Safe to run again, and several times at once; says what it does.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
say() { printf '\033[2m%s\033[0m\n' "$*" >&2; }

found=$(command -v "$python" >/dev/null && "$python" --version 2>&1) || found=none
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "Contact Transfer needs Python 3.11 or later as '$python' (found: $found). Install one, or name it: make PYTHON=python3.12 ..." >&2
  exit 1
}
# One set-up at a time: the script starts itself again with a lock that ends with the process.
if [ "${1:-}" != locked ]; then
  mkdir -p .tools
  exec "$python" -c '
import fcntl, os
lock = os.open(".tools/setup.lock", os.O_CREAT | os.O_RDWR)
os.set_inheritable(lock, True)
fcntl.flock(lock, fcntl.LOCK_EX)
os.execvp("bash", ["bash", "tools/setup.sh", "locked"])'
fi
if [ .venv/.ready -nt requirements.txt ] && [ .venv/.ready -nt pyproject.toml ] && [ .venv/.ready -nt tools/setup.sh ]; then
  exit 0 # another set-up has just done it
fi
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  say "creating .venv ($("$python" --version))"
  "$python" -m venv --clear .venv || {
    echo "'$python -m venv' failed. On Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
  }
fi
say "installing the pinned packages (once; about a minute)"
uv_pin=$(sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements.txt)
.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_pin"
VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip sync --quiet --require-hashes requirements.txt

# The repository's own packages and the operators' command, .venv/bin/transfers.
VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
touch .venv/.ready
