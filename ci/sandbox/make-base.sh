#!/usr/bin/env bash
# Makes debian:RELEASE-slim available: pulled from a registry, or built from Debian's packages where none can be reached.
set -euo pipefail

release=${1:?usage: make-base.sh RELEASE (a Debian release name such as bookworm)}
image="debian:${release}-slim"

if docker image inspect "$image" >/dev/null 2>&1; then
  echo "base $image: already here"
  exit 0
fi
if timeout 120 docker pull "$image" >/dev/null 2>&1; then
  echo "base $image: pulled"
  exit 0
fi

for tool in debootstrap apt-get tar; do
  if ! command -v "$tool" >/dev/null; then
    echo "base $image: no registry can be reached and $tool is not installed; install it, or load the image by hand" >&2
    exit 1
  fi
done

# apt knows the sources of this machine in either file format; the first mirror that carries Debian itself serves every release.
# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null | sort -u | head -n 1)
if [ -z "$mirror" ]; then
  echo "base $image: apt has no index of a Debian mirror; run apt-get update first" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root="$work/root"
echo "base $image: no registry can be reached, building it from Debian's packages"
if ! debootstrap --variant=minbase "$release" "$root" "$mirror" >"$work/log" 2>&1; then
  tail -n 20 "$work/log" >&2
  echo "base $image: debootstrap failed" >&2
  exit 1
fi

# What lets this machine reach its mirror (a proxy, a certificate authority, lenient dates) must hold in the containers too.
apt-config dump | grep -E '^Acquire::(https?::Proxy|https::CaInfo|Check-Date|Check-Valid-Until)' >"$root/etc/apt/apt.conf.d/80build-machine" || true
authority=$(sed -n 's/^Acquire::https::CaInfo "\(.*\)";$/\1/p' "$root/etc/apt/apt.conf.d/80build-machine")
if [ -n "$authority" ]; then
  install -D -m 644 "$authority" "$root$authority"
fi
rm -rf "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* \
  "$root"/usr/share/{doc,man,info,locale}/* "$root"/var/log/*.log
tar -C "$root" --exclude='./dev/*' -c . | docker import --change 'CMD ["bash"]' - "$image" >/dev/null
echo "base $image: built"
