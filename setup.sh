# Shared by ./demo and ./check: what Qubout needs from Debian 12, and how it is built.  Sourced, not run.

qb_runtime='build-essential meson ninja-build pkg-config git
    libglpk-dev libcsv-dev libsqlite3-dev libjansson-dev libyaml-dev libgsl-dev libnlopt-dev libhwloc-dev
    libssl-dev zlib1g-dev librandom123-dev gnuplot-nox fonts-dejavu-core fontconfig'
qb_tests='libcriterion-dev clang libclang-rt-14-dev chromium coinor-cbc xz-utils'

# qb_setup runtime|tests: installs the packages that are missing, and says which.
qb_setup() {
    wanted=$qb_runtime
    [ "$1" = tests ] && wanted="$qb_runtime $qb_tests"
    missing=
    for package in $wanted; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    echo "installing from Debian:$missing" >&2
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "run as root or install sudo: packages are missing" >&2; exit 3; }
        sudo=sudo
    fi
    $sudo apt-get update -qq >&2 || { echo "apt-get update failed" >&2; exit 3; }
    # shellcheck disable=SC2086 # the list is meant to split
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq $missing >&2 ||
        { echo "apt-get install failed" >&2; exit 3; }
}

# qb_build FOLDER [OPTION...]: configures FOLDER once, then builds; quiet unless it fails.
qb_build() {
    folder=$1
    shift
    if [ ! -f "$folder/build.ninja" ]; then
        echo "configuring $folder" >&2
        meson setup "$folder" "$@" >"$folder.log" 2>&1 || { cat "$folder.log" >&2; exit 3; }
    fi
    echo "building $folder" >&2
    ninja -C "$folder" >"$folder.log" 2>&1 || { tail -n 60 "$folder.log" >&2; exit 3; }
    rm -f "$folder.log"
}
