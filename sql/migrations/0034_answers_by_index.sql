-- What servers answered when they did not accept is read from the index alone: each such try stands on another page of the
-- table. It costs nothing where a mail is accepted, and some 60 bytes more for a try that is not.
-- squawk-ignore require-concurrent-index-deletion
drop index daybatch.delivery_attempts_not_accepted_idx;
create index delivery_attempts_not_accepted_idx on daybatch.delivery_attempts (campaign_id, delivery_id)
  include (outcome, stage, rule, reply_code, enhanced_code, ended_at, attempt_id) where outcome <> 'sent';

-- what stands in an index must fit: a report with a rule of thousands of letters would be refused
-- squawk-ignore constraint-missing-not-valid
alter table daybatch.reply_rules add constraint a_rule_has_a_short_name check (octet_length(rule) <= 200);
