#!/bin/sh
# Brings the tables of Temporal's two databases to the version of this image: creates them the first time, upgrades
# them after a change of image, and otherwise does nothing. Run it before the server starts.
#
# SQL_HOST, SQL_USER and SQL_PASSWORD are those of the database.
set -eu

: "${SQL_HOST:?is the host of PostgreSQL}"
: "${SQL_USER:?is the owner of the databases}"
: "${SQL_PASSWORD:?is the password of SQL_USER}"
schema_dir=${SCHEMA_DIR:-/etc/temporal/schema/postgresql/v12}

sql_tool() {
  temporal-sql-tool --plugin postgres12 --endpoint "$SQL_HOST" --port "${SQL_PORT:-5432}" \
    --user "$SQL_USER" --password "$SQL_PASSWORD" "$@"
}

bring_up_to_date() {
  # Creates the table of versions unless it exists.
  sql_tool --database "$1" setup-schema --version 0.0
  sql_tool --database "$1" update-schema --schema-dir "$schema_dir/$2/versioned"
}

bring_up_to_date temporal temporal
bring_up_to_date temporal_visibility visibility
echo "Temporal's tables are up to date."
