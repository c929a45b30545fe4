#!/usr/bin/env bash
# Adds sentry-scm-grpc to a checkout of getsentry/self-hosted, or takes it out again.
#
#   setup.sh [--apply] [--remove] [--skip-nginx] [--wheels DIR] [SELF_HOSTED]
#
#   SELF_HOSTED    the checkout; the current directory if left out
#   --apply        write the files; without it the script only shows what it would write
#   --remove       take everything out again: each file is then as it was before, byte for byte
#   --skip-nginx   leave nginx's configuration alone
#   --wheels DIR   where the wheels are; by default dist/ of the clone that this script belongs to
#
# It writes these files, and starts, stops and builds nothing:
#
#   sentry/scm-grpc/*.whl     the wheels that the image installs
#   sentry/enhance-image.sh   a block that installs them when the image is built
#   sentry/sentry.conf.py     a block that adds the app and its middleware
#   nginx.conf                a location for /grpc/ (nginx/nginx.conf up to 24.10)
#
# Your own lines stay as they are. Needs bash, diff and the usual tools of a Linux host, no Python.
set -euo pipefail

OLDEST=24.3 # The first release with Python 3.11, grpcio 1.60 and protobuf 4.25.
BEGIN='# >>> sentry-scm-grpc'
END='# <<< sentry-scm-grpc'
# What the first line of a block says of the file before: what has to be undone beside the block.
NEW_FILE=' (the file is new)'
NEW_NEWLINE=' (the line above had no newline)'
HEADER='#!/bin/bash
set -euo pipefail
'
PACKAGES=(sentry_scm_grpc sonora django_environ)

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
apply=0 remove=0 with_nginx=1 wheels=$here/../../dist target=.

fail() {
  printf 'setup.sh: %s\n' "$1" >&2
  printf '          %s\n' "${@:2}" >&2
  exit 1
}

main() {
  read_arguments "$@"
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  check_layout
  # Everything is made and checked before anything is written.
  if [ "$remove" = 1 ]; then
    for file in "${files[@]}"; do plan_removal "$file"; done
  else
    check_release
    find_wheels
    local line # Assigned first: the shell ends at a failed assignment, but not at a failed argument.
    line=$(line_after_shebang sentry/enhance-image.sh)
    plan_block sentry/enhance-image.sh image_block "$line"
    line=$(lines_of sentry/sentry.conf.py)
    plan_block sentry/sentry.conf.py conf_block "$line"
    if [ "$with_nginx" = 1 ]; then
      line=$(line_before_root_location)
      plan_block "$nginx" nginx_block "$line"
    fi
  fi
  show
  if [ "$changes" = 0 ]; then
    echo 'Nothing to do: the files are as they should be.'
  elif [ "$apply" = 0 ]; then
    echo 'Nothing was changed. Run it again with --apply to make these changes.'
  else
    write
    echo 'Done. docs/how-to/self-hosted.md of sentry-scm-grpc has the next steps: build the image, and restart.'
  fi
}

read_arguments() {
  local seen=0
  while [ $# -gt 0 ]; do
    case $1 in
      --apply) apply=1 ;;
      --remove) remove=1 ;;
      --skip-nginx) with_nginx=0 ;;
      --wheels)
        [ $# -gt 1 ] || fail '--wheels needs a directory.'
        wheels=$2
        shift
        ;;
      -h | --help)
        sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
        exit 0
        ;;
      -*) fail "there is no option $1." 'setup.sh --help lists the options.' ;;
      *)
        [ "$seen" = 0 ] || fail 'give one checkout of self-hosted only.'
        target=$1 seen=1
        ;;
    esac
    shift
  done
}

# ---- what the checkout must look like ---------------------------------------------------------------------------------

