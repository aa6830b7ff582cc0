"""The tables every service stands on."""

from twolamps_chassis.migrate import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    run("""
    CREATE TABLE streams (
        key uuid PRIMARY KEY, epoch int NOT NULL DEFAULT 0, seq bigint NOT NULL DEFAULT 0
    ) WITH (fillfactor = 70);

    CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        key uuid NOT NULL, seq bigint NOT NULL, epoch int NOT NULL, type text NOT NULL,
        body bytea NOT NULL CHECK (octet_length(body) <= 900000),
        time timestamptz NOT NULL, traceparent text NOT NULL DEFAULT '', published_at timestamptz,
        UNIQUE (key, seq)
    );
    CREATE INDEX outbox_waiting ON outbox (id) WHERE published_at IS NULL;
    CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;

    CREATE TABLE cursors (
        source text NOT NULL, key uuid NOT NULL, seq bigint NOT NULL, PRIMARY KEY (source, key)
    ) WITH (fillfactor = 70);

    CREATE TABLE parked (
        source text NOT NULL, key uuid NOT NULL, seq bigint NOT NULL, epoch int NOT NULL, type text NOT NULL,
        time timestamptz NOT NULL, traceparent text NOT NULL DEFAULT '', body bytea NOT NULL,
        reason text NOT NULL CHECK (reason IN ('gap', 'failed', 'behind')),
        error text NOT NULL DEFAULT '', attempts int NOT NULL DEFAULT 0,
        retry_at timestamptz, parked_at timestamptz NOT NULL, PRIMARY KEY (source, key, seq)
    );
    CREATE INDEX parked_retry ON parked (retry_at) WHERE retry_at IS NOT NULL;

    CREATE TABLE idempotency (
        person uuid NOT NULL, method text NOT NULL, key text NOT NULL, request_hash bytea NOT NULL,
        reply bytea NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (person, method, key)
    );
    CREATE INDEX idempotency_age ON idempotency (created_at);

    CREATE TABLE couples (
        id uuid PRIMARY KEY, inviter uuid NOT NULL, invitee uuid NOT NULL, epoch int NOT NULL DEFAULT 0,
        zone text NOT NULL, day_start time NOT NULL, week_start int NOT NULL, calendar_version int NOT NULL,
        shares text[] NOT NULL DEFAULT '{}', shares_version int NOT NULL DEFAULT 0,
        paired_at timestamptz NOT NULL, ended_at timestamptz, CHECK (inviter <> invitee)
    );
    CREATE INDEX couples_inviter ON couples (inviter);
    CREATE INDEX couples_invitee ON couples (invitee);

    CREATE TABLE ended_sessions (
        session_id uuid PRIMARY KEY, person_id uuid NOT NULL, ended_at timestamptz NOT NULL
    );

    ALTER TABLE idempotency ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON idempotency TO :app USING (person = nullif(current_setting('app.person', true), '')::uuid);
    CREATE POLICY work ON idempotency TO :worker USING (true);
    ALTER TABLE couples ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON couples TO :app
        USING (nullif(current_setting('app.person', true), '')::uuid IN (inviter, invitee));
    CREATE POLICY work ON couples TO :worker USING (true);

    ALTER TABLE streams ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON streams TO :app USING (
        key = nullif(current_setting('app.person', true), '')::uuid
        OR EXISTS (SELECT 1 FROM couples WHERE id = key
                   AND nullif(current_setting('app.person', true), '')::uuid IN (inviter, invitee)));
    CREATE POLICY work ON streams TO :worker USING (true);
    ALTER TABLE ended_sessions ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON ended_sessions TO :app
        USING (person_id = nullif(current_setting('app.person', true), '')::uuid);
    CREATE POLICY work ON ended_sessions TO :worker USING (true);

    GRANT SELECT, INSERT, UPDATE ON streams TO :app, :worker;
    GRANT INSERT ON outbox TO :app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON outbox, cursors, parked, idempotency, couples, ended_sessions TO :worker;
    GRANT SELECT, INSERT ON idempotency TO :app;
    GRANT SELECT ON couples, ended_sessions TO :app;
    """)
