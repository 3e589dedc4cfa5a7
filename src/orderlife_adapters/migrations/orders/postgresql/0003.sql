-- Whether an answer under an effect's key was ever unknown.
--
-- While it is so, no other key is taken.  NULL in rows of before: those that
-- were begun count as doubted.

ALTER TABLE {table}effects ADD COLUMN doubted BOOLEAN;
