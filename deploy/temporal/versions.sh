#!/bin/sh
# Moves runs between the versions of a Worker Deployment (TEMPORAL_DEPLOYMENT_NAME), for workers that run with it.
#
#   versions.sh status              the versions, which one is current, which one is ramping, and what is drained
#   versions.sh ramp BUILD PERCENT  gives a part of the new runs, and of those that may move, to a version
#   versions.sh promote BUILD       makes a version the current one: everything but pinned runs goes on with it
#   versions.sh rollback [BUILD]    ends a ramp; with a build, makes that one the current one again
#   versions.sh off                 gives everything back to workers without versioning
#
# Workers log their build id when they start. The environment is that of the `temporal` command: TEMPORAL_ADDRESS,
# TEMPORAL_NAMESPACE, and the variables for TLS.
set -eu

deployment=${TEMPORAL_DEPLOYMENT_NAME:?is the name of the deployment, as the workers have it}

usage() {
  sed -n '4,8s/^#   //p' "$0" >&2
  exit 2
}

set_version() {
  command=$1
  shift
  temporal worker deployment "$command" --deployment-name "$deployment" --yes "$@"
}

case ${1:-} in
status)
  temporal worker deployment describe --name "$deployment"
  ;;
ramp)
  [ $# -eq 3 ] || usage
  set_version set-ramping-version --build-id "$2" --percentage "$3"
  ;;
promote)
  [ $# -eq 2 ] || usage
  set_version set-current-version --build-id "$2"
  ;;
rollback)
  if [ $# -ge 2 ]; then
    set_version set-current-version --build-id "$2"
  else
    # The command wants to be told which version stops ramping.
    ramping=$(temporal worker deployment describe --name "$deployment" --output json |
      sed -n 's/.*"rampingVersionBuildID": *"\([^"]*\)".*/\1/p')
    if [ -z "$ramping" ]; then
      echo "No version is ramping. To go back to an earlier version, name it: versions.sh rollback BUILD" >&2
      exit 1
    fi
    set_version set-ramping-version --build-id "$ramping" --delete
  fi
  ;;
off)
  set_version set-current-version --unversioned
  ;;
*)
  usage
  ;;
esac
