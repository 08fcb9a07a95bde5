#!/bin/sh
# Prepares a Temporal server for durable-upsells: the namespace, a retention that is long enough, and the search
# attributes. May be run again at any time, and against any server of your own: it changes only what is missing.
#
# The environment is the one of the `temporal` command: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, and what TLS needs.
# RETENTION_HOURS is the shortest retention that is accepted; a longer one is left alone.
set -eu

namespace=${TEMPORAL_NAMESPACE:-default}
retention_hours=${RETENTION_HOURS:-720}
attempts=${ATTEMPTS:-60}
pause=${PAUSE_SECONDS:-2}

keywords="CustomerId ProductId OfferId FunnelId CatalogVersion OfferState Outcome"
times="OfferExpiresAt"

say() {
  echo "$@" >&2
}

# The command must go through some time: the server may still be starting, and what was made is known everywhere
# only seconds later.
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
    # Another one may have been quicker.
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

# ensure_attributes TYPE NAME...: makes those that the namespace does not have.
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

# Runs may carry the attributes as soon as they can be searched by.
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
