#!/usr/bin/env bash
# Prepares .venv and the system libraries of Qt.
# Usage: scripts/setup.sh run|dev|bundle   (dev adds what the checks need, bundle what makes an application)
set -eu
cd "$(dirname "$0")/.."

kind=${1:-dev}
python=${PYTHON:-python3}
venv=.venv

say() { printf '%s\n' "$*" >&2; }
stop() { say "$@"; exit 1; }

command -v "$python" >/dev/null || stop "There is no $python here. Install Python 3.11 or newer."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    stop "$("$python" --version) is too old: Python 3.11 or newer is needed. Name another one with make PYTHON=..."

# --- System packages: only those whose file is missing, so that a second run asks for nothing ---

missing_libraries() { # $1: always|display -> Debian packages of the libraries that the loader does not know
    [ "$(uname)" = Linux ] || return 0
    known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)
    while read -r library package need; do
        case $library in '#'* | '') continue ;; esac
        [ "$need" = "$1" ] || continue
        case $known in *"$library "*) ;; *) echo "$package" ;; esac
    done <resources/qt-libraries.txt
}

missing_packages() {
    missing_libraries always
    missing_libraries display
    "$python" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    if command -v apt-get >/dev/null; then # the window's font where the desktop brings none
        [ -n "$(find /usr/share/fonts /usr/local/share/fonts -iname 'inter*' -print -quit 2>/dev/null)" ] || echo fonts-inter
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        if [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
    else
        return 1
    fi
}

install_packages() { # as many of them as can be had; the checks below tell whether what is left matters
    command -v apt-get >/dev/null || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >/dev/null || say "apt-get update failed; going on without."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null && return 0
    for package in "$@"; do
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null || true
    done
}

packages=$(missing_packages | sort -u | tr '\n' ' ')
if [ -n "$packages" ]; then
    say "Installing system packages: $packages"
    # shellcheck disable=SC2086
    install_packages $packages || true
    packages=$(missing_packages | sort -u | tr '\n' ' ')
    if [ -n "$packages" ]; then
        say "These packages are missing and could not be installed from here: $packages"
        say "Install them as root, for example: apt-get install $packages"
        say "Going on: without some of them the program still runs."
    fi
fi

# --- Python packages ---

if ! { [ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1; }; then
    say "Making the virtual environment $venv"
    rm -rf "$venv"
    "$python" -m venv "$venv" || stop "Python cannot make a virtual environment. On Debian: apt-get install python3-venv"
fi

quiet=-q
[ -t 2 ] && quiet=
export PIP_DISABLE_PIP_VERSION_CHECK=1
install() { # shellcheck disable=SC2086
    "$venv/bin/python" -m pip install $quiet -c constraints.txt "$@" >&2
}
say "Installing Python packages (torch is large: this takes some minutes the first time)"
install hatchling # what builds the package, pinned like everything else
case $kind in
run) install --no-build-isolation -e . ;;
dev | bundle) install --no-build-isolation -e ".[$kind]" ;;
*) stop "Unknown kind of set-up: $kind. Say run, dev or bundle." ;;
esac

# Where Python is told to write no bytecode, every start would compile the whole program anew.
"$venv/bin/python" -m compileall -q sam3_annotator

# --- Does a window come up? ---

QT_QPA_PLATFORM=offscreen "$venv/bin/python" -c 'from PySide6.QtWidgets import QApplication; QApplication([])' ||
    stop "Qt does not start. It needs system libraries that are missing here: $(missing_libraries always | sort -u | tr '\n' ' ')"

touch "$venv/.stamp-run"
touch "$venv/.stamp-$kind"
say "Ready."
