-- Files of a message, frozen with its versions; and the unsubscribe link of a copy.

create table daybatch.attachments (
  attachment_id bigint generated always as identity,
  campaign_id uuid not null,
  file_name text not null,
  media_type text not null,
  -- html shows it as <img src="cid:...">
  content_id text,
  content bytea not null,
  added_at timestamptz not null,
  -- null: part of the message as it stands now
  removed_at timestamptz,
  constraint attachments_pkey primary key (attachment_id),
  constraint file_name_is_one_plain_name check (file_name ~ '^[^[:cntrl:]/\\]{1,200}$' and file_name not in ('.', '..')
    and file_name collate "C" !~ '[\u0080-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'),
  constraint media_type_is_that_of_one_file check (media_type ~ '^[a-z0-9][a-z0-9!#$&^_.+-]{0,99}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}$'
    and media_type !~ '^(multipart|message)/'),
  constraint content_id_is_a_word check (content_id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  constraint a_file_holds_1_byte_to_10_mib check (octet_length(content) between 1 and 10485760)
);

-- images and documents are compressed already
alter table daybatch.attachments alter column content set storage external;

create unique index attachments_have_one_name_each on daybatch.attachments (campaign_id, file_name) where removed_at is null;
create unique index attachments_have_one_content_id_each on daybatch.attachments (campaign_id, content_id) where removed_at is null;

comment on table daybatch.attachments is 'Files of campaigns'' messages: attached, or shown in the html by their content_id. A row never changes but for its removal, so a version of a message names its files by id.';

alter table daybatch.campaign_messages add column attachment_ids bigint[];

comment on column daybatch.campaign_messages.attachment_ids is 'The files as this version froze them; null: none.';

-- a second copy has the first one's token: the key may have been rotated between them
alter table daybatch.resend_copies add column unsubscribe_token text;
