-- An effect is of any port that there is: which ports those are is for the
-- programs to know.

ALTER TABLE {table}effects DROP CONSTRAINT {name}effects_port;
