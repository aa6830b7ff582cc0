"""Invites, the times that stood in them, and when they can no longer be answered."""

from twolamps_chassis.migrate import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    run("""
    CREATE TABLE invites (
        id uuid PRIMARY KEY, couple_id uuid NOT NULL, creator uuid NOT NULL, invitee uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'cancelled', 'expired')),
        sequence int NOT NULL, revision int NOT NULL, zone text NOT NULL,
        starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, created_at timestamptz NOT NULL,
        title bytea NOT NULL, note bytea NOT NULL,
        CHECK (creator <> invitee), CHECK (starts_at < ends_at)
    );
    CREATE INDEX invites_newest ON invites (couple_id, created_at DESC, id DESC);
    CREATE INDEX invites_taken ON invites (couple_id, starts_at) WHERE state = 'accepted';

    CREATE TABLE invite_proposals (
        invite_id uuid NOT NULL REFERENCES invites, place int NOT NULL, by uuid NOT NULL,
        starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, at timestamptz NOT NULL,
        PRIMARY KEY (invite_id, place)
    );

    CREATE TABLE invite_expiries (
        invite_id uuid PRIMARY KEY REFERENCES invites, stream_key uuid NOT NULL, due_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'pending'
    );
    CREATE INDEX invite_expiries_due ON invite_expiries (due_at) WHERE state = 'pending';
    CREATE INDEX invite_expiries_stream ON invite_expiries (stream_key);

    ALTER TABLE invites ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ours ON invites TO :app USING (EXISTS (
        SELECT 1 FROM couples c
        WHERE c.id = couple_id AND nullif(current_setting('app.person', true), '')::uuid IN (c.inviter, c.invitee)));
    CREATE POLICY work ON invites TO :worker USING (true);
    ALTER TABLE invite_proposals ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ours ON invite_proposals TO :app USING (EXISTS (SELECT 1 FROM invites i WHERE i.id = invite_id));
    CREATE POLICY work ON invite_proposals TO :worker USING (true);
    ALTER TABLE invite_expiries ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ours ON invite_expiries TO :app USING (EXISTS (SELECT 1 FROM invites i WHERE i.id = invite_id));
    CREATE POLICY work ON invite_expiries TO :worker USING (true);

    GRANT SELECT, INSERT, UPDATE ON invites TO :app;
    GRANT SELECT, INSERT ON invite_proposals TO :app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON invite_expiries TO :app;
    GRANT SELECT (id, couple_id, creator, invitee, state, sequence, revision, zone, starts_at, ends_at, created_at),
          UPDATE (state, revision) ON invites TO :worker;
    GRANT SELECT ON invite_proposals TO :worker;
    GRANT SELECT, UPDATE, DELETE ON invite_expiries TO :worker;
    """)
