-- Rows that are chosen to have a NULL wherever there may be one, and no partner in every join.

INSERT INTO graveyards (name, city, founded, area, is_open, tags, location) VALUES
    ('Hollow', 'Varna', '1801-02-03', 12.5, true, '{old,wet}', ROW ('north', 3)),
    ('Barren', NULL, NULL, NULL, true, '{}', NULL),
    ('Closed', 'Sibiu', 'infinity', 'NaN', false, '{NULL,dry}', ROW (NULL, NULL));
INSERT INTO graves (graveyard_id, number, epitaph, dug, price, discount) VALUES
    (1, 1, 'Here lies one', '2020-01-01', 100, 10),
    (1, 2, NULL, 'infinity', 50, NULL),
    (2, 1, '', '-infinity', 0, 0),
    (NULL, 7, NULL, '2021-05-05', 'NaN', NULL),
    (3, 1, 'SILENCE', '2022-02-02', 75, 75);
INSERT INTO minions
    (name, kind, strength, mood, weight, boss_id, grave_id, gear, notes, born, home, nickname,
     shifts, email, seals) VALUES
    ('Mortimer', 'lich', 90, 'grim', 70, NULL, 1, '{"hat": "tall", "rings": [1, null]}', '{"a": 1}',
     '1700-01-01', ROW ('deep', 9), 'Mort', '[2024-01-01,2024-06-01)', 'm@crypt.example', '{1,2}'),
    ('Igor', 'thrall', 5, NULL, 95, 1, NULL, '{}', 'null', NULL, NULL, 'Ig', 'empty', NULL, '{}'),
    ('Vlad', 'ghoul', 40, 'merry', 80, 1, 1, '{"hat": null}', NULL, 'infinity', ROW (NULL, 1), 'V',
     '(,)', 'v@crypt.example', NULL),
    ('silence', 'ghoul', 0, '', 1, 2, 3, '[1, "x", null]', '{"rings": []}', '1999-09-09',
     ROW (NULL, NULL), 'S', NULL, NULL, '{NULL,3}');
-- What a domain that is NOT NULL lets through.
INSERT INTO minions (name, kind, weight, nickname)
    VALUES ('Nameless', 'thrall', 3, (SELECT nickname FROM minions WHERE false));
INSERT INTO spells (name, mana, school) VALUES
    ('fear', 3, 'mind'), ('rot', NULL, NULL), ('the', 0, 'body'), ('unlearnt', 9, NULL);
INSERT INTO learnt
    SELECT m.id, s.id, CASE WHEN s.name = 'rot' THEN NULL ELSE m.id END, '2024-03-01'
    FROM minions m, spells s WHERE m.id < 4 AND s.name <> 'unlearnt';
INSERT INTO events VALUES
    (1, '2023-05-01', 'rise', 1, '{"n": 1}'),
    (2, '2024-05-01', 'fall', NULL, NULL),
    (3, '-infinity', 'rise', 2, 'null'),
    (4, 'infinity', 'rest', 99, '[]');
INSERT INTO beings VALUES (1, 'ghost'), (2, NULL);
INSERT INTO beasts VALUES (3, NULL, 4), (4, 'raven', 2);
INSERT INTO curses (victim, note) VALUES ('Ann', 'boils');
REFRESH MATERIALIZED VIEW census;
