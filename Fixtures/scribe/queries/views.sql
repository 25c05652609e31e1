-- Views, partitions, inheritance, materialized views.

-- => id int4, name text, city text?
SELECT * FROM open_graveyards;

-- => id int4, city text
SELECT * FROM cities;

-- => id int4, number int4, minion text?, minion_id int8?, graveyard text?
SELECT * FROM occupied;

-- => minion text, graveyard text?
SELECT minion, graveyard FROM occupied WHERE minion_id > 0;

-- => kind rank, size int8, strength int8, mood text?
SELECT * FROM hordes;

-- => id int4, graveyard text
SELECT * FROM named;

-- => id int4?, city text?
SELECT c.id, c.city FROM graveyards y LEFT JOIN cities c ON c.id = y.id;

-- A materialized view is as old as it is.
-- => kind rank?, size int8?
SELECT * FROM census;

-- => id int8, at timestamp, what text, minion_id int8?, payload json?
SELECT * FROM events;

-- => id int8, what text
SELECT id, what FROM events_late;

-- => what text, name text?
SELECT e.what, m.name FROM events e LEFT JOIN minions m ON m.id = e.minion_id;

-- => id int4, label text?
SELECT * FROM beings;

-- => id int4, label text?, legs int4
SELECT * FROM beasts;

-- => id int4
SELECT id FROM ONLY beings;

-- => t oid, c tid
SELECT tableoid AS t, ctid AS c FROM beings;

-- => relname name, n int8
SELECT relname, (SELECT count(*) FROM pg_attribute) AS n FROM pg_class WHERE relname = 'pg_class' OR true;
