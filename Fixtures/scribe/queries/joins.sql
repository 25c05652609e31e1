-- Joins of every kind, and what rules out the rows that they fill in.

-- => id int4, name text
SELECT g.id, y.name FROM graves g JOIN graveyards y ON y.id = g.graveyard_id;

-- => id int4, name text?
SELECT g.id, y.name FROM graves g LEFT JOIN graveyards y ON y.id = g.graveyard_id;

-- => id int4?, name text
SELECT g.id, y.name FROM graves g RIGHT JOIN graveyards y ON y.id = g.graveyard_id;

-- => id int4?, name text?
SELECT g.id, y.name FROM graves g FULL JOIN graveyards y ON y.id = g.graveyard_id;

-- => id int4, name text
SELECT g.id, y.name FROM graves g CROSS JOIN graveyards y;

-- => id int4, name text
SELECT g.id, y.name FROM graves g, graveyards y WHERE y.id = g.graveyard_id;

-- => id int4
SELECT id FROM graves NATURAL JOIN beings;

-- A condition on the side that may be filled in leaves no such row.
-- => id int4, name text, city text?
SELECT g.id, y.name, y.city FROM graves g LEFT JOIN graveyards y ON y.id = g.graveyard_id
WHERE y.is_open;

-- => id int4, name text
SELECT g.id, y.name FROM graves g LEFT JOIN graveyards y ON y.id = g.graveyard_id
WHERE y.id IS NOT NULL;

-- => id int4, name text, city text
SELECT g.id, y.name, y.city FROM graves g LEFT JOIN graveyards y ON y.id = g.graveyard_id
WHERE y.city LIKE 'V%';

-- A condition that NULL passes leaves them.
-- => id int4, name text?
SELECT g.id, y.name FROM graves g LEFT JOIN graveyards y ON y.id = g.graveyard_id
WHERE y.city IS NULL OR y.city = 'Varna';

-- => id int4, name text?
SELECT g.id, y.name FROM graves g LEFT JOIN graveyards y ON y.id = g.graveyard_id
WHERE coalesce(y.is_open, true);

-- => id int4, name text
SELECT g.id, y.name FROM graves g LEFT JOIN graveyards y ON y.id = g.graveyard_id
WHERE coalesce(y.is_open, false);

-- => id int4, name text?
SELECT g.id, y.name FROM graves g LEFT JOIN graveyards y ON y.id = g.graveyard_id
WHERE y.is_open IS NOT TRUE;

-- => id int4, name text
SELECT g.id, y.name FROM graves g LEFT JOIN graveyards y ON y.id = g.graveyard_id
WHERE y.is_open IS NOT UNKNOWN;

-- => id int4, name text
SELECT g.id, y.name FROM graves g LEFT JOIN graveyards y ON y.id = g.graveyard_id
WHERE NOT (y.city = 'Varna' OR y.city = 'Sibiu');

-- What ON says of the left side holds only where something was found.
-- => id int4, epitaph text?, name text?
SELECT g.id, g.epitaph, y.name FROM graves g
LEFT JOIN graveyards y ON y.id = g.graveyard_id AND g.epitaph = y.name;

-- => epitaph text, name text
SELECT g.epitaph, y.name FROM graves g
LEFT JOIN graveyards y ON y.id = g.graveyard_id AND length(g.epitaph) > length(y.city) - 100
WHERE y.id > 0;

-- => epitaph text, city text
SELECT g.epitaph, y.city FROM graves g JOIN graveyards y ON length(g.epitaph) > length(y.city) - 9;

-- => graveyard_id int4, id int4
SELECT g.graveyard_id, y.id FROM graves g JOIN graveyards y ON y.id = g.graveyard_id;

-- => graveyard_id int4?, id int4?
SELECT g.graveyard_id, y.id FROM graves g LEFT JOIN graveyards y ON y.id = g.graveyard_id;

-- Chains: the second join looks at what the first has filled in.
-- => minion text, number int4?, yard text?
SELECT m.name AS minion, g.number, y.name AS yard FROM minions m
LEFT JOIN graves g ON g.id = m.grave_id LEFT JOIN graveyards y ON y.id = g.graveyard_id;

-- => minion text, number int4, yard text
SELECT m.name AS minion, g.number, y.name AS yard FROM minions m
LEFT JOIN graves g ON g.id = m.grave_id LEFT JOIN graveyards y ON y.id = g.graveyard_id
WHERE y.name <> 'x';

-- => minion text, number int4, yard text?
SELECT m.name AS minion, g.number, y.name AS yard FROM minions m
LEFT JOIN graves g ON g.id = m.grave_id LEFT JOIN graveyards y ON y.id = g.graveyard_id
WHERE g.price >= 0;

-- An inner join behind an outer one takes its rows back.
-- => minion text, number int4, yard text
SELECT m.name AS minion, g.number, y.name AS yard FROM minions m
LEFT JOIN graves g ON g.id = m.grave_id JOIN graveyards y ON y.id = g.graveyard_id;

-- => minion text, number int4?, yard text?
SELECT m.name AS minion, g.number, y.name AS yard FROM minions m
LEFT JOIN (graves g JOIN graveyards y ON y.id = g.graveyard_id) ON g.id = m.grave_id;

-- => minion text, number int4, yard text
SELECT m.name AS minion, g.number, y.name AS yard FROM minions m
LEFT JOIN (graves g JOIN graveyards y ON y.id = g.graveyard_id) ON g.id = m.grave_id
WHERE y.name IS NOT NULL;

