"""Devices that ask for a session, by the hashes of their codes."""

from twolamps_chassis.migrate import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run("""
    CREATE TABLE device_codes (
        device_code_hash bytea PRIMARY KEY, user_code_hash bytea NOT NULL UNIQUE, client_name text NOT NULL,
        expires_at timestamptz NOT NULL, person_id uuid REFERENCES people, session_id uuid UNIQUE REFERENCES sessions,
        used_at timestamptz, CHECK ((person_id IS NULL) = (session_id IS NULL))
    );
    CREATE INDEX device_codes_expiry ON device_codes (expires_at);

    ALTER TABLE device_codes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY work ON device_codes TO :worker USING (true);
    GRANT SELECT, INSERT, UPDATE, DELETE ON device_codes TO :worker;
    """)
