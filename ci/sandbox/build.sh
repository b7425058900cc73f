#!/usr/bin/env bash
# Builds the sandbox images of sandboxes.json, all or those named; an image that is up to date is left alone.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here"

# A table of "name image base spareIds", one sandbox a line.
table=$(node -e '
  const sandboxes = JSON.parse(require("node:fs").readFileSync("sandboxes.json", "utf8"));
  for (const [name, box] of Object.entries(sandboxes)) console.log(name, box.image, box.base, box.spareIds);
')
if [ $# -eq 0 ]; then
  # shellcheck disable=SC2046
  set -- $(cut -d ' ' -f 1 <<<"$table")
fi

for name in "$@"; do
  row=$(grep "^$name " <<<"$table") || {
    echo "sandbox $name: not in sandboxes.json, which has: $(cut -d ' ' -f 1 <<<"$table" | paste -sd ' ')" >&2
    exit 2
  }
  read -r _ image base spare_ids <<<"$row"

  digest=$({ cat Dockerfile seed.py trytond.conf && echo "$base $spare_ids"; } | sha256sum | cut -c 1-16)
  if [ "$(docker image inspect --format '{{index .Config.Labels "erp-change-gate.digest"}}' "$image" 2>/dev/null)" = "$digest" ]; then
    echo "sandbox $name: $image is up to date"
    continue
  fi

  release=${base#debian:}
  ./make-base.sh "${release%-slim}"

  echo "sandbox $name: building $image"
  log=$(mktemp)
  # The host's network, because a daemon without iptables gives containers no way out; a build argument without a value
  # is taken from the environment and left out where it is not set.
  if ! docker build --network host --build-arg http_proxy --build-arg https_proxy --build-arg no_proxy \
    --build-arg "BASE=$base" --build-arg "SPARE_IDS=$spare_ids" --label "erp-change-gate.digest=$digest" \
    --tag "$image" . >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "sandbox $name: the build failed; the whole log is in $log" >&2
    exit 1
  fi
  rm "$log"
  echo "sandbox $name: $image is ready"
done
