-- The spells of the graveyard.

-- name: SummonZombie :one
-- Wakes a zombie.
--
-- Gently.
SELECT * FROM zombies WHERE id = {id};

-- name: RaiseHorde :many
SELECT * FROM zombies ORDER BY decay_rate ASC;

-- name: HungryZombies :many
SELECT * FROM hungry_zombies;

-- name: CountZombies :one
SELECT count(*) FROM zombies;

-- name: ZombieNames :many
SELECT name FROM zombies ORDER BY id;

-- name: GraveOf :one
SELECT g.name FROM zombies z LEFT JOIN graves g ON g.id = z.grave_id WHERE z.id = {id};

-- name: MoodOf :one
SELECT mood FROM zombies WHERE id = {id};

-- name: Moods :many
SELECT DISTINCT mood FROM zombies ORDER BY mood;

-- name: Bury :exec
UPDATE zombies SET grave_id = {grave} WHERE id = ANY({ids});

-- name: Forget :execrows
DELETE FROM zombies WHERE name = {name};

-- name: Raise :one
INSERT INTO zombies (name, mood, decay_rate, extra) VALUES ({name}, {mood}, {decay_rate}, {extra})
RETURNING *;

-- name: Walk :stream
SELECT id, name FROM zombies ORDER BY id;

-- name: Ids :stream
SELECT id FROM zombies ORDER BY id;

-- name: Dig :copyfrom
INSERT INTO graves (name, "class", "plot no") VALUES (lower({name}), {rank}, {plot},);

-- name: Rename :batch
UPDATE zombies SET name = {name} WHERE id = {id};

-- name: Find :batch
SELECT id, name FROM zombies WHERE name = {name};

-- name: Search :many
-- optional: grave, decay, moods
SELECT z.id, z.name, g.name AS grave
FROM zombies z LEFT JOIN graves g ON g.id = z.grave_id
WHERE g.name = {grave} AND (z.decay_rate > {decay} OR z.decay_rate IS NULL) AND z.mood = ANY({moods}::mood[])
ORDER BY z.id LIMIT {limit};

-- name: WithGrave :many
-- embed: zombie, grave
SELECT zombie.*, grave.*
FROM zombies zombie LEFT JOIN graves grave ON grave.id = zombie.grave_id ORDER BY zombie.id;

-- name: Braces :one
-- not null: json
-- type: tags tuple[str, ...]
SELECT '{"a": 1}'::json AS json, '{x,y}'::text[] AS tags, $${z}$$ AS dollars, {text}::text AS text;

-- name: Plots :many
SELECT "class", "plot no", dug FROM graves ORDER BY id;
