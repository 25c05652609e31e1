CREATE TYPE mood AS ENUM ('calm', 'very hungry', '3rd');
COMMENT ON TYPE mood IS 'How a zombie feels.';
CREATE DOMAIN weight AS numeric(8, 2) CHECK (VALUE > 0);
CREATE TYPE place AS (latitude float8, longitude float8);

CREATE TABLE graves (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    "class" text,
    "plot no" int NOT NULL DEFAULT 0,
    dug date NOT NULL DEFAULT current_date,
    at place,
    tags text[] NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE graves IS 'Where they lie. Say "rest" and \ mean it.';
COMMENT ON COLUMN graves.dug IS 'When it was dug.';

CREATE TABLE zombies (
    id serial PRIMARY KEY,
    name text NOT NULL,
    grave_id bigint REFERENCES graves,
    decay_rate real,
    heavy weight,
    mood mood NOT NULL DEFAULT 'calm',
    moods mood[],
    born timestamptz NOT NULL DEFAULT now(),
    date date,
    extra jsonb NOT NULL DEFAULT '{}',
    span int4range,
    address inet,
    "from" text
);

CREATE VIEW hungry_zombies AS
SELECT z.id, z.name, g.name AS grave FROM zombies z LEFT JOIN graves g ON g.id = z.grave_id
WHERE z.mood = 'very hungry';
