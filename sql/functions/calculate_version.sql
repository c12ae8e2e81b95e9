-- The version of what callers may change of a campaign: definition, message, status and files, not the counts that every
-- batch moves. Equal content has an equal version, whoever wrote it, and by whatever way; null: no such campaign.
-- Called by get_campaign and check_version. Reads only, and never the arrays.
create or replace function daybatch.calculate_version(p_campaign_id uuid)
returns text
language sql stable security definer set search_path = '' set jit = off set timezone = 'UTC'
as $$
  select md5(jsonb_build_array(c.name, c.status, c.subject, c.sender, c.reply_to, md5(c.html_body), md5(c.text_body), c.smtp_server, c.daily_send_limit,
    c.contact_list_ids, c.batch_interval, c.in_doubt_policy, c.scheduled_at, c.pause_reason, c.paused_at,
    c.daily_send_time, c.send_window_from, c.send_window_to, c.send_window_days, c.send_time_zone, c.ramp_up_by, c.ramp_up_percent, c.ramp_up_to, c.spread_over,
    (select jsonb_agg(a.attachment_id order by a.attachment_id) from daybatch.attachments as a where a.campaign_id = c.id and a.removed_at is null))::text)
  from public.campaigns as c where c.id = p_campaign_id
$$;

comment on function daybatch.calculate_version(uuid) is
  'The version of a campaign''s definition, message and status. Example: select name, daybatch.calculate_version(id) from public.campaigns where name = ''Spring offer'';';
