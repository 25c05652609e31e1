-- Shapes of queries that the proof has to see through.

-- => a int4, b int4?
SELECT a.id AS a, b.id AS b FROM graves a LEFT JOIN graves b ON b.id = a.id + 1;

-- => a int4, b int4, c int4?
SELECT a.id AS a, b.id AS b, c.id AS c FROM graves a LEFT JOIN (graves b LEFT JOIN graves c ON c.id = b.id + 1) ON b.id = a.id + 1 WHERE b.number > 0;

-- => a int4, b int4?, c int4?
SELECT a.id AS a, b.id AS b, c.id AS c FROM graves a LEFT JOIN (graves b LEFT JOIN graves c ON c.id = b.id + 1) ON b.id = a.id + 1;

-- => a int4, b int4, c int4
SELECT a.id AS a, b.id AS b, c.id AS c FROM graves a LEFT JOIN (graves b LEFT JOIN graves c ON c.id = b.id + 1) ON b.id = a.id + 1 WHERE c.number > 0;

-- => a int4?, b int4, c int4
SELECT a.id AS a, b.id AS b, c.id AS c FROM graves a RIGHT JOIN (graves b JOIN graves c ON c.id > b.id) ON b.id = a.id + 1;

-- => a int4?, b int4?, c int4
SELECT a.id AS a, b.id AS b, c.id AS c FROM graves a FULL JOIN graves b ON b.id = a.id + 1 RIGHT JOIN graves c ON c.id = a.id;

-- => a int4, b int4?, c int4
SELECT a.id AS a, b.id AS b, c.id AS c FROM graves a FULL JOIN graves b ON b.id = a.id + 1 JOIN graves c ON c.id = a.id;

-- => a int4, b int4, c int4
SELECT a.id AS a, b.id AS b, c.id AS c FROM graves a FULL JOIN graves b ON b.id = a.id + 1 JOIN graves c ON c.id = a.id AND c.number = b.number;

-- => a int4?, c int4?
SELECT a.id AS a, c.id AS c FROM graves a FULL JOIN (SELECT id FROM graves WHERE id > 3) AS c ON c.id = a.id;

-- => id int4
SELECT coalesce(a.id, b.id, c.id) AS id FROM graves a FULL JOIN graves b ON a.id = b.id + 1 FULL JOIN graves c ON c.id = b.id + 2;

-- => id int4, x text?, y text?
SELECT id, a.epitaph AS x, b.label AS y FROM graves a FULL JOIN beings b USING (id) WHERE id > 0;

-- => n numeric?
SELECT sum(s.total) AS n FROM (SELECT graveyard_id, sum(total) AS total FROM graves GROUP BY graveyard_id) AS s;

-- => graveyard_id int4?, total numeric
SELECT s.graveyard_id, s.total FROM (SELECT graveyard_id, sum(total) AS total FROM graves GROUP BY graveyard_id) AS s;

-- => graveyard_id int4, total numeric
SELECT s.graveyard_id, s.total FROM (SELECT graveyard_id, sum(total) AS total FROM graves GROUP BY graveyard_id) AS s JOIN graveyards y ON y.id = s.graveyard_id;

-- => name text, total numeric?
SELECT y.name, s.total FROM graveyards y LEFT JOIN (SELECT graveyard_id, sum(total) AS total FROM graves GROUP BY graveyard_id) AS s ON s.graveyard_id = y.id;

-- => x int4?
SELECT CASE WHEN true THEN (SELECT id FROM graves WHERE id = 1) END AS x;

-- => x text
SELECT coalesce((SELECT epitaph FROM graves WHERE id = $1), 'none') AS x;

-- => x text?
SELECT coalesce((SELECT epitaph FROM graves WHERE id = $1), (SELECT mood FROM minions WHERE id = 1)) AS x;

-- => city text?
SELECT city FROM graveyards WHERE is_open AND (city <> 'x' OR founded > '1000-01-01');

-- => city text
SELECT city FROM graveyards WHERE is_open AND (city <> 'x' OR city > 'a' AND founded > '1000-01-01');

-- => city text, founded date
SELECT city, founded FROM graveyards WHERE NOT (city IS NULL OR founded IS NULL);

