#!/usr/bin/env bash
# Runs the gate for one change request and publishes what people read. Exits as change-gate does.
#   CHANGE      folder of the change request
#   SHARD       part to replay, such as 2/8: its evidence is written and nothing is decided. A connector release has no parts
#   EVIDENCE    folder with the evidence of all parts, however deep: one decision is made of it and nothing is replayed
#   SUBJECT     build of the connector, NAME=sha256:…   ENVIRONMENT  where it may go; both are needed to sign
#   TARGET      mock unless set                         REPORTS      reports unless set
#   CHANGE_GATE how change-gate is called; npx unless set
set -euo pipefail

: "${CHANGE:?name the folder of the change request}"
reports="${REPORTS:-reports}"
read -r -a gate <<<"${CHANGE_GATE:-npx --no-install change-gate}"

if [ -n "${SHARD:-}" ]; then
  exec "${gate[@]}" run "$CHANGE" --target "${TARGET:-mock}" --reports "$reports" --shard "$SHARD"
fi

# What an earlier run left must not be published as the result of this one.
folder="$reports/$(basename "$(dirname "$(dirname "$CHANGE")")")/$(basename "$CHANGE")"
rm -f "$folder/markdown.md" "$folder/github-annotations.txt" "$folder/junit.xml"

if [ -n "${EVIDENCE:-}" ]; then
  mapfile -d '' -t packs < <(find "$EVIDENCE" -name 'evidence-*-of-*.ndjson' -print0 | sort -z)
  if [ ${#packs[@]} -eq 0 ]; then
    echo "$EVIDENCE holds no evidence: no part of the rehearsal ended" >&2
    exit 3
  fi
  arguments=(merge "${packs[@]}" --change "$CHANGE")
else
  arguments=(run "$CHANGE" --target "${TARGET:-mock}")
fi
if [ -n "${SUBJECT:-}" ]; then arguments+=(--subject "$SUBJECT"); fi
if [ -n "${ENVIRONMENT:-}" ]; then arguments+=(--environment "$ENVIRONMENT"); fi

status=0
"${gate[@]}" "${arguments[@]}" --reports "$reports" || status=$?

if [ -f "$folder/markdown.md" ]; then
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$folder/markdown.md" >>"$GITHUB_STEP_SUMMARY"; fi
  if [ -n "${TF_BUILD:-}" ]; then echo "##vso[task.uploadsummary]$PWD/$folder/markdown.md"; fi
fi
if [ -n "${GITHUB_ACTIONS:-}" ] && [ -f "$folder/github-annotations.txt" ]; then cat "$folder/github-annotations.txt"; fi

exit "$status"
