-- Runs once, while the PostgreSQL volume is empty. Creates a user for Temporal with its two databases, and a user for
-- the ledger with its own. Neither user can connect to the other's databases. The passwords come from the container's
-- environment.

\getenv temporal_password TEMPORAL_DB_PASSWORD
\getenv ledger_password LEDGER_DB_PASSWORD

create role temporal login password :'temporal_password';
create role upsells login password :'ledger_password';

create database temporal owner temporal;
create database temporal_visibility owner temporal;
create database upsells owner upsells;

revoke connect, temporary on database temporal, temporal_visibility, upsells from public;
