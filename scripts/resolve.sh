#!/usr/bin/env bash
# Resolves every package anew in an empty environment and writes constraints.txt, keeping its heading comments.
set -eu
cd "$(dirname "$0")/.."

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"${PYTHON:-python3}" -m venv "$fresh"
"$fresh/bin/python" -m pip install -q hatchling
# Pinned by hand: torch, and the newest PySide6 that is known to be sound on Python 3.11.
"$fresh/bin/python" -m pip install -q --no-build-isolation -e '.[dev,bundle]' torch==2.13.0 PySide6-Essentials==6.11.1 shiboken6==6.11.1
{
    grep '^#' constraints.txt
    "$fresh/bin/python" -m pip freeze --all | grep -v -E '^#|^-e|^(pip|wheel|sam3-annotator)\b' | sed -E 's/\+[a-z0-9.]+$//'
} >constraints.new
mv constraints.new constraints.txt