-- => minion text?, number int4, yard text?
SELECT m.name AS minion, g.number, y.name AS yard FROM minions m
RIGHT JOIN graves g ON g.id = m.grave_id LEFT JOIN graveyards y ON y.id = g.graveyard_id;

-- => minion text?, number int4?, yard text
SELECT m.name AS minion, g.number, y.name AS yard FROM minions m
JOIN graves g ON g.id = m.grave_id RIGHT JOIN graveyards y ON y.id = g.graveyard_id;

-- => a text, b text?, c text?
SELECT a.name AS a, b.name AS b, c.name AS c FROM minions a
LEFT JOIN minions b ON b.id = a.boss_id LEFT JOIN minions c ON c.id = b.boss_id;

-- => a text, b text, c text?
SELECT a.name AS a, b.name AS b, c.name AS c FROM minions a
LEFT JOIN minions b ON b.id = a.boss_id LEFT JOIN minions c ON c.id = b.boss_id
WHERE b.strength BETWEEN 0 AND 1000;

-- A FULL JOIN has a row on one side at least.
-- => either int4, name text?, label text?
SELECT coalesce(y.id, b.id) AS either, y.name, b.label FROM graveyards y FULL JOIN beings b ON b.id = y.id;

-- => id int4
SELECT id FROM graveyards FULL JOIN beings USING (id);

-- => id int4, name text?, label text?
SELECT id, y.name, b.label FROM graveyards y FULL JOIN beings b USING (id);

-- => id int4, name text
SELECT id, name FROM graveyards LEFT JOIN beings USING (id);

-- => id int4, label text?
SELECT id, label FROM graveyards RIGHT JOIN beings USING (id);

-- => id int4?
SELECT coalesce(y.id, b.id) AS id FROM minions m
LEFT JOIN (graveyards y FULL JOIN beings b ON b.id = y.id) ON y.id = m.grave_id;

-- => name text, label text?
SELECT y.name, b.label FROM graveyards y FULL JOIN beings b ON b.id = y.id WHERE y.name > '';

-- => name text, id int4
SELECT y.name, b.id FROM graveyards y FULL JOIN beings b ON b.id = y.id
WHERE y.name > '' AND b.id > 0;

-- => id int4?, id int4?
SELECT y.id, b.id FROM graveyards y FULL JOIN beings b ON b.id = y.id WHERE y.id > 1 OR b.id > 1;

-- The other way round: what is there must have been found.
-- => name text, is_missing bool
SELECT m.name, g.id IS NULL AS is_missing FROM minions m LEFT JOIN graves g ON g.id = m.grave_id;

-- => name text, id int4?
SELECT m.name, g.id FROM minions m LEFT JOIN graves g ON g.id = m.grave_id WHERE g.id IS NULL;

-- => name text, boss text
SELECT m.name, coalesce(b.name, 'nobody') AS boss FROM minions m LEFT JOIN minions b ON b.id = m.boss_id;

-- => g graves?, y graveyards
SELECT g, y FROM graves g RIGHT JOIN graveyards y ON y.id = g.graveyard_id;

-- => number int4, price numeric
SELECT g.number, g.price FROM minions m LEFT JOIN graves g ON g.id = m.grave_id WHERE g IS NOT NULL;

-- => id int8, id int4, id uuid
SELECT m.id, g.id, s.id FROM minions m JOIN graves g ON true JOIN spells s ON s.mana > g.id;

-- => id int8, spell text?, level int2?
SELECT m.id, s.name::text AS spell, l.level FROM minions m
LEFT JOIN learnt l ON l.minion_id = m.id LEFT JOIN spells s ON s.id = l.spell_id;

-- => id int8, spell text, level int2?
SELECT m.id, s.name::text AS spell, l.level FROM minions m
LEFT JOIN learnt l ON l.minion_id = m.id LEFT JOIN spells s ON s.id = l.spell_id
WHERE s.name IN ('fear', 'rot');

-- => name text, x int4?
SELECT m.name, x FROM minions m LEFT JOIN (VALUES (1), (2)) AS v (x) ON v.x = m.id;

-- => name text, x int4, y text?
SELECT m.name, x, y FROM minions m JOIN (VALUES (1, 'a'), (2, NULL)) AS v (x, y) ON v.x = m.id;

-- => id int4, name text
SELECT j.id, j.name FROM (graveyards y JOIN beings b USING (id)) AS j;

-- => id int4, label text?
SELECT j.id, j.label FROM (graveyards y LEFT JOIN beings b USING (id)) AS j;

-- => name text
SELECT y.name FROM graveyards y LEFT JOIN graves g ON g.graveyard_id = y.id AND g.price > 10
WHERE g.id IS DISTINCT FROM 3;

-- => name text, id int4
SELECT y.name, g.id FROM graveyards y LEFT JOIN graves g ON g.graveyard_id = y.id
WHERE g.id IS NOT DISTINCT FROM 3;

-- => name text, id int4
SELECT y.name, g.id FROM graveyards y LEFT JOIN graves g ON g.graveyard_id = y.id
WHERE g.number = $1;

-- => name text, id int4, epitaph text
SELECT y.name, g.id, g.epitaph FROM graveyards y LEFT JOIN graves g ON g.graveyard_id = y.id
WHERE upper(g.epitaph) = upper($1);

-- => what text, name text, grave int4?
SELECT e.what, m.name, g.id AS grave FROM events e LEFT JOIN minions m ON m.id = e.minion_id LEFT JOIN graves g ON g.id = m.grave_id
WHERE starts_with(m.name, 'M') OR m.strength > 3;

-- => id int4?, id int4
SELECT a.id, b.id FROM graves a RIGHT JOIN graves b ON a.number = b.number + 1 WHERE b.price > 0;
