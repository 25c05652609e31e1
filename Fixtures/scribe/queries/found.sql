-- What queries that were made at random have shown to be wrong once.

-- Before version 18 HAVING takes a constant for what it is outside of the grouping set.
-- => c text?
SELECT 'Hollow' || '' AS c FROM graveyards GROUP BY ROLLUP (city, 'Hollow' || '') HAVING 'Hollow' || '' <> 'x';

-- What is grouped by is no longer made of its operands.
-- => graveyard text?
SELECT graveyard FROM named GROUP BY ROLLUP (graveyard || graveyard, graveyard) HAVING graveyard || graveyard IS NOT NULL;
