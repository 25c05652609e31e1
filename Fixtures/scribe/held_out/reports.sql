-- Queries as applications have them: lists, reports, look-ups.

-- => id int8, name text, grave text
SELECT m.id, m.name, coalesce(y.name || ' ' || g.number, 'unburied') AS grave FROM minions m
LEFT JOIN graves g ON g.id = m.grave_id LEFT JOIN graveyards y ON y.id = g.graveyard_id ORDER BY m.id;

-- => id int8, name text, kind rank, strength power
SELECT id, name, kind, strength FROM minions WHERE id = $1;

-- => id int8, email varchar
SELECT id, email FROM minions WHERE email = $1 LIMIT 1;

-- => name text, followers int8
SELECT b.name, count(m.id) AS followers FROM minions b LEFT JOIN minions m ON m.boss_id = b.id GROUP BY b.id, b.name ORDER BY 2 DESC;

-- => name text, followers int8, strongest int4?
SELECT b.name, count(m.id) AS followers, max(m.strength) AS strongest FROM minions b LEFT JOIN minions m ON m.boss_id = b.id GROUP BY b.id;

-- => graveyard text, revenue numeric, graves int8
SELECT y.name AS graveyard, coalesce(sum(g.total), 0) AS revenue, count(g.*) AS graves FROM graveyards y LEFT JOIN graves g ON g.graveyard_id = y.id GROUP BY y.name;

-- => month timestamp, n int8
SELECT date_trunc('month', at) AS month, count(*) AS n FROM events GROUP BY 1 ORDER BY 1;

-- => month timestamp?, n int8
SELECT date_trunc('month', at) AS month, count(*) AS n FROM events GROUP BY ROLLUP (1);

-- => what text, share numeric
SELECT what, round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS share FROM events GROUP BY what;

-- => id int8, name text, rank int8
SELECT id, name, rank() OVER (PARTITION BY kind ORDER BY strength DESC) AS rank FROM minions;

-- => kind rank, name text, strength power
SELECT kind, name, strength FROM (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY strength DESC) AS place FROM minions) AS ranked WHERE place <= 3;

-- => total int8, open int8, cities int8
SELECT count(*) AS total, count(*) FILTER (WHERE is_open) AS open, count(DISTINCT city) AS cities FROM graveyards;

-- => name text, spells _varchar
SELECT m.name, array_agg(s.name ORDER BY s.name) AS spells FROM minions m JOIN learnt l ON l.minion_id = m.id JOIN spells s ON s.id = l.spell_id GROUP BY m.id;

-- => name text, spells json
SELECT m.name, coalesce(json_agg(s.name) FILTER (WHERE s.id IS NOT NULL), '[]') AS spells FROM minions m LEFT JOIN learnt l ON l.minion_id = m.id LEFT JOIN spells s ON s.id = l.spell_id GROUP BY m.id;

-- => name text, spells text?
SELECT m.name, string_agg(s.name, ', ') AS spells FROM minions m LEFT JOIN learnt l ON l.minion_id = m.id LEFT JOIN spells s ON s.id = l.spell_id GROUP BY m.id;

-- => document jsonb
SELECT jsonb_build_object('name', m.name, 'boss', b.name, 'gear', m.gear) AS document FROM minions m LEFT JOIN minions b ON b.id = m.boss_id;

-- => row_to_json json
SELECT row_to_json(t) FROM (SELECT id, city FROM graveyards) AS t;

-- => name text, hat text
SELECT name, gear ->> 'hat' AS hat FROM minions WHERE gear ->> 'hat' = $1;

-- => name text, hat text
SELECT name, coalesce(gear ->> 'hat', 'bare') AS hat FROM minions;

-- => name text, has_hat bool
SELECT name, gear ? 'hat' AS has_hat FROM minions WHERE gear @> '{}';

-- => id uuid, name varchar, school text, mana int4
SELECT id, name, school, mana FROM spells WHERE school ILIKE '%' || $1 || '%' AND mana BETWEEN $2 AND $3;

-- => name varchar, words tsvector
SELECT name, words FROM spells WHERE words @@ websearch_to_tsquery('english', $1) ORDER BY ts_rank(words, websearch_to_tsquery('english', $1)) DESC;

-- => name text, city text
SELECT name, city FROM graveyards WHERE city IS NOT NULL AND (is_open OR founded IS NULL);

-- => name text, city text?
SELECT name, city FROM graveyards WHERE ($1::text IS NULL OR city = $1);

-- => id int4, label text
SELECT id, coalesce(label, 'being ' || id) AS label FROM beings;