-- => city text?, founded date?
SELECT city, founded FROM graveyards WHERE NOT (city IS NULL AND founded IS NULL);

-- => city text?
SELECT city FROM graveyards WHERE (city = 'x') IS NOT FALSE;

-- => city text
SELECT city FROM graveyards WHERE (city = 'x') IS FALSE;

-- => city text
SELECT city FROM graveyards WHERE city LIKE ANY (ARRAY['V%', 'S%']);

-- => city text
SELECT city FROM graveyards WHERE city NOT IN ('x', 'y');

-- => city text?
SELECT city FROM graveyards WHERE CASE WHEN city IS NULL THEN is_open ELSE true END;

-- => l int4
SELECT length(city) AS l FROM graveyards WHERE length(city) > 0;

-- => l text
SELECT trim(city) AS l FROM graveyards WHERE trim(city) <> '';

-- => n int8, m int4
SELECT row_number() OVER () AS n, m FROM (SELECT DISTINCT number AS m FROM graves) AS t;

-- => s int8
SELECT sum(n)::bigint AS s FROM (SELECT count(*) AS n FROM graves GROUP BY graveyard_id) AS t GROUP BY n > 1;

-- => m int4?
SELECT max(number) AS m FROM graves GROUP BY GROUPING SETS ((), (price));

-- => price numeric?, m int4
SELECT price, max(number) AS m FROM graves GROUP BY GROUPING SETS ((price), (number));

-- => graveyard_id int4, m int4
SELECT graveyard_id, max(number) AS m FROM graves WHERE graveyard_id = ANY ($1) GROUP BY graveyard_id;

-- => t int8, u int8
SELECT count(*) AS t, (SELECT count(*) FROM minions WHERE minions.grave_id = graves.id) AS u FROM graves GROUP BY graves.id;

-- => id int4, best text?
SELECT y.id, (SELECT g.epitaph FROM graves g WHERE g.graveyard_id = y.id ORDER BY g.price DESC LIMIT 1) AS best FROM graveyards y;

-- => id int4, worst int4?, n int8
SELECT y.id, w.number AS worst, n.n FROM graveyards y LEFT JOIN LATERAL (SELECT number FROM graves g WHERE g.graveyard_id = y.id ORDER BY price LIMIT 1) AS w ON true CROSS JOIN LATERAL (SELECT count(*) AS n FROM graves g WHERE g.graveyard_id = y.id) AS n;

-- => k text, n int8
SELECT k, count(*) AS n FROM minions, jsonb_object_keys(CASE WHEN jsonb_typeof(gear) = 'object' THEN gear ELSE '{}'::jsonb END) AS k GROUP BY k;

-- => id int8, ring text?
SELECT m.id, r.value AS ring FROM minions m CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(m.notes -> 'rings', '[]')) AS r (value);

-- => id int8, ring jsonb, n int8
SELECT m.id, r.value AS ring, r.n FROM minions m CROSS JOIN LATERAL jsonb_array_elements(coalesce(m.notes -> 'rings', '[1]')) WITH ORDINALITY AS r (value, n) WHERE m.notes IS NOT NULL AND jsonb_typeof(m.notes) = 'object';

-- => tag text, n int8
SELECT tag, count(*) AS n FROM graveyards, unnest(tags) AS tag WHERE tag IS NOT NULL GROUP BY tag;

-- => a int4, b text?, c bool?
SELECT * FROM (VALUES (1, 'x', true), (2, NULL, false), (3, 'y', NULL)) AS v (a, b, c);

-- => a int4, b text, c int4?
SELECT v.a, w.b, x.c FROM (VALUES (1), (2)) AS v (a) JOIN (VALUES (1, 'a')) AS w (a, b) USING (a) LEFT JOIN (VALUES (1, 3)) AS x (a, c) USING (a);

-- => level int4, parent int8?, name text
WITH RECURSIVE tree (level, parent, id, name) AS (SELECT 1, NULL::bigint, id, name FROM minions WHERE boss_id IS NULL UNION ALL SELECT t.level + 1, t.id, m.id, m.name FROM tree t JOIN minions m ON m.boss_id = t.id) SELECT level, parent, name FROM tree ORDER BY level;

