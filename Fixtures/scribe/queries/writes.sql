-- INSERT, UPDATE, DELETE and MERGE, and what RETURNING gives.

-- =>
INSERT INTO graveyards (name) VALUES ($1);

-- => id int4, name text, city text?, is_open bool, tags _text
INSERT INTO graveyards (name, city) VALUES ($1, $2) RETURNING id, name, city, is_open, tags;

-- What was put in is what comes back.
-- => id int4, city text, founded date?
INSERT INTO graveyards (name, city) VALUES ('New', 'Cluj') RETURNING id, city, founded;

-- => name text, city text
INSERT INTO graveyards (name, city) VALUES ('New', 'Cluj'), ('Newer', 'Iasi') RETURNING name, city;

-- => name text, city text?
INSERT INTO graveyards (name, city) VALUES ('New', 'Cluj'), ('Newer', NULL) RETURNING name, city;

-- => mood text, born date?, nickname title, boss_id int8?
INSERT INTO minions (name, kind, weight) VALUES ('x', 'lich', 1) RETURNING mood, born, nickname, boss_id;

-- => mood text?
INSERT INTO minions (name, kind, weight, mood) VALUES ('x', 'lich', 1, NULL) RETURNING mood;

-- => mood text
INSERT INTO minions (name, kind, weight, mood) VALUES ('x', 'lich', 1, DEFAULT) RETURNING mood;

-- A trigger may change what was put in.
-- => id int4, victim text, note text?
INSERT INTO curses (victim, note) VALUES ('Bob', 'warts') RETURNING *;

-- => note text?
UPDATE curses SET note = 'warts' RETURNING note;

-- => total numeric, half numeric?
INSERT INTO graves (number, price) VALUES (9, 9) RETURNING total, half;

-- => name text, city text
INSERT INTO graveyards (name, city) SELECT name, 'here' FROM minions RETURNING name, city;

-- => mood text?, epitaph text
INSERT INTO graves (number, price, epitaph) SELECT 90 + id, 1, coalesce(mood, '') FROM minions RETURNING (SELECT max(mood) FROM minions) AS mood, epitaph;

-- => id int4, city text
INSERT INTO graveyards (name, city) VALUES ('Hollow', 'x') ON CONFLICT (name) DO UPDATE SET city = excluded.city RETURNING id, city;

-- The row that was there keeps what is not set.
-- => id int4, city text?
INSERT INTO graveyards (name, city) VALUES ('Barren', 'x') ON CONFLICT (name) DO UPDATE SET is_open = false RETURNING id, city;

-- => city text?
INSERT INTO graveyards (name, city) VALUES ('Barren', 'x') ON CONFLICT (name) DO UPDATE SET city = graveyards.city RETURNING city;

-- => city text
INSERT INTO graveyards (name, city) VALUES ('Barren', 'x') ON CONFLICT (name) DO NOTHING RETURNING city;

-- => id int8, mood text
UPDATE minions SET mood = 'calm' RETURNING id, mood;

-- => id int8, mood text?
UPDATE minions SET mood = $1 WHERE mood = 'grim' RETURNING id, mood;

-- => mood text, born date?
UPDATE minions SET strength = 1 WHERE mood = 'grim' RETURNING mood, born;

-- => email varchar
UPDATE minions SET email = 'a' || email WHERE email > '' RETURNING email;

-- => mood text?
UPDATE minions SET mood = nullif(mood, 'grim') WHERE mood = 'grim' RETURNING mood;

-- => name text, city text?
UPDATE minions m SET mood = 'x' FROM graveyards y WHERE y.id = m.grave_id RETURNING m.name, y.city;

-- => name text, number int4?
UPDATE minions m SET mood = 'x' FROM minions b LEFT JOIN graves g ON g.id = b.grave_id WHERE b.id = m.id RETURNING m.name, g.number;

-- => total numeric, half numeric?, discount numeric
UPDATE graves SET discount = 1 RETURNING total, half, discount;

-- => discount numeric?, half numeric?
UPDATE graves SET discount = NULL WHERE half > 0 RETURNING discount, half;

-- => mood text?, seals _int4?
UPDATE minions SET (mood, seals) = (SELECT b.mood, b.seals FROM minions b WHERE b.id = minions.boss_id) RETURNING mood, seals;

-- => id int8, mood text?
DELETE FROM minions WHERE id = 5 RETURNING id, mood;

-- => id int8, mood text
DELETE FROM minions WHERE mood = 'nothing' RETURNING id, mood;

-- => minion_id int8, name text
DELETE FROM learnt l USING minions m WHERE m.id = l.minion_id RETURNING l.minion_id, m.name;

-- => id int8, payload json?
DELETE FROM events RETURNING id, payload;

-- A view may have rules and triggers of its own.
-- => id int4~, city text?
UPDATE cities SET city = NULL RETURNING id, city;

-- =>
UPDATE minions SET mood = 'x';

-- =>
MERGE INTO minions m USING learnt l ON l.minion_id = m.id AND l.level IS NULL WHEN MATCHED THEN UPDATE SET mood = 'x' WHEN NOT MATCHED THEN DO NOTHING;

-- =>
DELETE FROM learnt;

-- => id int8, what text, minion_id int8
UPDATE events SET minion_id = 1 WHERE what = 'rise' RETURNING id, what, minion_id;

-- => seals _int4?
UPDATE minions SET seals[1] = 5 RETURNING seals;

-- => m minions
DELETE FROM minions m WHERE id = 5 RETURNING m;
