// The mission's queries on campaigns, verbatim but for the placeholders.