check_layout() {
  [ -d "$target" ] || fail "there is no directory $target."
  wheels=$(cd "$wheels" 2>/dev/null && pwd) || wheels=''
  cd "$target"
  local what="$PWD is not a checkout of getsentry/self-hosted as this script knows it:"
  for file in .env docker-compose.yml sentry/Dockerfile; do
    [ -f "$file" ] || fail "$what" "there is no file $file. Give the path of the checkout as the last argument."
  done
  grep -Eq '^ +context: +\./sentry/? *$' docker-compose.yml ||
    fail "$what" 'docker-compose.yml builds no image from ./sentry.'
  grep -q 'enhance-image\.sh' sentry/Dockerfile || fail "$what" 'sentry/Dockerfile does not run enhance-image.sh.'
  [ -f sentry/sentry.conf.py ] ||
    fail 'there is no sentry/sentry.conf.py yet.' "Run self-hosted's own ./install.sh first. It makes that file."
  grep -q '^from sentry\.conf\.server import \*' sentry/sentry.conf.py ||
    fail 'sentry/sentry.conf.py does not begin with "from sentry.conf.server import *".' \
      'Add the app by hand: docs/how-to/sentry.md says how.'
  nginx=nginx.conf
  [ -f "$nginx" ] || nginx=nginx/nginx.conf
  if [ "$with_nginx" = 1 ]; then
    [ -f "$nginx" ] || fail "$what" 'there is neither nginx.conf nor nginx/nginx.conf. --skip-nginx does without.'
    grep -Eq '^[[:space:]]*upstream sentry \{' "$nginx" ||
      fail "$nginx has no \"upstream sentry\"." '--skip-nginx leaves it alone.'
  fi
  files=(sentry/enhance-image.sh sentry/sentry.conf.py)
  [ "$with_nginx" = 0 ] || files+=("$nginx")
  for file in "${files[@]}"; do check_block "$file"; done
}

# A file holds our block once, whole, or not at all; and no line of ours that somebody wrote by hand.
check_block() {
  local file=$1 begins ends
  [ -f "$file" ] || return 0
  begins=$(line_of "$BEGIN" "$file") ends=$(line_of "$END" "$file")
  if [ -z "$begins$ends" ]; then
    if [ "$remove" = 0 ] && grep -Eq 'sentry_scm_grpc|install.*sentry-scm-grpc|location .*/grpc' "$file"; then
      fail "$file already has lines for sentry-scm-grpc that this script did not write." 'Take them out first.'
    fi
  elif ! [[ $begins =~ ^[0-9]+$ && $ends =~ ^[0-9]+$ ]] || [ "$begins" -ge "$ends" ]; then
    fail "$file has a damaged block of sentry-scm-grpc." \
      "It needs one line \"$BEGIN\" and, below it, one line \"$END\". Mend or delete the block by hand."
  fi
}

