#!/bin/sh
# Prepares a Temporal server for durable-upsells: the namespace, a sufficient retention, and the search attributes.
# It can be run again at any time, against any server of your own, and changes only what is missing.
#
# The environment is that of the `temporal` command: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, and the variables for TLS.
# RETENTION_HOURS is the minimum retention; a longer one is left unchanged.
set -eu

namespace=${TEMPORAL_NAMESPACE:-default}
retention_hours=${RETENTION_HOURS:-720}
attempts=${ATTEMPTS:-60}
pause=${PAUSE_SECONDS:-2}

keywords="CustomerId ProductId OfferId FunnelId CatalogVersion OfferState ReviewKind Outcome"
times="OfferExpiresAt"

say() {
  echo "$@" >&2
}

# until_it_works WHAT COMMAND...: retries, because the server may still be starting, and because its parts learn of
# changes only after some seconds.
until_it_works() {
  what=$1
  shift
  attempt=1
  until output=$("$@" 2>&1); do
    if [ "$attempt" -ge "$attempts" ]; then
      say "Gave up on: $what. The last answer was:"
      say "$output"
      exit 1
    fi
    attempt=$((attempt + 1))
    sleep "$pause"
  done
}

describe_namespace() {
  temporal operator namespace describe --namespace "$namespace" --output json
}

ensure_namespace() {
  describe_namespace >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$namespace" --retention "${retention_hours}h" ||
    # Another process may have created it in the meantime.
    describe_namespace >/dev/null
}

# Seconds, from "workflowExecutionRetentionTtl": "2592000s".
retention_seconds() {
  describe_namespace | tr -d ' \n' | sed -n 's/.*"workflowExecutionRetentionTtl":"\([0-9]*\)s".*/\1/p'
}

ensure_retention() {
  current=$(retention_seconds)
  if [ -z "$current" ]; then
    say "Could not read the retention of the namespace $namespace."
    return 1
  fi
  if [ "$current" -lt $((retention_hours * 3600)) ]; then
    temporal operator namespace update --namespace "$namespace" --retention "${retention_hours}h" >/dev/null
    say "Raised the retention of $namespace from $((current / 3600)) to $retention_hours hours."
  fi
}

# ensure_attributes TYPE NAME...: creates those that the namespace does not have.
ensure_attributes() {
  type=$1
  shift
  present=$(temporal operator search-attribute list --namespace "$namespace") || return 1
  for name in "$@"; do
    printf '%s\n' "$present" | grep -qw "$name" && continue
    temporal operator search-attribute create --namespace "$namespace" --name "$name" --type "$type" ||
      return 1
  done
}

all_attributes() {
  # shellcheck disable=SC2086 # lists of words
  ensure_attributes Keyword $keywords && ensure_attributes Datetime $times
}

# Workflows can use the attributes as soon as searches with them work.
attributes_are_known() {
  query="OfferExpiresAt > '2000-01-01T00:00:00Z'"
  for name in $keywords; do query="$query AND $name = 'none'"; done
  temporal workflow count --namespace "$namespace" --query "$query"
}

until_it_works "reaching Temporal at ${TEMPORAL_ADDRESS:-localhost:7233}" temporal operator cluster health
until_it_works "creating the namespace $namespace" ensure_namespace
until_it_works "reading the namespace $namespace" describe_namespace
ensure_retention
until_it_works "creating the search attributes" all_attributes
until_it_works "searching by the search attributes" attributes_are_known
say "The namespace $namespace is ready."
