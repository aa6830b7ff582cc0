"""People, their sessions, and the chains of their refresh tokens."""

from twolamps_chassis.migrate import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    run("""
    CREATE TABLE people (
        id uuid PRIMARY KEY, mail_hash bytea NOT NULL UNIQUE, mail bytea NOT NULL, password_hash text NOT NULL,
        display_name bytea NOT NULL, pronouns bytea NOT NULL, zone text NOT NULL, locale text NOT NULL,
        created_at timestamptz NOT NULL
    );
    CREATE TABLE sessions (
        id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES people, client_name bytea NOT NULL,
        created_at timestamptz NOT NULL, last_used_at timestamptz NOT NULL, ended_at timestamptz
    );
    CREATE INDEX sessions_person ON sessions (person_id, created_at DESC, id DESC);
    CREATE TABLE refresh_tokens (
        token_hash bytea PRIMARY KEY, session_id uuid NOT NULL REFERENCES sessions, made_by bytea,
        made_at timestamptz NOT NULL, used_at timestamptz, withdrawn_at timestamptz
    );
    CREATE UNIQUE INDEX refresh_tokens_live ON refresh_tokens (session_id) WHERE used_at IS NULL AND withdrawn_at IS NULL;

    CREATE INDEX refresh_tokens_age ON refresh_tokens (session_id, made_at);

    ALTER TABLE people ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON people TO :app USING (id = nullif(current_setting('app.person', true), '')::uuid);
    CREATE POLICY work ON people TO :worker USING (true);
    ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON sessions TO :app USING (person_id = nullif(current_setting('app.person', true), '')::uuid);
    CREATE POLICY work ON sessions TO :worker USING (true);
    ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY;
    CREATE POLICY work ON refresh_tokens TO :worker USING (true);
    GRANT SELECT ON people, sessions TO :app;
    GRANT UPDATE (display_name, pronouns, zone, locale) ON people TO :app;
    GRANT UPDATE (ended_at) ON sessions TO :app;
    GRANT INSERT ON ended_sessions TO :app;
    GRANT SELECT, INSERT ON people TO :worker;
    GRANT SELECT, INSERT, UPDATE ON sessions TO :worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON refresh_tokens TO :worker;
    """)
