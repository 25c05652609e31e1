-- Operators, functions, CASE and COALESCE.

-- => id int4, name text, city text?, founded date?, is_open bool, tags _text, location place?
SELECT id, name, city, founded, is_open, tags, location FROM graveyards;

-- => id int4, graveyard_id int4?, number int4, epitaph text?, dug timestamptz, price numeric, discount numeric?, total numeric, half numeric?
SELECT * FROM graves;

-- => weight int4, nickname title?, mood text?, strength power
SELECT weight, nickname, mood, strength FROM minions;

-- => one int4, a text, t bool, n text?
SELECT 1 AS one, 'a' AS a, true AS t, NULL AS n;

-- => sum int4, sum2 int4?
SELECT id + number AS sum, id + graveyard_id AS sum2 FROM graves;

-- => d numeric?, t numeric, n numeric
SELECT price - discount AS d, price - coalesce(discount, 0) AS t, -price AS n FROM graves;

-- => label text, label2 text?
SELECT name || '!' AS label, city || '!' AS label2 FROM graveyards;

-- => c text, c2 text, f text
SELECT concat(city, '!') AS c, concat_ws(',', city, name) AS c2, format('%s', city) AS f FROM graveyards;

-- => is_old bool?, is_named bool, is_other bool
SELECT founded < '1900-01-01' AS is_old, name <> '' AS is_named, city IS DISTINCT FROM 'Varna' AS is_other FROM graveyards;

-- => b bool?, c bool, d bool?
SELECT city = 'x' AND is_open AS b, is_open AND name = 'x' AS c, NOT (city = 'x') AS d FROM graveyards;

-- => u text, l int4, s text, r text
SELECT upper(name) AS u, length(name) AS l, substr(name, 1, 2) AS s, replace(name, 'a', 'b') AS r FROM graveyards;

-- => u text?, l int4?
SELECT upper(city) AS u, length(city) AS l FROM graveyards;

-- A function that is not Postgres' own may give NULL for what is not NULL.
-- => s text?
SELECT shout(name) AS s FROM minions;

-- => n text?, m text?
SELECT nullif(name, 'Hollow') AS n, nullif(city, '') AS m FROM graveyards;

-- => c text, g int4, l int4?
SELECT coalesce(city, name) AS c, greatest(id, NULL) AS g, least(NULL::int, NULL) AS l FROM graveyards;

-- => w text
SELECT CASE WHEN city IS NULL THEN 'none' ELSE city END AS w FROM graveyards;

-- => w text?
SELECT CASE WHEN city = 'Varna' THEN 'yes' END AS w FROM graveyards;

-- => w text
SELECT CASE WHEN city = 'Varna' THEN city ELSE name END AS w FROM graveyards;

-- => w text
SELECT CASE city WHEN 'Varna' THEN city ELSE 'other' END AS w FROM graveyards;

-- => w text?
SELECT CASE WHEN is_open THEN city ELSE name END AS w FROM graveyards;

-- => w text
SELECT CASE WHEN city IS NOT NULL AND founded IS NOT NULL THEN city WHEN city IS NOT NULL THEN city || '?' ELSE 'none' END AS w FROM graveyards;

-- => w text?
SELECT CASE WHEN city IS NOT NULL OR is_open THEN city ELSE 'none' END AS w FROM graveyards;

-- => w date
SELECT CASE WHEN city IS NULL OR founded IS NULL THEN 'epoch'::date ELSE founded END AS w FROM graveyards;

-- => a _int4, r record
SELECT ARRAY[id, 1] AS a, ROW (id, city) AS r FROM graveyards;

-- => first text?, hat jsonb?, hat2 text?
SELECT g.tags[1] AS first, m.gear -> 'hat' AS hat, m.gear ->> 'hat' AS hat2 FROM graveyards g, minions m;

-- => hat text
SELECT gear ->> 'hat' AS hat FROM minions WHERE gear ->> 'hat' IS NOT NULL;

-- => crypt text?, depth int4?
SELECT (location).crypt, (location).depth FROM graveyards;

-- => n int4, t jsonb, h bool, k text
SELECT cardinality(tags) AS n, to_jsonb(m.name) AS t, m.gear ? 'hat' AS h, jsonb_typeof(m.gear) AS k FROM graveyards, minions m;

-- => n int4?
SELECT array_length(tags, 1) AS n FROM graveyards;

-- => i int4, t text, n numeric, f float8
SELECT '7'::int AS i, id::text AS t, price::numeric(10, 1) AS n, price::float8 AS f FROM graves;

