-- What an older method did, one row per contact of a campaign: mailed beats in doubt beats failed, the last mail counts for
-- the time. Told by the adapter legacy_mailed and, where tracking is not initialised yet, by arrays that an older
-- version had filled. Asked for one campaign, each part reads that campaign alone.
create or replace view daybatch.old_mails as
select t.campaign_id, t.contact_id,
  case when bool_or(t.state = 'mailed') then 'sent' when bool_or(t.state = 'in_doubt') then 'in_doubt' else 'failed' end as status,
  max(t.mailed_at) as mailed_at, max(t.evidence) as evidence,
  count(*) filter (where t.state = 'mailed' and t.evidence = 'email_tracking') as mail_count
from (
  select m.campaign_id, m.contact_id, m.state, m.mailed_at, 'email_tracking' as evidence
  from daybatch.legacy_mailed as m
  union all
  select c.id, (a.contact_id #>> '{}')::uuid, 'mailed', null, 'contacts_processed'
  from public.campaigns as c, jsonb_path_query(c.contacts_processed, '$[*] ? (@.type() == "string")') as a (contact_id)
  where c.tracking_initialised_at is null
  union all
  select c.id, (a.contact_id #>> '{}')::uuid, 'failed', null, 'contacts_failed'
  from public.campaigns as c, jsonb_path_query(c.contacts_failed, '$[*] ? (@.type() == "string")') as a (contact_id)
  where c.tracking_initialised_at is null
) as t
group by t.campaign_id, t.contact_id;

comment on view daybatch.old_mails is
  'Whom an older method mailed, one row per contact of a campaign, with how often. Example: select campaign_id, status, count(*), sum(mail_count) from daybatch.old_mails group by campaign_id, status;';
