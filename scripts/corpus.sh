#!/usr/bin/env bash
# Fetches the wheels of real projects into .corpus/NAME, for the tests that read them. Only what is missing is
# fetched; delete a folder to fetch it again. Nothing of it is installed, run, or committed.
#
#     scripts/corpus.sh             all projects
#     scripts/corpus.sh pretix …    only these
#
# PYTHON names another Python than python3. Its pip does the fetching.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
target=.corpus
# Pinned, so that what the tests count stays the same. Later releases of sentry ship no wheel.
projects=(
    arches==8.1.5
    geonode==5.1.1
    kolibri==0.19.5
    mayan-edms==4.12.2
    misago==0.39.6
    openwisp-controller==1.3.2
    pretix==2026.8.0
    sentry==23.7.1
    weblate==5.14.3
)
names=("${projects[@]%%==*}")

wanted() {
    local name=$1
    shift
    [ $# -eq 0 ] && return 0
    for one in "$@"; do [ "$one" = "$name" ] && return 0; done
    return 1
}

for one in "$@"; do
    case " ${names[*]} " in
        *" $one "*) ;;
        *) echo "corpus: no project is called $one; there are: ${names[*]}" >&2; exit 2 ;;
    esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$target"
failed=0
for requirement in "${projects[@]}"; do
    name=${requirement%%==*}
    wanted "$name" "$@" || continue
    if [ -n "$(find "$target/$name" -maxdepth 1 -name '*.dist-info' 2>/dev/null)" ]; then
        echo "corpus: $name is there"
        continue
    fi
    rm -rf "$work/wheel" "$work/tree"
    # A wheel for any Python will do: it is read, not installed. `pip wheel` would run its build, so it is not used.
    if ! "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --ignore-requires-python --dest "$work/wheel" "$requirement"; then
        echo "corpus: $name could not be fetched" >&2
        failed=1
        continue
    fi
    wheel=$(find "$work/wheel" -name '*.whl')
    "$python" -m zipfile -e "$wheel" "$work/tree"
    # The folder appears only when it is whole.
    rm -rf "${target:?}/$name"
    mv "$work/tree" "$target/$name"
    echo "corpus: $name fetched, $(basename "$wheel"), $(find "$target/$name" -type f | wc -l) files"
done
exit $failed