-- => e text, d date, y float8
SELECT kind::text AS e, dug::date AS d, date_part('year', dug) AS y FROM graves, minions;

-- Of an infinite time there is no day.
-- => d numeric?, e numeric, y numeric
SELECT extract(day FROM dug) AS d, extract(epoch FROM dug) AS e, extract(year FROM dug) AS y FROM graves;

-- => t text?, a interval, u timestamptz
SELECT to_char(dug, 'YYYY') AS t, interval '1 day' * 2 AS a, date_trunc('day', dug) AS u FROM graves;

-- => i bool, j bool?, k bool?
SELECT id IN (1, 2) AS i, graveyard_id IN (1, 2) AS j, id IN (1, NULL) AS k FROM graves;

-- => i bool?, k bool
SELECT number = ANY ($1::int[]) AS i, number = ANY (ARRAY[1, id]) AS k FROM graves;

-- => b bool, c bool?
SELECT id BETWEEN 1 AND 3 AS b, graveyard_id BETWEEN 1 AND 3 AS c FROM graves;

-- => r int4range, l int4?, e bool
SELECT int4range(1, number) AS r, lower(int4range(1, number)) AS l, isempty(int4range(1, number)) AS e FROM graves;

-- => s date?, o bool?, c bool
SELECT lower(shifts) AS s, shifts && daterange('2024-01-01', NULL) AS o, daterange('2024-01-01', NULL) @> '2024-05-05'::date AS c FROM minions;

-- => v tsvector, m bool, r float4, h text
SELECT to_tsvector('english', name) AS v, to_tsvector('english', name) @@ to_tsquery('fear') AS m, ts_rank(to_tsvector('english', name), to_tsquery('fear')) AS r, ts_headline(name, to_tsquery('fear')) AS h FROM spells;

-- => words tsvector, m bool
SELECT words, words @@ plainto_tsquery('english', 'rot') AS m FROM spells;

-- => n timestamptz, d date, u name, r float8, g uuid
SELECT now() AS n, current_date AS d, current_user AS u, random() AS r, gen_random_uuid() AS g;

-- => s name?
SELECT current_schema AS s;

-- => p int4?
SELECT $1::int AS p;

-- => p int4
SELECT coalesce($1, 3) AS p;

-- => i bool, j bool
SELECT city IS NULL AS i, (city = 'x') IS TRUE AS j FROM graveyards;

-- => r text?, m _text?, s text, a _text
SELECT substring(name FROM 'a.') AS r, regexp_match(name, 'a') AS m, regexp_replace(name, 'a', 'b') AS s, string_to_array(name, 'o') AS a FROM graveyards;

-- => o jsonb, a jsonb, s jsonb, p jsonb?
SELECT jsonb_build_object('a', city) AS o, jsonb_build_array(city) AS a, jsonb_set(gear, '{a}', '1') AS s, jsonb_path_query_first(gear, '$.hat') AS p FROM minions, graveyards;

-- => a _text, b _text, c _text
SELECT tags || '{x}'::text[] AS a, array_append(tags, city) AS b, '{x}' || tags AS c FROM graveyards;

-- => x title?
SELECT nickname AS x FROM minions;

-- => x title
SELECT name::title AS x FROM minions;

-- => city text, name text
SELECT city, name FROM graveyards WHERE city = name OR city > 'M';

-- => city text?
SELECT city FROM graveyards WHERE city = 'x' OR is_open;

-- => city text
SELECT city FROM graveyards WHERE NOT (city IS NULL);

-- => city text
SELECT city FROM graveyards WHERE city IN ('Varna', 'Sibiu');

-- => city text, founded date
SELECT city, founded FROM graveyards WHERE (city, founded) IS NOT NULL;

-- => city text
SELECT city FROM graveyards WHERE city <> ALL (ARRAY['x', 'y']);

-- Of an empty array ALL is true, also for NULL.
-- => city text?
SELECT city FROM graveyards WHERE city <> ALL ($1::text[]);

-- => city text
SELECT city FROM graveyards WHERE city = ANY ($1::text[]);

-- => mood text, boss_id int8
SELECT mood, boss_id FROM minions WHERE boss_id + length(mood) > 0;

-- => l text, city text
SELECT lower(city) AS l, city FROM graveyards WHERE lower(coalesce(city, 'x')) = 'x' AND lower(city) IS NOT NULL OR false;
