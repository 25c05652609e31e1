-- WITH, WITH RECURSIVE, SEARCH and CYCLE, and statements that write in WITH.

-- => id int4, name text, city text?
WITH y AS (SELECT id, name, city FROM graveyards) SELECT * FROM y;

-- => n int8, name text
WITH a AS (SELECT count(*) AS n FROM minions), b AS (SELECT a.n, y.name FROM a, graveyards y) SELECT n, name FROM b;

-- => n int4
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r;

-- => id int8, name text, depth int4, boss_id int8?
WITH RECURSIVE r AS (SELECT id, name, 0 AS depth, boss_id FROM minions WHERE boss_id IS NULL UNION ALL SELECT m.id, m.name, r.depth + 1, m.boss_id FROM minions m JOIN r ON r.id = m.boss_id) SELECT * FROM r;

-- What the recursion makes of a column may be NULL in a later round.
-- => a int4, b text?
WITH RECURSIVE r (a, b) AS (SELECT 1, 'x' UNION ALL SELECT a + 1, nullif(b, 'x') FROM r WHERE a < 3) SELECT a, b FROM r;

-- => a int4, b text?, c text?
WITH RECURSIVE r (a, b, c) AS (SELECT 1, 'x', 'y' UNION ALL SELECT a + 1, c, nullif(c, 'y') FROM r WHERE a < 4) SELECT a, b, c FROM r;

-- => path _int8, name text
WITH RECURSIVE r AS (SELECT id, name, ARRAY[id] AS path FROM minions WHERE boss_id IS NULL UNION ALL SELECT m.id, m.name, r.path || m.id FROM minions m JOIN r ON r.id = m.boss_id) SELECT path, name FROM r;

-- => id int8, o _record
WITH RECURSIVE r AS (SELECT id FROM minions WHERE boss_id IS NULL UNION ALL SELECT m.id FROM minions m JOIN r ON r.id = m.boss_id) SEARCH DEPTH FIRST BY id SET o SELECT id, o FROM r;

-- => id int8, c bool, p _record
WITH RECURSIVE r AS (SELECT id FROM minions WHERE boss_id IS NULL UNION ALL SELECT m.id FROM minions m JOIN r ON r.id = m.boss_id) CYCLE id SET c USING p SELECT id, c, p FROM r;

-- => id int8, name text?
WITH RECURSIVE r AS (SELECT id, boss_id FROM minions UNION SELECT r.id, m.boss_id FROM r JOIN minions m ON m.id = r.boss_id) SELECT r.id, m.name FROM r LEFT JOIN minions m ON m.id = r.boss_id;

-- => id int4, victim text, note text?
WITH new AS (INSERT INTO curses (victim) VALUES ('Bob') RETURNING *) SELECT * FROM new;

-- => id int8, mood text
WITH gone AS (UPDATE minions SET mood = 'gone' WHERE id = 1 RETURNING id, mood) SELECT id, mood FROM gone;

-- => n int8
WITH gone AS (DELETE FROM learnt RETURNING minion_id) SELECT count(*) AS n FROM gone;

-- => n int4, m int4?
WITH a AS (SELECT 1 AS n), b AS (SELECT 2 AS m WHERE false) SELECT a.n, b.m FROM a LEFT JOIN b ON true;

-- => x text
WITH a AS MATERIALIZED (SELECT name AS x FROM graveyards) SELECT x FROM a WHERE EXISTS (WITH c AS (SELECT x) SELECT FROM c);

-- => d date
WITH RECURSIVE days (d) AS (SELECT '2024-01-01'::date UNION ALL SELECT (d + 1)::date FROM days WHERE d < '2024-01-05') SELECT d FROM days;

-- => l text?
WITH RECURSIVE r AS (SELECT id, label FROM beings UNION ALL SELECT r.id + 10, r.label FROM r WHERE r.id < 10) SELECT label AS l FROM r;
