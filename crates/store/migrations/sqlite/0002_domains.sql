-- Nothing to do: SQLite has no domains, and prepares a table's checks with each statement.
SELECT 1;
