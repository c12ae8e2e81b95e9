// Pairs of operations that meet on two connections; scripts/faults holds every interleaving, this list explains itself.
