-- Takes a file from a campaign's message, from its next batch on. A file that no batch has used is deleted; one that a
-- batch has, stays with that version. Locks: campaign. Repeatable: false when it is not there (any more).
-- Errors: MB001, MB002 too late for that.
create or replace function daybatch.remove_attachment(p_campaign_id uuid, p_attachment_id bigint)
returns boolean
language plpgsql volatile security definer set search_path = '' set jit = off
as $$
declare
  v_campaign record;
  v_file_name text;
begin
  select * into v_campaign from daybatch.lock_campaign(p_campaign_id);
  if v_campaign.status in ('completed', 'cancelled') then
    raise exception using errcode = 'MB002', message = format('campaign %s (%s) is %s and stays as it is', p_campaign_id, v_campaign.name, v_campaign.status),
      hint = 'Make a new campaign.';
  end if;
  update daybatch.attachments as a set removed_at = daybatch.current_moment()
  where a.campaign_id = p_campaign_id and a.attachment_id = p_attachment_id and a.removed_at is null
  returning a.file_name into v_file_name;
  if v_file_name is null then
    return false;
  end if;
  delete from daybatch.attachments as a
  where a.attachment_id = p_attachment_id and not exists (
    select from daybatch.campaign_messages as m where m.campaign_id = p_campaign_id and a.attachment_id = any (m.attachment_ids));
  perform daybatch.record_event(p_campaign_id, 'changed', jsonb_build_object('attachment', jsonb_build_object('removed', v_file_name)));
  return true;
end;
$$;

comment on function daybatch.remove_attachment(uuid, bigint) is
  'Takes a file from a campaign''s message, from its next batch on. Example: select daybatch.remove_attachment(campaign_id, attachment_id) from daybatch.attachments limit 0;';
