-- Statements that write.

-- => id int8
INSERT INTO minions (name, kind, weight) VALUES ($1, $2, $3) RETURNING id;

-- => id int8, name text, boss_id int8?, home place?
INSERT INTO minions (name, kind, weight, boss_id, home) VALUES ($1, $2, $3, $4, $5) RETURNING id, name, boss_id, home;

-- => id uuid, words tsvector
INSERT INTO spells (name) VALUES ('new') RETURNING id, words;

-- => id uuid, mana int4, was_new bool
INSERT INTO spells (name, mana) VALUES ('rot', 5) ON CONFLICT (name) DO UPDATE SET mana = coalesce(spells.mana, 0) + excluded.mana RETURNING id, mana, xmax = 0 AS was_new;

-- => id uuid, school text?
INSERT INTO spells (name, school) VALUES ('rot', $1) ON CONFLICT (name) DO UPDATE SET school = excluded.school RETURNING id, school;

-- => minion_id int8, level int2
INSERT INTO learnt (minion_id, spell_id, level, at) SELECT m.id, s.id, 1, '2024-01-01' FROM minions m, spells s WHERE s.name = 'unlearnt' RETURNING minion_id, level;

-- => minion_id int8, level int2?
INSERT INTO learnt SELECT m.id, s.id, s.mana, '2024-01-01' FROM minions m, spells s WHERE s.name = 'unlearnt' RETURNING minion_id, level;

-- => id int8, strength power
UPDATE minions SET strength = strength + 1 WHERE id = $1 RETURNING id, strength;

-- => id int8, boss_id int8?
UPDATE minions SET boss_id = NULL WHERE boss_id = 1 RETURNING id, boss_id;

-- => id int8, boss_id int8
UPDATE minions SET mood = NULL WHERE boss_id = 1 RETURNING id, boss_id;

-- => id int8, mood text?
UPDATE minions SET mood = (SELECT epitaph FROM graves WHERE graves.id = minions.grave_id) RETURNING id, mood;

-- => mood text, name text
UPDATE minions m SET mood = y.name FROM graves g JOIN graveyards y ON y.id = g.graveyard_id WHERE g.id = m.grave_id RETURNING m.mood, y.name;

-- => mood text?
UPDATE minions m SET mood = y.name FROM graves g LEFT JOIN graveyards y ON y.id = g.graveyard_id WHERE g.id = m.grave_id RETURNING m.mood;

-- => mood text
UPDATE minions SET mood = CASE WHEN mood IS NULL THEN 'new' ELSE mood END RETURNING mood;

-- => born date, name text
UPDATE minions SET born = coalesce(born, current_date) RETURNING born, name;

-- => id int4, epitaph text, total numeric
UPDATE graves SET epitaph = 'RIP', price = price + 1 WHERE graveyard_id = $1 RETURNING id, epitaph, total;

-- => price numeric
UPDATE graves SET discount = NULL WHERE id = 1 RETURNING total + 1 AS price;

-- => id int8, what text
DELETE FROM events WHERE at < '2024-01-01' RETURNING id, what;

-- => n int8
WITH moved AS (DELETE FROM events WHERE what = 'fall' RETURNING *), kept AS (INSERT INTO curses (victim) SELECT what FROM moved RETURNING id) SELECT count(*) AS n FROM kept;

-- => minion_id int8?, at timestamp
WITH moved AS (DELETE FROM events RETURNING *) SELECT minion_id, at FROM moved;

-- => number int4, name text?
DELETE FROM graves g USING graveyards y LEFT JOIN minions m ON m.id = y.id WHERE y.id = g.graveyard_id AND g.id = 5 RETURNING g.number, m.name;

-- => victim text, note text?
WITH c AS (INSERT INTO curses (victim, note) VALUES ('a', 'b') RETURNING victim, note) SELECT victim, note FROM c;

-- =>
MERGE INTO spells s USING (VALUES ('rot', 1)) AS v (name, mana) ON s.name = v.name WHEN MATCHED THEN UPDATE SET mana = v.mana WHEN NOT MATCHED THEN INSERT (name, mana) VALUES (v.name, v.mana);

-- => id int8, minion_id int8, payload json
INSERT INTO events VALUES (9, '2024-01-01', 'rise', 1, '{}') RETURNING id, minion_id, payload;

-- => label text, id int4
INSERT INTO beings (id, label) VALUES (9, 'wisp') RETURNING label, id;

-- => label text?
UPDATE beings SET id = id + 1 RETURNING label;

-- => label text
UPDATE beings SET label = 'x' WHERE label IS NULL RETURNING label;

-- => city text, upper text
INSERT INTO graveyards (name, city) VALUES ($1, coalesce($2, 'here')) RETURNING city, upper(city);