-- => kind text, n int8
SELECT kind::text, count(*) AS n FROM minions GROUP BY kind UNION ALL SELECT 'all', count(*) FROM minions;

-- => kind text?, n int8
SELECT 'x' AS kind, 1::bigint AS n UNION ALL SELECT mood, 2 FROM minions;

-- => name text, boss text?, grand_boss text?
SELECT m.name, b.name AS boss, gb.name AS grand_boss FROM minions m LEFT JOIN minions b ON m.boss_id = b.id LEFT JOIN minions gb ON b.boss_id = gb.id;

-- => name text, boss text, grand_boss text?
SELECT m.name, b.name AS boss, gb.name AS grand_boss FROM minions m JOIN minions b ON m.boss_id = b.id LEFT JOIN minions gb ON b.boss_id = gb.id;

-- => name text, boss text, grand_boss text
SELECT m.name, b.name AS boss, gb.name AS grand_boss FROM minions m LEFT JOIN minions b ON m.boss_id = b.id JOIN minions gb ON b.boss_id = gb.id;

-- => exists bool
SELECT EXISTS (SELECT 1 FROM minions WHERE email = $1);

-- => exists bool, n int8, newest timestamptz?
SELECT EXISTS (SELECT 1 FROM graves), (SELECT count(*) FROM graves) AS n, (SELECT max(dug) FROM graves) AS newest;

-- => day date, n int8
SELECT d::date AS day, count(e.id) AS n FROM generate_series('2024-01-01'::timestamp, '2024-01-03', '1 day') AS d LEFT JOIN events e ON e.at::date = d::date GROUP BY d;

-- => day date, what text?
SELECT d::date AS day, e.what FROM generate_series('2024-01-01'::timestamp, '2024-01-03', '1 day') AS d LEFT JOIN events e ON e.at::date = d::date;

-- => name text, level text
SELECT m.name, CASE WHEN l.level IS NULL THEN 'none' WHEN l.level > 2 THEN 'high' ELSE 'low' END AS level FROM minions m LEFT JOIN learnt l ON l.minion_id = m.id;

-- => name text, level text?
SELECT m.name, CASE WHEN l.level > 2 THEN 'high' WHEN l.level <= 2 THEN 'low' END AS level FROM minions m LEFT JOIN learnt l ON l.minion_id = m.id;

-- => name text, level int4
SELECT m.name, CASE WHEN l.level IS NOT NULL THEN l.level::int ELSE 0 END AS level FROM minions m LEFT JOIN learnt l ON l.minion_id = m.id;

-- => id int8, initials text, shout text
SELECT id, left(name, 1) AS initials, upper(name) || '!' AS shout FROM minions;

-- => id int8, age interval?
SELECT id, age(born) AS age FROM minions WHERE born > '1000-01-01' AND born < '2100-01-01' OR born IS NULL;

-- => id int8, first_seal int4?, seals int4?
SELECT id, seals[1] AS first_seal, cardinality(seals) AS seals FROM minions;

-- => id int8, seals _int4
SELECT id, coalesce(seals, '{}') AS seals FROM minions;

-- => id int8, seals _int4
SELECT id, seals FROM minions WHERE seals @> ARRAY[1];

-- => id int8, seals _int4
SELECT id, seals FROM minions WHERE 3 = ANY (seals);

-- => id int8, place text
SELECT id, coalesce((home).crypt, 'nowhere') AS place FROM minions;

-- => id int8, shifts daterange
SELECT id, shifts FROM minions WHERE shifts @> $1::date;

-- => id int8, starts date?, is_bounded bool
SELECT id, lower(shifts) AS starts, NOT lower_inf(shifts) AS is_bounded FROM minions WHERE shifts IS NOT NULL;

-- => rank rank~
SELECT unnest(enum_range(NULL::rank)) AS rank;

-- => n int4, odd bool
SELECT n, n % 2 = 1 AS odd FROM generate_series(1, 10) AS n;

-- => id int4, name text, id int4?, epitaph text?
SELECT y.id, y.name, g.id, g.epitaph FROM graveyards y LEFT JOIN graves g ON g.graveyard_id = y.id AND g.epitaph IS NOT NULL;

-- => id int4, name text, id int4, epitaph text
SELECT y.id, y.name, g.id, g.epitaph FROM graveyards y JOIN graves g ON g.graveyard_id = y.id AND g.epitaph IS NOT NULL;

-- => y graveyards, g graves?
SELECT y, g FROM graveyards y LEFT JOIN graves g ON g.graveyard_id = y.id;
