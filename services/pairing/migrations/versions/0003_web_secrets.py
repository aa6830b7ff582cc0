"""Secrets of the web app's sessions, as hashes."""

from twolamps_chassis.migrate import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run("""
    CREATE TABLE web_secrets (secret_hash bytea PRIMARY KEY, session_id uuid NOT NULL UNIQUE REFERENCES sessions);
    ALTER TABLE web_secrets ENABLE ROW LEVEL SECURITY;
    CREATE POLICY work ON web_secrets TO :worker USING (true);
    GRANT SELECT, INSERT ON web_secrets TO :worker;
    """)
