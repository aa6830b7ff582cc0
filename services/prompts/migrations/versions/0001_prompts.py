"""Rounds, what each of the two sealed in them, and when the next ones are dealt.

Who may read what until a round opens is decided here as well: `answers` and `seals` are private to their author. The
one transaction that seals a round sets `app.sealing` to its id and thereby sees who else has sealed it, never the words.
"""

from twolamps_chassis.migrate import run

revision = "0001"
down_revision = None

ME = "nullif(current_setting('app.person', true), '')::uuid"
SEALING = "nullif(current_setting('app.sealing', true), '')::uuid"
OURS = "EXISTS (SELECT 1 FROM rounds r WHERE r.id = round_id)"  # whose rounds are ours is decided by their own policy


def upgrade() -> None:
    run(f"""
    CREATE TABLE rounds (
        id uuid PRIMARY KEY, couple_id uuid NOT NULL, prompt_id text NOT NULL, dealt_on date NOT NULL,
        place smallint NOT NULL CHECK (place BETWEEN 0 AND 2), dealt_at timestamptz NOT NULL, revealed_at timestamptz,
        UNIQUE (couple_id, dealt_on, place)
    );
    CREATE INDEX rounds_revealed ON rounds (couple_id, revealed_at DESC, id DESC) WHERE revealed_at IS NOT NULL;
    CREATE TABLE answers (
        round_id uuid NOT NULL REFERENCES rounds, author_id uuid NOT NULL, text bytea NOT NULL,
        PRIMARY KEY (round_id, author_id)
    );
    CREATE INDEX answers_author ON answers (author_id);
    CREATE TABLE seals (
        round_id uuid NOT NULL REFERENCES rounds, person_id uuid NOT NULL, PRIMARY KEY (round_id, person_id)
    );
    CREATE TABLE lights (
        round_id uuid NOT NULL REFERENCES rounds, person_id uuid NOT NULL, standing boolean NOT NULL,
        PRIMARY KEY (round_id, person_id)
    );
    CREATE TABLE deals (
        stream_key uuid PRIMARY KEY, due_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'stopped'))
    );
    CREATE INDEX deals_due ON deals (due_at) WHERE state = 'pending';

    ALTER TABLE rounds ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ours ON rounds TO :app
        USING (EXISTS (SELECT 1 FROM couples c WHERE c.id = couple_id AND {ME} IN (c.inviter, c.invitee)));
    CREATE POLICY work ON rounds TO :worker USING (true);

    ALTER TABLE answers ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON answers TO :app USING (author_id = {ME});
    CREATE POLICY revealed ON answers FOR SELECT TO :app USING (EXISTS (
        SELECT 1 FROM rounds r
        JOIN couples c ON c.id = r.couple_id AND c.ended_at IS NULL
        JOIN streams s ON s.key = c.id AND s.epoch = c.epoch
        WHERE r.id = round_id AND r.revealed_at IS NOT NULL AND {ME} IN (c.inviter, c.invitee)
    ));

    ALTER TABLE seals ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON seals TO :app USING (person_id = {ME});
    CREATE POLICY sealing ON seals FOR SELECT TO :app USING (round_id = {SEALING} AND {OURS});

    ALTER TABLE lights ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ours ON lights TO :app USING ({OURS});

    ALTER TABLE deals ENABLE ROW LEVEL SECURITY;
    CREATE POLICY work ON deals TO :worker USING (true);

    GRANT SELECT, UPDATE (revealed_at) ON rounds TO :app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON answers TO :app;
    GRANT SELECT, INSERT, DELETE ON seals TO :app;
    GRANT SELECT, INSERT, UPDATE ON lights TO :app;
    GRANT SELECT, INSERT ON rounds TO :worker;
    GRANT SELECT, INSERT, UPDATE ON deals TO :worker;
    """)
