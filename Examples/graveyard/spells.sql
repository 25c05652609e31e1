-- spells.sql
-- name: SummonZombie :one
SELECT * FROM zombies WHERE id = {id};
-- name: RaiseHorde :many
SELECT * FROM zombies ORDER BY decay_rate ASC;
-- name: BuryZombie :one
-- A new zombie, with the number that it was given.
INSERT INTO zombies (decay_rate, graveyard) VALUES ({decay_rate}, {graveyard}) RETURNING *;
-- name: SearchZombies :many
-- optional: graveyard, fresher_than
SELECT * FROM zombies WHERE graveyard = {graveyard} AND decay_rate < {fresher_than} ORDER BY id;
-- name: CountByGraveyard :many
SELECT graveyard, count(*) AS zombies, max(decay_rate) AS worst FROM zombies GROUP BY graveyard
ORDER BY zombies DESC, graveyard;
-- name: LayToRest :execrows
DELETE FROM zombies WHERE id = {id};
