#!/bin/sh
# Sets up what is needed, then does the main job or passes the tests.
#
#   ./setup.sh demo [...]    handwritten digits, from data to deployment;
#                            arguments go to: cubeai-auto run projects/digits
#   ./setup.sh tests [...]   the tests; arguments go to pytest, paths count from the checkout
#   ./setup.sh env           only sets up
#
# Python packages go into .venv beside this file. The cross compiler and the emulator are Debian
# packages: installed when this runs as root, otherwise the command to type is printed and the
# rest goes on. PYTHON=/path/to/python chooses the Python. Messages go to standard error.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
venv=$root/.venv
python=$venv/bin/python
updated=no
export PIP_USER=0

say() { printf 'setup: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# quietly COMMAND...: shows the end of its output only if it fails.
quietly() {
    log=$(mktemp)
    if "$@" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi
    tail -n 12 "$log" | sed 's/^/  | /' >&2
    say "failed: $* (everything it printed: $log)"
    return 1
}

# debian PACKAGE...: installs Debian packages, or says what to type.
debian() {
    if [ "$(id -u)" = 0 ] && has apt-get; then
        say "installing $*"
        if [ $updated = no ]; then
            quietly apt-get update -q || true
            updated=yes
        fi
        quietly env DEBIAN_FRONTEND=noninteractive \
            apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends "$@" && return 0
    fi
    say "please type: sudo apt-get update && sudo apt-get install --no-install-recommends $*"
    return 1
}

# version_of PYTHON: its version if it runs (the shim of a version manager may not) and is 3.11+.
version_of() {
    "$1" -c 'import sys; v = sys.version_info; v[:2] < (3, 11) and sys.exit(1); print("%d.%d" % v[:2])' \
        2>/dev/null </dev/null
}

# find_python: sets base and version; TensorFlow has wheels up to 3.13, so newer ones come last.
find_python() {
    base=''
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python; do
        found=$(version_of "$candidate") || continue
        case $found in
            3.11 | 3.12 | 3.13)
                base=$candidate version=$found
                return 0
                ;;
        esac
        [ -n "$base" ] || base=$candidate version=$found
    done
    [ -n "$base" ]
}

# Debian ships venv without ensurepip until its package is there.
has_venv() { "$base" -c 'import ensurepip, venv' >/dev/null 2>&1; }
has_virtualenv() { "$base" -m virtualenv --version >/dev/null 2>&1; }

make_venv() {
    find_python || debian python3 python3-venv || true
    if ! find_python; then
        say "there is no Python 3.11, 3.12 or 3.13; install one, or name it: PYTHON=/path/to/python $0"
        exit 3
    fi
    has_venv || has_virtualenv || debian "python$version-venv" || exit 3
    say "making .venv with Python $version"
    rm -rf "$venv"
    if has_venv; then
        quietly "$base" -m venv "$venv" || exit 4
    else
        quietly "$base" -m virtualenv "$venv" || exit 4
    fi
}

# python_packages EXTRAS: skipped if nothing changed since the last time; dev has all the others.
python_packages() {
    stamp="$root $(cksum <"$root/pyproject.toml")"
    if ! version=$(version_of "$python") || ! "$python" -c 'import pip' 2>/dev/null; then
        make_venv
    elif [ -n "${PYTHON:-}" ] && [ "$(version_of "$PYTHON")" != "$version" ]; then
        make_venv
    fi
    for extras in "$1" dev; do
        [ "$(cat "$venv/setup-$extras.stamp" 2>/dev/null)" != "$stamp" ] || return 0
    done
    say "installing Python packages [$1] into .venv (the first time takes a minute or two)"
    # From inside the checkout: its path may have any letters.
    (cd -- "$root" && quietly "$python" -m pip install -q --no-input \
        --disable-pip-version-check -e ".[$1]") || exit 4
    printf '%s\n' "$stamp" >"$venv/setup-$1.stamp"
}

tools() {
    set --
    if ! has arm-none-eabi-gcc && [ -z "${ARM_NONE_EABI_GCC:-}" ]; then
        set -- "$@" gcc-arm-none-eabi libnewlib-arm-none-eabi
    elif has arm-none-eabi-gcc && [ "$(arm-none-eabi-gcc -print-file-name=nano.specs)" = nano.specs ]; then
        set -- "$@" libnewlib-arm-none-eabi
    fi
    has qemu-system-arm || [ -n "${QEMU_SYSTEM_ARM:-}" ] || set -- "$@" qemu-system-arm
    # A compiler without the C library's headers is of no use either.
    echo '#include <stdio.h>' | "${CC:-cc}" -E -x c - >/dev/null 2>&1 || set -- "$@" gcc libc6-dev
    if [ -n "${CI:-}" ] && [ "$job" != demo ]; then
        has chromium || has google-chrome || set -- "$@" chromium
        has shellcheck || set -- "$@" shellcheck
    fi
    [ $# = 0 ] || debian "$@" || say "going on without"
}

job=${1:-help}
[ $# = 0 ] || shift
case $job in
    demo) extras=train,oracle ;;
    tests | env) extras=dev ;;
    *)
        sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
        [ "$job" = help ] || [ "$job" = --help ] || exit 2
        exit 0
        ;;
esac

tools
python_packages "$extras"
case $version in
    3.11 | 3.12 | 3.13) ;;
    *) say "Python $version has no TensorFlow: going on without training; PYTHON=python3.13 has it" ;;
esac
case $job in
    demo) exec "$venv/bin/cubeai-auto" run "$root/projects/digits" "$@" ;;
    tests)
        cd -- "$root"
        exec "$python" -m pytest "$@"
        ;;
    env) say "ready: $venv" ;;
esac
