-- What servers answered when they did not accept, for those who look: such tries are few, and a try is never updated.
create index delivery_attempts_not_accepted_idx on daybatch.delivery_attempts (campaign_id, delivery_id) where outcome <> 'sent';
