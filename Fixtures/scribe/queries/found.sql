-- What queries that were made at random have shown to be wrong once.

-- Before version 18 HAVING takes a constant for what it is outside of the grouping set.
-- => c text?
SELECT 'Hollow' || '' AS c FROM graveyards GROUP BY ROLLUP (city, 'Hollow' || '') HAVING 'Hollow' || '' <> 'x';

-- What is grouped by is no longer made of its operands.
-- => graveyard text?
SELECT graveyard FROM named GROUP BY ROLLUP (graveyard || graveyard, graveyard) HAVING graveyard || graveyard IS NOT NULL;

-- What WHERE says of an expression is not so of one over what a grouping set leaves out.
-- => n int4?
SELECT number + 1 AS n FROM graves WHERE number + 1 IS NOT NULL GROUP BY ROLLUP (number);

-- => n int4
SELECT graveyard_id + 1 AS n FROM graves WHERE graveyard_id + 1 IS NOT NULL GROUP BY graveyard_id;

-- => n int4, c text?
SELECT t.n, t.c FROM XMLTABLE ('/a/b' PASSING ('<a><b c="x"/><b/></a>'::xml) COLUMNS n FOR ORDINALITY, c text PATH '@c') AS t;

-- => n int4?, c text
SELECT t.n, t.c FROM XMLTABLE ('/a/b' PASSING ('<a><b c="x"/><b c="y"/></a>'::xml) COLUMNS n int PATH '@n', c text PATH '@c' NOT NULL) AS t;

-- A composite value in FROM is there, and has no value in it.
-- => crypt text?, depth int4?
SELECT * FROM CAST('(,)' AS place);