check_release() {
  local image=''
  for file in .env .env.custom; do
    [ ! -f "$file" ] || image=$(sed -n 's/^SENTRY_IMAGE=//p' "$file" | tail -n 1 | tr -d "\"'" | grep . || echo "$image")
  done
  [ -n "$image" ] || fail 'neither .env nor .env.custom names SENTRY_IMAGE.'
  local tag=${image##*:}
  if [[ $tag =~ ^[0-9]+\.[0-9]+ ]]; then
    [ "$(printf '%s\n' "$OLDEST" "${BASH_REMATCH[0]}" | sort -V | head -n 1)" = "$OLDEST" ] ||
      fail "this self-hosted runs Sentry $tag. sentry-scm-grpc needs $OLDEST.0 or newer." \
        'Older images have an older Python, grpcio or protobuf. Upgrade self-hosted first.'
  else
    echo "Note: $image names no release, so its version is not checked. The build fails if its Python is too old." >&2
  fi
}

find_wheels() {
  local how='docs/how-to/self-hosted.md says how to build the wheels. --wheels names the directory with them.'
  [ -n "$wheels" ] || fail 'there is no directory with wheels.' "$how"
  found=()
  for package in "${PACKAGES[@]}"; do
    local matches=("$wheels/$package"-*.whl)
    [ -f "${matches[0]}" ] || fail "$wheels has no wheel $package-*.whl." "$how"
    [ ${#matches[@]} = 1 ] || fail "$wheels has several wheels of $package. Leave one." "${matches[@]##*/}"
    found+=("${matches[0]}")
  done
}

# ---- the blocks -------------------------------------------------------------------------------------------------------

ours='setup.sh of sentry-scm-grpc writes and removes these lines. Keep your own lines outside of them.'

image_block() {
  cat <<BLOCK
# $ours
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  { echo "sentry-scm-grpc needs Python 3.11 or newer. This image has \$(python3 --version)." >&2; exit 1; }
# --no-deps: Sentry keeps its own versions. --no-index: everything is here, so the build asks no package index.
python3 -m pip install --no-deps --no-index "\$(dirname "\$0")"/scm-grpc/*.whl || exit 1
BLOCK
}

conf_block() {
  cat <<BLOCK
# $ours
# SCM_GRPC, the app's settings, is yours to write below. Without the app in its image, Sentry starts as before.
import importlib.util

if importlib.util.find_spec("sentry_scm_grpc"):
    INSTALLED_APPS = (*INSTALLED_APPS, "sentry_scm_grpc")
    MIDDLEWARE = ("sentry_scm_grpc.middleware.GrpcWebMiddleware", *MIDDLEWARE)
BLOCK
}

nginx_block() {
  local indent
  indent=$(sed -n 's/^\([[:space:]]*\)location \/ {.*/\1/p' "$nginx" | head -n 1)
  # No proxy_set_header here: with one of its own, a location would lose those that the file sets for all.
  sed "s/^\(.\)/$indent\1/" <<BLOCK
# $ours
location /grpc/ {
	proxy_pass http://sentry;
	proxy_buffering off; # Streams arrive as they are made.
	proxy_read_timeout 300s; # Of a stream: the longest pause between two messages.
	client_max_body_size 2m; # The setting MAX_MESSAGE_BYTES as base64, and a little.
}
BLOCK
}

# ---- where a block goes -----------------------------------------------------------------------------------------------

lines_of() { grep -c '' "$1" || true; }

# Before your own lines, one of which may end the script. The file must be a shell script.
line_after_shebang() {
  [ -f "$1" ] || { echo 0; return; }
  # The build passes over an empty script, and fails at one that it cannot run.
  [ -s "$1" ] || fail "$1 is empty." 'Delete it. This script then writes a new one.'
  [ -x "$1" ] || fail "$1 cannot be run, so the build of the image fails." "Run: chmod +x $1"
  case $(head -n 1 "$1") in
    '#!'*/sh | '#!'*/sh\ * | '#!'*bash*) echo 1 ;;
    '#!'*) fail "$1 is no shell script." 'Install the wheels of sentry/scm-grpc in it by hand: docs/how-to/sentry.md says how.' ;;
    *) echo 0 ;;
  esac
}

line_before_root_location() {
  local at
  at=$(awk '/^[[:space:]]*location \/ {/ { print NR }' "$nginx")
  [[ $at =~ ^[0-9]+$ ]] ||
    fail "$nginx should have one \"location / {\" and has none or several." '--skip-nginx leaves it alone.'
  echo $((at - 1))
}

# ---- planning: the new files, in $work --------------------------------------------------------------------------------

line_of() { awk -v text="$1" 'index($0, text) { print NR }' "$2"; }
has_block() { [ -f "$1" ] && grep -qF "$BEGIN" "$1"; }

# plan_block FILE BLOCK LINE: a file with the block after a line, or in place of the block that it has.
plan_block() {
  local file=$1 block=$2 line=$3 new=$work/new/$1 note='' rest
  mkdir -p "$(dirname "$new")"
  if has_block "$file"; then
    line=$(line_of "$BEGIN" "$file")
    note=$(sed -n "${line}s/^[[:space:]]*$BEGIN//p" "$file")
    line=$((line - 1)) rest=$(($(line_of "$END" "$file") + 1))
    head -n "$line" "$file" >"$new"
  elif [ -f "$file" ]; then
    rest=$((line + 1))
    head -n "$line" "$file" >"$new"
    if [ -n "$(tail -c 1 "$new")" ]; then echo >>"$new" && note=$NEW_NEWLINE; fi
  else
    note=$NEW_FILE rest=1
    printf '%s' "$HEADER" >"$new"
  fi
  { echo "$BEGIN$note" && "$block" && echo "$END"; } >>"$new"
  [ ! -f "$file" ] || tail -n "+$rest" "$file" >>"$new"
}

