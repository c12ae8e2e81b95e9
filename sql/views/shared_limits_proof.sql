-- The proof that no 24 hours held more mails of a sender, or to a recipient domain, than its limit, over all campaigns: one
-- row per limit. What it judges, and what it cannot, stands in prove_shared_limits. audit looks at the last 48 hours.
create or replace view daybatch.shared_limits_proof as
select p.rule, p.name, p.daily_limit, p.in_force_since, p.mails, p.largest_in_24_hours, p.exceeded_at, p.limit_holds
from daybatch.prove_shared_limits() as p;

comment on view daybatch.shared_limits_proof is
  'Per limit of a sender or recipient domain: the most mails in any 24 hours, from the times of hand-over. Example: select rule, name, daily_limit, largest_in_24_hours, exceeded_at, limit_holds from daybatch.shared_limits_proof;';
