-- Claim, begin and report each write a delivery anew, and each time it is longer. At half a page the claim's versions did
-- not fit beside the first, and a tenth of them went to another page and into every index; at 40 % all of them stay, and
-- the table is no larger: 24 deliveries a page, where half a page and what was spilled took 347 bytes each, for 341.

alter table daybatch.deliveries set (fillfactor = 40);