# plan_removal FILE: a file without its block; no new file where the block made it.
plan_removal() {
  local file=$1 new=$work/new/$1 line note
  has_block "$file" || return 0
  mkdir -p "$(dirname "$new")"
  line=$(line_of "$BEGIN" "$file")
  note=$(sed -n "${line}s/^[[:space:]]*$BEGIN//p" "$file")
  { head -n $((line - 1)) "$file" && tail -n "+$(($(line_of "$END" "$file") + 1))" "$file"; } >"$new"
  if [ "$note" = "$NEW_FILE" ] && printf '%s' "$HEADER" | cmp -s - "$new"; then
    rm "$new" && touch "$new.gone"
  elif [ "$note" = "$NEW_NEWLINE" ] && [ "$(lines_of "$new")" -lt "$line" ]; then
    truncate -s -1 "$new" # Only if nobody has written below the block since.
  fi
}

# ---- showing and writing ----------------------------------------------------------------------------------------------

show() {
  changes=0
  for file in "${files[@]}"; do
    local old=$file new=$work/new/$file
    if [ -f "$new.gone" ]; then new=/dev/null; elif [ ! -f "$new" ]; then continue; fi
    [ -f "$old" ] || old=/dev/null
    diff -u --label "a/$file" --label "b/$file" "$old" "$new" || changes=1
  done
  if [ "$remove" = 1 ]; then
    for wheel in sentry/scm-grpc/*.whl; do
      [ ! -f "$wheel" ] || { echo "delete $wheel" && changes=1; }
    done
    return
  fi
  for wheel in "${found[@]}"; do
    cmp -s "$wheel" "sentry/scm-grpc/${wheel##*/}" || { echo "copy   sentry/scm-grpc/${wheel##*/}" && changes=1; }
  done
  for wheel in sentry/scm-grpc/*.whl; do
    [ ! -f "$wheel" ] || is_wanted "$wheel" || { echo "delete $wheel" && changes=1; }
  done
}

is_wanted() {
  local wheel
  for wheel in "${found[@]}"; do [ "${wheel##*/}" != "${1##*/}" ] || return 0; done
  return 1
}

write() {
  if [ "$remove" = 0 ]; then
    mkdir -p sentry/scm-grpc
    for wheel in "${found[@]}"; do
      cmp -s "$wheel" "sentry/scm-grpc/${wheel##*/}" || cp "$wheel" sentry/scm-grpc/
    done
  fi
  for file in "${files[@]}"; do
    local new=$work/new/$file
    if [ -f "$new.gone" ]; then
      rm "$file"
    elif [ -f "$new" ] && ! cmp -s "$new" "$file"; then
      local is_new=0
      [ -f "$file" ] || is_new=1
      # In place: owner and mode stay, and so does the inode, which is what Docker mounts of nginx.conf. The copy beside it
      # shows that the disk has room, and is left if the writing fails.
      cp "$new" "$file.scm-grpc"
      cat "$file.scm-grpc" >"$file"
      rm "$file.scm-grpc"
      [ "$is_new" = 0 ] || chmod 755 "$file"
    fi
  done
  for wheel in sentry/scm-grpc/*.whl; do
    [ ! -f "$wheel" ] || { [ "$remove" = 0 ] && is_wanted "$wheel"; } || rm "$wheel"
  done
  [ "$remove" = 0 ] || [ ! -d sentry/scm-grpc ] || rmdir sentry/scm-grpc ||
    echo 'Note: sentry/scm-grpc has files that this script did not put there, so it stays.' >&2
}

main "$@"
