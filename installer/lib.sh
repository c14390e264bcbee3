# What the scripts share: messages, steps, and Debian packages. Sourced by bash, never run.
# shellcheck shell=bash

m2ag_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
# fail CODE MESSAGE: 1 when what was asked for is wrong, 2 when the system is.
fail() {
  printf '%s: %s\n' "${0##*/}" "$2" >&2
  exit "$1"
}

# as_root COMMAND…: runs it as root, with sudo where needed.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail 2 "this needs root for: $*. Run it as root once, or install sudo."
  fi
}

# m2ag_packages SET…: the package names of the sets, one a line.
m2ag_packages() {
  local set
  for set in "$@"; do
    awk -v set="$set" '$1 == set { print $2; found = 1 } END { exit !found }' "$m2ag_root/installer/packages" ||
      fail 1 "installer/packages has no set \"$set\""
  done
}

# m2ag_missing SET…: those of them that are not installed. Asks dpkg only.
m2ag_missing() {
  local installed package
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
  while read -r package; do
    grep -qxF -- "$package" <<<"$installed" || printf '%s\n' "$package"
  done < <(m2ag_packages "$@")
}

# m2ag_install SET…: installs what is missing of the sets, from the machine's own package sources. Uses no network when nothing is.
m2ag_install() {
  command -v dpkg-query >/dev/null || fail 2 "no dpkg-query: this script installs Debian packages, it needs Debian 12 or 13"
  local missing log
  mapfile -t missing < <(m2ag_missing "$@")
  if [ ${#missing[@]} -eq 0 ]; then
    note "all packages are there ($*)"
    return
  fi
  note "installing ${#missing[@]} packages: ${missing[*]}"
  log=$(mktemp)
  if ! (
    set -o pipefail
    {
      as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends "${missing[@]}"
    } 2>&1 | tee "$log" | m2ag_apt_progress
  ); then
    tail -n 15 "$log" >&2
    rm -f "$log"
    fail 2 "apt-get could not install: ${missing[*]}. Its last lines are above; is the network up, is this Debian 12 or 13?"
  fi
  rm -f "$log"
}

# m2ag_progress LABEL: turns lines of the form "N/M …" on standard input into one line that moves on a terminal, and elsewhere into one
# line each tenth. Other lines are dropped.
m2ag_progress() {
  local line tenth last=-1 moved=''
  while IFS= read -r line; do
    [[ $line =~ ^([0-9]+)/([0-9]+)\  ]] || continue
    tenth=$((10 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    if [ -t 1 ]; then
      printf '\r   %s %s/%s' "$1" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
      moved=1
    elif [ $tenth -ne $last ]; then
      printf '   %s %s/%s\n' "$1" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
    fi
    last=$tenth
  done
  [ -z "$moved" ] || printf '\n'
}

# Of apt's many lines the first of each kind and every twentieth.
m2ag_apt_progress() {
  local line kind last='' count=0
  while IFS= read -r line; do
    kind=${line%%[ :]*}
    case $kind in Get | Fetched | Unpacking | Setting) ;; *) continue ;; esac
    if [ "$kind" = "$last" ]; then count=$((count + 1)); else count=0; fi
    last=$kind
    [ $((count % 20)) -ne 0 ] || printf '   %.100s\n' "$line"
  done
}
