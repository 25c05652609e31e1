-- Aggregates, groups, grouping sets and HAVING.

-- => n int8
SELECT count(*) AS n FROM minions;

-- => n int8, s int8?, m text?, a _text?, j json?
SELECT count(mood) AS n, sum(strength) AS s, max(name) AS m, array_agg(name) AS a, json_agg(name) AS j FROM minions;

-- => kind rank, n int8, s int8, m text, a _text, j jsonb
SELECT kind, count(*) AS n, sum(strength) AS s, max(name) AS m, array_agg(mood) AS a, jsonb_agg(mood) AS j FROM minions GROUP BY kind;

-- => kind rank, m text?, s text?
SELECT kind, max(mood) AS m, string_agg(mood, ',') AS s FROM minions GROUP BY kind;

-- => kind rank, s int8?
SELECT kind, sum(strength) FILTER (WHERE strength > 10) AS s FROM minions GROUP BY kind;

-- => kind rank, n int8, s int8
SELECT kind, count(*) FILTER (WHERE strength > 10) AS n, coalesce(sum(strength) FILTER (WHERE strength > 10), 0) AS s FROM minions GROUP BY kind;

-- => boss_id int8?, n int8
SELECT boss_id, count(*) AS n FROM minions GROUP BY boss_id;

-- => boss_id int8, n int8
SELECT boss_id, count(*) AS n FROM minions WHERE boss_id IS NOT NULL GROUP BY boss_id;

-- => boss_id int8, n int8
SELECT boss_id, count(*) AS n FROM minions GROUP BY boss_id HAVING boss_id > 0;

-- => kind rank, m text
SELECT kind, max(mood) AS m FROM minions GROUP BY kind HAVING max(mood) > '';

-- => kind rank, s int8
SELECT kind, sum(weight) AS s FROM minions GROUP BY kind HAVING sum(weight) > 10;

-- => kind rank?, n int8
SELECT kind, count(*) AS n FROM minions GROUP BY ROLLUP (kind);

-- => kind rank?, mood text?, s int8?, g int4
SELECT kind, mood, sum(strength) AS s, grouping(kind) AS g FROM minions GROUP BY CUBE (kind, mood);

-- => kind rank?, name text?, s int8
SELECT kind, name, sum(strength) AS s FROM minions GROUP BY GROUPING SETS ((kind), (name));

-- => kind rank, name text?, s int8
SELECT kind, name, sum(strength) AS s FROM minions GROUP BY GROUPING SETS ((kind, name), (kind));

-- => kind rank, name text?, n int8
SELECT kind, name, count(*) AS n FROM minions GROUP BY kind, ROLLUP (name);

-- => k text, n int8
SELECT coalesce(kind::text, 'all') AS k, count(*) AS n FROM minions GROUP BY ROLLUP (kind);

-- => u text?, n int8
SELECT upper(name) AS u, count(*) AS n FROM minions GROUP BY ROLLUP (upper(name));

-- => u text, n int8
SELECT upper(name) AS u, count(*) AS n FROM minions GROUP BY upper(name);

-- => u text?, v text?
SELECT name || '!' AS u, (SELECT m.name) AS v FROM minions m GROUP BY ROLLUP (name);

-- => kind rank
SELECT kind FROM minions GROUP BY ROLLUP (kind) HAVING kind IS NOT NULL;

-- => n int8, s int8?
SELECT count(*) AS n, sum(strength) AS s FROM minions GROUP BY ();

-- => n int8
SELECT count(*) AS n FROM minions HAVING count(*) > 100;

-- => s int8
SELECT coalesce(sum(strength), 0) AS s FROM minions;

-- => avg numeric, min int4, max int4
SELECT avg(weight), min(weight), max(weight) FROM minions GROUP BY kind;

-- Of one row there is no sample.
-- => v numeric?, p numeric, d numeric?
SELECT var_samp(weight) AS v, var_pop(weight) AS p, stddev(weight) AS d FROM minions GROUP BY kind;

-- => b bool, e bool
SELECT bool_and(strength > 1) AS b, every(weight > 1) AS e FROM minions GROUP BY kind;

-- => p float8, d int4, m text?
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY weight) AS p, percentile_disc(0.5) WITHIN GROUP (ORDER BY weight) AS d, mode() WITHIN GROUP (ORDER BY mood) AS m FROM minions GROUP BY kind;

-- => id int4, n int8, p numeric?
SELECT y.id, count(g.id) AS n, sum(g.price) AS p FROM graveyards y LEFT JOIN graves g ON g.graveyard_id = y.id GROUP BY y.id;

-- => id int4, name text, n int8, p numeric
SELECT y.id, y.name, count(*) AS n, sum(g.price) AS p FROM graveyards y JOIN graves g ON g.graveyard_id = y.id GROUP BY y.id;

-- => name text, names _text
SELECT y.name, array_agg(g.epitaph ORDER BY g.number) AS names FROM graveyards y LEFT JOIN graves g ON g.graveyard_id = y.id GROUP BY y.name;

-- => k text, o json, c int8
SELECT y.name AS k, json_object_agg(g.number, g.epitaph) AS o, count(DISTINCT g.number) AS c FROM graveyards y JOIN graves g ON g.graveyard_id = y.id GROUP BY y.name;

-- => mood text
SELECT DISTINCT mood FROM minions WHERE mood <> 'x';

-- => kind rank, name text
SELECT DISTINCT ON (kind) kind, name FROM minions ORDER BY kind, name;

-- => n numeric?
SELECT avg(g.price) AS n FROM graves g WHERE g.price > 0;

-- => number int4, c int8, s numeric
SELECT number, count(*) AS c, sum(price * 2 + coalesce(discount, 0)) AS s FROM graves GROUP BY number;

-- => m date?, d date
SELECT max(born) AS m, max(coalesce(born, 'epoch')) AS d FROM minions GROUP BY kind;
