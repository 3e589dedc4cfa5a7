-- An effect is of any port that there is: which ports those are is for the
-- programs to know.

ALTER TABLE {table}effects DROP CONSTRAINT IF EXISTS {name}effects_port;
