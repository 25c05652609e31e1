-- Subqueries in FROM, SELECT and WHERE, and LATERAL.

-- => id int4, n int8
SELECT y.id, (SELECT count(*) FROM graves g WHERE g.graveyard_id = y.id) AS n FROM graveyards y;

-- => n text?
SELECT (SELECT name FROM graveyards WHERE id = 1) AS n;

-- => s numeric?, t numeric
SELECT (SELECT sum(price) FROM graves) AS s, (SELECT coalesce(sum(price), 0) FROM graves) AS t;

-- => e bool, i bool?, a _text
SELECT EXISTS (SELECT FROM graves) AS e, y.city IN (SELECT name FROM minions) AS i, ARRAY(SELECT name FROM minions) AS a FROM graveyards y;

-- => i bool, j bool?
SELECT y.name IN (SELECT name FROM minions) AS i, y.name IN (SELECT mood FROM minions) AS j FROM graveyards y;

-- => b bool
SELECT y.id > ALL (SELECT number FROM graves) AS b FROM graveyards y;

-- => city text
SELECT city FROM graveyards WHERE city IN (SELECT epitaph FROM graves UNION SELECT city FROM graveyards);

-- => city text?
SELECT city FROM graveyards WHERE city NOT IN (SELECT name FROM minions WHERE false);

-- => name text, up text
SELECT s.name, s.up FROM (SELECT name, upper(name) AS up FROM graveyards) AS s;

-- => name text?, n int8?
SELECT s.name, s.n FROM minions m LEFT JOIN (SELECT name, id AS n FROM minions WHERE mood = 'grim') AS s ON s.n = m.boss_id;

-- => city text
SELECT s.city FROM (SELECT city FROM graveyards WHERE city IS NOT NULL) AS s;

-- => city text
SELECT s.city FROM (SELECT city FROM graveyards) AS s WHERE s.city > '';

-- => id int4, top text
SELECT y.id, t.epitaph AS top FROM graveyards y CROSS JOIN LATERAL (SELECT g.epitaph FROM graves g WHERE g.graveyard_id = y.id AND g.epitaph IS NOT NULL ORDER BY g.price LIMIT 1) AS t;

-- => id int4, number int4?
SELECT y.id, t.number FROM graveyards y LEFT JOIN LATERAL (SELECT g.number FROM graves g WHERE g.graveyard_id = y.id LIMIT 1) AS t ON true;

-- => name text, name2 text
SELECT y.name, t.name2 FROM graveyards y, LATERAL (SELECT y.name || '2' AS name2) AS t;

-- => c text?
SELECT t.c FROM graveyards y, LATERAL (SELECT y.city AS c) AS t;

-- The row that LATERAL looks at may have been filled in.
-- => x text?
SELECT t.x FROM minions m LEFT JOIN graveyards y ON y.id = m.grave_id CROSS JOIN LATERAL (SELECT y.name AS x) AS t;

-- => n int8, x text
SELECT t.n, t.x FROM graveyards y LEFT JOIN LATERAL (SELECT count(*) AS n, y.name AS x FROM graves) AS t ON true WHERE t.n >= 0;

-- => i int4
SELECT i FROM generate_series(1, 3) AS i;

-- => tag text?, n int8
SELECT t.tag, t.n FROM graveyards y, unnest(y.tags) WITH ORDINALITY AS t (tag, n);

-- => x int4, y text
SELECT x, y FROM unnest(ARRAY[1, 2]) AS x, unnest(ARRAY['a', 'b']) AS y;

-- => x int4?, y text?
SELECT x, y FROM unnest(ARRAY[1, 2], ARRAY['a']) AS t (x, y);

-- => k text, v jsonb, w text?
SELECT e.key AS k, e.value AS v, t.value AS w FROM minions m, jsonb_each(CASE jsonb_typeof(m.gear) WHEN 'object' THEN m.gear ELSE '{}' END) AS e, jsonb_each_text(CASE jsonb_typeof(m.gear) WHEN 'object' THEN m.gear ELSE '{}' END) AS t;

-- => v jsonb, w text?
SELECT v, w FROM jsonb_array_elements('[1, null]') AS v, jsonb_array_elements_text('[1, null]') AS w;

-- => id int8?, name text?
SELECT id, name FROM minions_of(1);

-- => a int4?, b text?
SELECT a, b FROM json_to_recordset('[{"a": 1}]') AS t (a int, b text);

-- => g int4
SELECT generate_series(1, number) AS g FROM graves;

-- => g int4?, h int4?
SELECT generate_series(1, 2) AS g, generate_series(1, 3) AS h;

-- => u text?
SELECT unnest(tags) AS u FROM graveyards;

-- A strict function has no rows for NULL.
-- => seals _int4, s int4?
SELECT m.seals, s FROM minions m, unnest(m.seals) AS s;

-- => seals _int4?, s int4?
SELECT m.seals, s FROM minions m LEFT JOIN unnest(m.seals) AS s ON true;

-- => n name, d date
SELECT n, d FROM current_user AS n, CAST(now() AS date) AS d;

-- => boss text?
SELECT (SELECT b.name FROM minions b WHERE b.id = m.boss_id) AS boss FROM minions m;

-- => x text, y int4
SELECT (SELECT 'a') AS x, (VALUES (1)) AS y;

-- => x int8?
SELECT (SELECT count(*) FROM minions LIMIT 0) AS x;

-- Where no row meets WHERE an aggregate has a row all the same.
-- => b int8?, c int8
SELECT t.b, t.c FROM minions m, LATERAL (SELECT m.boss_id AS b, count(*) AS c FROM graves g WHERE g.id = m.boss_id) AS t;

-- => word text, part text
SELECT w AS word, p AS part FROM regexp_split_to_table('a b', ' ') AS w, string_to_table('a,b', ',') AS p;

-- => n int8
SELECT n FROM (SELECT 1::bigint AS n UNION ALL SELECT count(*) FROM minions) AS t;
