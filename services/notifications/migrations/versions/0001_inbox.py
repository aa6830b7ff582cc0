"""Inboxes and their change logs."""

from twolamps_chassis.migrate import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    run("""
    -- Names the log: another cluster, another history of it or another database is another log. The timeline is that of
    -- the write-ahead log now, since the control file learns of a promotion only with the next checkpoint.
    CREATE FUNCTION log_epoch() RETURNS text LANGUAGE sql STABLE AS $$
        SELECT left(md5(concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                                  left(pg_walfile_name(pg_current_wal_lsn()), 8),
                                  (SELECT oid FROM pg_database WHERE datname = current_database()))), 16)
    $$;

    CREATE TABLE heads (
        person uuid PRIMARY KEY, seq int NOT NULL DEFAULT 0
    ) WITH (fillfactor = 70);

    -- added_seq: its place in the person's log, and so its order. couple_id: the couple at whose end it is pulled back;
    -- matter: what a later event pulls it back by. Both are null where nothing does.
    CREATE TABLE items (
        id uuid PRIMARY KEY, person uuid NOT NULL, added_seq int NOT NULL, couple_id uuid, kind text NOT NULL,
        subject_type text NOT NULL, subject_id uuid NOT NULL, by_person uuid, facts jsonb NOT NULL, matter uuid,
        state text NOT NULL DEFAULT 'unread' CHECK (state IN ('unread', 'read')),
        created_at timestamptz NOT NULL, removed_at timestamptz
    ) WITH (fillfactor = 90);
    CREATE INDEX items_inbox ON items (person, added_seq);
    CREATE INDEX items_matter ON items (matter, person) WHERE matter IS NOT NULL AND removed_at IS NULL;
    CREATE INDEX items_couple ON items (couple_id) WHERE couple_id IS NOT NULL AND removed_at IS NULL;
    CREATE INDEX items_age ON items USING brin (created_at);

    CREATE TABLE changes (
        person uuid NOT NULL, seq int NOT NULL, item_id uuid NOT NULL,
        op text NOT NULL CHECK (op IN ('added', 'changed', 'removed')), changed_at timestamptz NOT NULL,
        PRIMARY KEY (person, seq)
    );
    CREATE INDEX changes_age ON changes USING brin (changed_at);

    -- One due row: its stream is nobody's.
    CREATE TABLE tidyings (
        stream_key uuid PRIMARY KEY, due_at timestamptz NOT NULL, state text NOT NULL DEFAULT 'pending'
    );
    CREATE INDEX tidyings_due ON tidyings (due_at) WHERE state = 'pending';
    INSERT INTO streams (key) VALUES ('00000000-0000-0000-0000-000000000000');
    INSERT INTO tidyings (stream_key, due_at) VALUES ('00000000-0000-0000-0000-000000000000', now());

    ALTER TABLE heads ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON heads TO :app USING (person = nullif(current_setting('app.person', true), '')::uuid);
    CREATE POLICY work ON heads TO :worker USING (true);
    ALTER TABLE items ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON items TO :app USING (person = nullif(current_setting('app.person', true), '')::uuid);
    CREATE POLICY work ON items TO :worker USING (true);
    ALTER TABLE changes ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON changes TO :app USING (person = nullif(current_setting('app.person', true), '')::uuid);
    CREATE POLICY work ON changes TO :worker USING (true);
    ALTER TABLE tidyings ENABLE ROW LEVEL SECURITY;
    CREATE POLICY work ON tidyings TO :worker USING (true);

    GRANT SELECT, INSERT, UPDATE ON heads TO :app, :worker;
    GRANT SELECT, UPDATE (state) ON items TO :app;
    GRANT INSERT ON changes TO :app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON items TO :worker;
    GRANT SELECT, INSERT, DELETE ON changes TO :worker;
    GRANT SELECT, UPDATE ON tidyings TO :worker;
    """)