-- => trail text
WITH RECURSIVE tree (id, trail) AS (SELECT id, name FROM minions WHERE boss_id IS NULL UNION ALL SELECT m.id, t.trail || '/' || m.name FROM tree t JOIN minions m ON m.boss_id = t.id) SELECT trail FROM tree;

-- => trail text?
WITH RECURSIVE tree (id, trail) AS (SELECT id, name FROM minions WHERE boss_id IS NULL UNION ALL SELECT m.id, t.trail || '/' || m.mood FROM tree t JOIN minions m ON m.boss_id = t.id) SELECT trail FROM tree;

-- => f int8
WITH RECURSIVE fib (a, f) AS (VALUES (0::bigint, 1::bigint) UNION ALL SELECT f, a + f FROM fib WHERE f < 100) SELECT f FROM fib;

-- => a text, b int8
WITH t AS (SELECT name AS a FROM graveyards UNION SELECT name FROM minions), u AS (SELECT count(*) AS b FROM t) SELECT t.a, u.b FROM t CROSS JOIN u;

-- => name text
SELECT name FROM minions m WHERE EXISTS (SELECT FROM learnt l WHERE l.minion_id = m.id) EXCEPT ALL SELECT name FROM minions WHERE mood IS NULL;

-- => x int4, y text?
SELECT 1 AS x, city AS y FROM graveyards EXCEPT SELECT 2, 'a';

-- => x text
SELECT city AS x FROM graveyards WHERE city > 'a' UNION SELECT epitaph FROM graves WHERE epitaph = 'x';

-- => d int4, e int4?
SELECT DISTINCT number AS d, graveyard_id AS e FROM graves;

-- => id int4, number int4, minion text?, graveyard text
SELECT id, number, minion, graveyard FROM occupied WHERE graveyard ~ '^H';

-- => size int8, mood text
SELECT size, mood FROM hordes WHERE mood >= '';

-- => id int4, minion text?
SELECT c.id, o.minion FROM cities c LEFT JOIN occupied o ON o.graveyard = c.city;

-- => city text, n int8
SELECT city, count(*) AS n FROM cities GROUP BY city;

-- => q text, r numeric, t numeric
SELECT quote_literal(name) AS q, round(price, 1) AS r, trunc(price) AS t FROM graves, graveyards;

-- => l numeric, p numeric, s float8
SELECT abs(price) AS l, power(2::numeric, 3) AS p, sqrt(4::float8) AS s FROM graves;

-- => m text, b bytea, c int4
SELECT md5(name) AS m, convert_to(name, 'UTF8') AS b, ascii(name) AS c FROM graveyards;

-- => x int8, y text
SELECT hashtext.x, hashtext.y FROM (SELECT id + 1 AS x, split_part(name, 'o', 1) AS y FROM minions) AS hashtext;

-- => a timestamptz, b timestamp, c time?, d timestamptz
SELECT dug AS a, dug AT TIME ZONE 'UTC' AS b, dug::time AS c, make_timestamptz(2024, 1, 1, 0, 0, 0) AS d FROM graves;

-- => i interval, d int4
SELECT make_interval(days => number) AS i, at - '2024-01-01'::date AS d FROM graves, learnt;

-- => a bool, b bool, c bool?
SELECT name ILIKE 'a%' AS a, name SIMILAR TO 'a%' AS b, city ~ 'x' AS c FROM graveyards;

-- => a bool, b bool, c bool?
SELECT (id, name) = (1, 'x') AS a, (id, name) <> (1, 'x') AS b, (id, city) = (1, 'x') AS c FROM graveyards;

-- => a bool~, b bool?
SELECT (id, name) < (1, 'x') AS a, (id, city) < (1, 'x') AS b FROM graveyards;

-- => r varchar, i int4, e bool
SELECT name AS r, coalesce(mana, 0) AS i, school IS NOT DISTINCT FROM 'mind' AS e FROM spells;

-- => n text, p int4, o text
SELECT lpad(name, 9, '.') AS n, position('a' in name) AS p, overlay(name placing 'x' from 1) AS o FROM graveyards;
