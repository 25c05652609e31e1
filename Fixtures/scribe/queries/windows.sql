-- Window functions and their frames.

-- => n int8, r int8, d int8, p float8, c float8
SELECT row_number() OVER w AS n, rank() OVER w AS r, dense_rank() OVER w AS d, percent_rank() OVER w AS p, cume_dist() OVER w AS c FROM minions WINDOW w AS (ORDER BY name);

-- => l text?, l2 text?, l3 text, l4 text?
SELECT lag(name) OVER w AS l, lead(name, 2) OVER w AS l2, lag(name, 1, 'none') OVER w AS l3, lag(mood, 1, 'none') OVER w AS l4 FROM minions WINDOW w AS (ORDER BY id);

-- => f text, l text, n text?, m text?
SELECT first_value(name) OVER w AS f, last_value(name) OVER w AS l, nth_value(name, 2) OVER w AS n, first_value(mood) OVER w AS m FROM minions WINDOW w AS (PARTITION BY kind ORDER BY id);

-- => s int8, c int8, a numeric?
SELECT sum(strength) OVER (PARTITION BY kind) AS s, count(mood) OVER () AS c, avg(boss_id) OVER (ORDER BY id) AS a FROM minions;

-- => s int8
SELECT sum(strength) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s FROM minions;

-- A frame that may have no row.
-- => s int8?, f text?
SELECT sum(strength) OVER w AS s, first_value(name) OVER w AS f FROM minions WINDOW w AS (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING);

-- => s int8?
SELECT sum(strength) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) AS s FROM minions;

-- => s int8
SELECT sum(strength) OVER (ORDER BY kind RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES) AS s FROM minions;

-- => s numeric
SELECT sum(price) OVER (ORDER BY dug RANGE BETWEEN '7 days' PRECEDING AND CURRENT ROW) AS s FROM graves;

-- => s int8?
SELECT sum(strength) FILTER (WHERE mood = 'grim') OVER (PARTITION BY kind) AS s FROM minions;

-- => n int4, m int4?
SELECT ntile(3) OVER (ORDER BY id) AS n, ntile($1) OVER (ORDER BY id) AS m FROM minions;

-- => kind rank, s int8, t numeric
SELECT kind, sum(strength) AS s, sum(sum(strength)) OVER (ORDER BY kind) AS t FROM minions GROUP BY kind;

-- => name text, n int8
SELECT name, n FROM (SELECT name, row_number() OVER (PARTITION BY kind ORDER BY id) AS n FROM minions) AS t WHERE n = 1;

-- => d int8?, n numeric
SELECT id - lag(id) OVER (ORDER BY id) AS d, 100.0 * strength / sum(strength + 1) OVER () AS n FROM minions;

-- => f date?, g _int8
SELECT last_value(born) OVER (ORDER BY id) AS f, array_agg(boss_id) OVER (PARTITION BY kind) AS g FROM minions;

-- => l text?
SELECT lag(name, boss_id::int, 'none') OVER (ORDER BY id) AS l FROM minions;
