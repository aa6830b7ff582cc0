"""Codes, pairings, and what each switched on."""

from twolamps_chassis.migrate import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run("""
    CREATE TABLE pairing_codes (
        person_id uuid PRIMARY KEY REFERENCES people, code_hash bytea NOT NULL UNIQUE, expires_at timestamptz NOT NULL
    );
    CREATE TABLE pairings (
        id uuid PRIMARY KEY, couple_id uuid NOT NULL UNIQUE,
        inviter uuid NOT NULL REFERENCES people, invitee uuid NOT NULL REFERENCES people,
        inviter_side text NOT NULL CHECK (inviter_side IN ('open', 'confirmed', 'closed')),
        invitee_side text NOT NULL CHECK (invitee_side IN ('open', 'confirmed', 'closed')),
        claimed_at timestamptz NOT NULL, expires_at timestamptz NOT NULL, CHECK (inviter <> invitee)
    );
    CREATE INDEX pairings_inviter ON pairings (inviter, claimed_at);
    CREATE INDEX pairings_invitee ON pairings (invitee, claimed_at);
    CREATE TABLE share_grants (
        couple_id uuid NOT NULL, person_id uuid NOT NULL, share text NOT NULL, expires_at timestamptz NOT NULL,
        PRIMARY KEY (couple_id, person_id, share)
    );
    CREATE TABLE share_expiries (
        stream_key uuid PRIMARY KEY, due_at timestamptz NOT NULL, state text NOT NULL CHECK (state IN ('pending', 'done'))
    );
    CREATE INDEX share_expiries_due ON share_expiries (due_at) WHERE state = 'pending';

    ALTER TABLE pairing_codes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON pairing_codes TO :app
        USING (person_id = nullif(current_setting('app.person', true), '')::uuid);
    CREATE POLICY work ON pairing_codes TO :worker USING (true);
    ALTER TABLE pairings ENABLE ROW LEVEL SECURITY;
    CREATE POLICY work ON pairings TO :worker USING (true);
    ALTER TABLE share_grants ENABLE ROW LEVEL SECURITY;
    CREATE POLICY work ON share_grants TO :worker USING (true);
    ALTER TABLE share_expiries ENABLE ROW LEVEL SECURITY;
    CREATE POLICY work ON share_expiries TO :worker USING (true);
    GRANT SELECT, INSERT, UPDATE ON pairing_codes TO :app;
    GRANT SELECT, DELETE ON pairing_codes TO :worker;
    GRANT SELECT, INSERT, UPDATE ON pairings TO :worker;
    GRANT SELECT, INSERT, DELETE ON share_grants TO :worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON share_expiries TO :worker;
    """)
