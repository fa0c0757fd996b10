#!/bin/sh
# What would the rules of this branch have changed? As Markdown, for each recording. Usage: compare-rules.sh BASE
set -eu
base=${1:?usage: compare-rules.sh BASE, a commit or branch with the rules as they are}
rules=${RULES:-config/brands.yaml}
before=$(mktemp)
trap 'rm -f "$before"' EXIT
git show "$base:$rules" > "$before"
echo "### What the new rules would have changed"
for recording in "${RECORDINGS:-recordings}"/*.tocsin; do
  [ -e "$recording" ] || { echo "There is no recording to compare on."; exit 0; }
  echo
  echo "**$(basename "$recording" .tocsin)**"
  echo
  tocsin replay "$recording" --config "$before" --compare-to "$rules" --markdown
done
