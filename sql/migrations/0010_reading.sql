-- Indexes for those who look, not for those who send: each costs the hot path nothing or next to nothing.

-- second acceptances are an alarm and very few
create index delivery_attempts_accepted_twice_idx on daybatch.delivery_attempts (campaign_id, delivery_id) where outcome = 'accepted_twice';
