-- A calendar: ranges, intervals, generated days, arrays of composite, unions of events.
CREATE TYPE reminder AS (before interval, channel text);
CREATE TABLE room (id smallint PRIMARY KEY, name text NOT NULL, features text[] NOT NULL DEFAULT '{}', open_hours int4range);
CREATE TABLE meeting (id uuid PRIMARY KEY, room_id smallint REFERENCES room, during tstzrange NOT NULL, subject text NOT NULL, organiser inet, reminders reminder[] NOT NULL DEFAULT '{}', recurrence jsonb CHECK (jsonb_typeof(recurrence) = 'object'));
CREATE TABLE holiday (day date PRIMARY KEY, label text NOT NULL, half boolean);
CREATE VIEW agenda AS
    SELECT m.id, json_build_object('subject', m.subject, 'startsAt', lower(m.during), 'endsAt', upper(m.during), 'during', m.during, 'room', to_json(r), 'reminders', m.reminders,
        'hasRoom', r.id IS NOT NULL, 'organiser', host(m.organiser), 'recurs', m.recurrence ? 'every', 'rule', m.recurrence) AS data
    FROM meeting m LEFT JOIN room r ON r.id = m.room_id;
CREATE VIEW days AS
    SELECT d.day::date AS id, jsonb_build_object('day', d.day::date, 'weekday', extract(isodow FROM d.day)::integer, 'holiday', h.label, 'half', COALESCE(h.half, false), 'free', h.day IS NULL) AS data
    FROM generate_series(date '2026-01-01', date '2026-01-31', interval '1 day') AS d (day) LEFT JOIN holiday h ON h.day = d.day;
CREATE VIEW feed AS
    SELECT 'meeting:' || id AS id, jsonb_build_object('type', 'meeting', 'title', subject, 'room', room_id) AS data FROM meeting
    UNION ALL SELECT 'holiday:' || day, jsonb_build_object('type', 'holiday', 'title', label, 'day', day) FROM holiday
    UNION ALL SELECT 'room:' || id, jsonb_build_object('type', 'room', 'title', name) || jsonb_build_object('features', features) FROM room;
CREATE VIEW room_load AS
    SELECT r.id, jsonb_build_object('name', r.name, 'meetings', count(m.id), 'features', (SELECT jsonb_object_agg(f, true) FROM unnest(r.features) AS f WHERE f IS NOT NULL),
        'next', min(m.subject) FILTER (WHERE m.organiser IS NOT NULL), 'first', (jsonb_agg(m.subject) -> 0)) AS data
    FROM room r LEFT JOIN meeting m ON m.room_id = r.id GROUP BY r.id;
