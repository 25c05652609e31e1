-- UNION, INTERSECT and EXCEPT.

-- => name text
SELECT name FROM graveyards UNION SELECT name FROM minions;

-- => name text?
SELECT name FROM graveyards UNION ALL SELECT city FROM graveyards;

-- => name text
SELECT name FROM graveyards INTERSECT SELECT city FROM graveyards;

-- => city text
SELECT city FROM graveyards INTERSECT SELECT name FROM graveyards;

-- => name text
SELECT name FROM graveyards EXCEPT SELECT city FROM graveyards;

-- => city text?
SELECT city FROM graveyards EXCEPT SELECT name FROM graveyards;

-- => a int4, b text?
SELECT 1 AS a, NULL AS b UNION SELECT 2, 'x';

-- => a int4, b text
SELECT 1 AS a, 'y' AS b UNION SELECT 2, 'x' UNION ALL SELECT 3, 'z';

-- => a text?
(SELECT name AS a FROM graveyards EXCEPT SELECT name FROM minions) UNION SELECT mood FROM minions;

-- => a text
(SELECT mood AS a FROM minions UNION SELECT name FROM minions) INTERSECT SELECT name FROM minions;

-- => column1 int4, column2 text?
VALUES (1, 'a'), (2, NULL);

-- => column1 int4, column2 text
VALUES (1, 'a'), (2, 'b');

-- => id int8
SELECT id FROM graves UNION SELECT id FROM minions ORDER BY 1 LIMIT 3;

-- => id int4, name text, city text?
TABLE open_graveyards;

-- => x numeric
SELECT price AS x FROM graves UNION SELECT number FROM graves;
