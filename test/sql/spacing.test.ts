// The distance between two batches of a campaign, over virtual days.
