#!/usr/bin/env bash
# Runs the gate for one change request and publishes what people read. Exits as change-gate run does.
#   CHANGE      folder of the change request
#   SUBJECT     build of the connector, NAME=sha256:…   ENVIRONMENT  where it may go; both are needed to sign
#   TARGET      mock unless set                         REPORTS      reports unless set
#   CHANGE_GATE how change-gate is called; npx unless set
set -euo pipefail

: "${CHANGE:?name the folder of the change request}"
reports="${REPORTS:-reports}"
read -r -a gate <<<"${CHANGE_GATE:-npx --no-install change-gate}"
folder="$reports/$(basename "$(dirname "$(dirname "$CHANGE")")")/$(basename "$CHANGE")"

# What an earlier run left must not be published as the result of this one.
rm -f "$folder/markdown.md" "$folder/github-annotations.txt" "$folder/junit.xml"

arguments=(run "$CHANGE" --target "${TARGET:-mock}" --reports "$reports")
if [ -n "${SUBJECT:-}" ]; then arguments+=(--subject "$SUBJECT"); fi
if [ -n "${ENVIRONMENT:-}" ]; then arguments+=(--environment "$ENVIRONMENT"); fi

status=0
"${gate[@]}" "${arguments[@]}" || status=$?

if [ -f "$folder/markdown.md" ]; then
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$folder/markdown.md" >>"$GITHUB_STEP_SUMMARY"; fi
  if [ -n "${TF_BUILD:-}" ]; then echo "##vso[task.uploadsummary]$PWD/$folder/markdown.md"; fi
fi
if [ -n "${GITHUB_ACTIONS:-}" ] && [ -f "$folder/github-annotations.txt" ]; then cat "$folder/github-annotations.txt"; fi

exit "$status"
