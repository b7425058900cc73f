#!/usr/bin/env bash
# Asks whether a build may be installed. Exits 0 for yes only; run it as the step before the deploy.
#   DECISION  file that the gate signed     DIGEST       sha256:… of the build to install
#   KEY       accepted public key           ENVIRONMENT  where it is to go
#   or TRUSTED_ROOT, IDENTITY, ISSUER       whose Sigstore bundles are accepted
#   ERP_RELEASE  release that runs there    POLICY       digest that change-gate policy printed, pinned by the change authority
#   DECISIONS folder of all decisions       CHANGE_GATE  how change-gate is called; npx unless set
set -euo pipefail

: "${DECISION:?}" "${DIGEST:?}" "${ENVIRONMENT:?}" "${ERP_RELEASE:?}" "${POLICY:?}" "${DECISIONS:?}"
read -r -a gate <<<"${CHANGE_GATE:-npx --no-install change-gate}"

if [ -n "${TRUSTED_ROOT:-}" ]; then
  signer=(--trusted-root "$TRUSTED_ROOT" --identity "${IDENTITY:?}" --issuer "${ISSUER:?}")
else
  signer=(--key "${KEY:?}")
fi

exec "${gate[@]}" verify "$DECISION" "${signer[@]}" --subject "$DIGEST" --environment "$ENVIRONMENT" \
  --erp-release "$ERP_RELEASE" --policy "$POLICY" --decisions "$DECISIONS"
