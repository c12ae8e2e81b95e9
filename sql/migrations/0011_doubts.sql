-- Finding the few mails in doubt among all that were refused or skipped: by their tries, which nobody updates, since no
-- index of deliveries may mention the status. An older method's doubts have no tries; their reason names them.
create index delivery_attempts_in_doubt_idx on daybatch.delivery_attempts (campaign_id, delivery_id) where outcome = 'in_doubt';
create index deliveries_old_method_idx on daybatch.deliveries (campaign_id, delivery_id) where reason = 'old_method';
