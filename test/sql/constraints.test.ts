// Each named constraint, unique index and foreign key refuses the row that its name calls impossible.
