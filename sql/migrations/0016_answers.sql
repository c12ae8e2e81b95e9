-- The whole table of answers, what carries the rest of a batch to the next one, and the counts behind the breaker.

alter table daybatch.reply_rules drop constraint scope_is_known;
-- squawk-ignore constraint-missing-not-valid
alter table daybatch.reply_rules add constraint scope_is_known check (scope in ('recipient', 'server', 'batch', 'campaign'));
comment on table daybatch.reply_rules is 'Classification of server answers: patterns are POSIX regular expressions, null fits anything (also no reply). Scope: recipient = this contact, server = wait and retry all, batch = the rest goes to the next batch, campaign = pause.';

-- four in the first digit: it passes by itself with the provider's day; five: somebody must act
update daybatch.reply_rules set priority = 123, stages = '{auth,mail,rcpt,data,message}', reply_code = '^45[0-4]', scope = 'batch',
  note = 'The provider''s sending quota is used up for now: the rest goes to the next batch.'
where rule = 'quota' and is_builtin;
update daybatch.reply_rules set priority = 275, stages = '{rcpt,data,message}' where rule = 'message_too_big' and is_builtin;
-- before every rule that reads of a quota
update daybatch.reply_rules set priority = 122 where rule = 'mailbox_full' and is_builtin;

insert into daybatch.reply_rules (rule, priority, stages, reply_code, enhanced_code, reply_text, outcome, scope, note, is_builtin) values
  ('auth_impossible', 115, '{auth}', '^$', null, 'credential|authentication (method|mechanism)|no .{0,20}(auth|mechanism)', 'deferred', 'campaign', 'No login is possible with what we have: credentials are missing, or the server offers no method that we know.', true),
  ('too_fast', 125, '{auth,mail,rcpt,data,message}', '^4', null, 'throttl|too (many|fast)|rate (limit|exceed)|sending rate', 'deferred', 'server', 'We send too fast for the server: wait, and go on.', true),
  ('quota_refused', 127, '{auth,mail,rcpt,data,message}', '^5', null, '(daily|hourly|sending|message).{0,20}(quota|limit).{0,20}(exceed|reach)|quota exceeded for (sender|account)', 'deferred', 'campaign', 'The provider refuses for good: the sending quota of our account is used up.', true),
  ('address_needs_smtputf8', 140, '{mail,rcpt}', '^[45]', '^[45]\.6\.7$', null, 'failed', 'recipient', 'The server takes no such address: not in ASCII (RFC 6531 3.5).', true),
  ('ehlo_refused', 145, '{ehlo}', '^50[0-4]', null, null, 'deferred', 'campaign', 'The server does not take our greeting: protocol or set-up.', true),
  ('message_too_big_at_size', 195, '{mail}', '^552', null, null, 'deferred', 'campaign', 'The message is too big for the server (RFC 1870 6).', true),
  ('sender_refused_later', 222, '{rcpt,data,message}', '^5', '^5\.1\.[78]$', null, 'deferred', 'campaign', 'The sender address is refused, after MAIL (RFC 3463 3.2).', true),
  ('sender_rejected', 224, '{rcpt,data,message}', '^5', null, 'sender (address |domain )?(rejected|refused|denied|not (allowed|verified|authori[sz]ed))|sender verif|not owned by user|from address .{0,40}not (allowed|verified|authori[sz]ed)', 'deferred', 'campaign', 'The sender address is refused in words, as servers do that wait for RCPT.', true),
  ('we_are_throttled', 228, '{rcpt,data,message}', '^4', '^4\.7\.(0|2[3-9]|32|5\d\d|6\d\d)$', '^(?!.*gr[ea]y.?list)', 'deferred', 'server', 'The receiver slows us down: authentication, rate or reputation.', true),
  ('too_many_recipients', 255, '{rcpt}', '^45', '^4\.5\.3$', null, 'deferred', 'server', 'Too many recipients, though each mail has one: the server counts otherwise.', true),
  ('mailbox_disabled', 305, '{rcpt,message}', '^5', '^5\.2\.1$', null, 'failed', 'recipient', 'The mailbox takes no mail any more.', true),
  ('refused_by_policy', 308, '{rcpt}', '^5', '^5\.7\.', null, 'failed', 'recipient', 'The recipient''s policy, or a block of ours: five in a row pause.', true),
  ('content_refused_for_good', 332, '{message}', '^552', '^5\.7\.0$', null, 'deferred', 'campaign', 'What is in the message is never taken (an attachment, a link).', true)
on conflict (rule) do nothing;

alter table daybatch.batches add column cut_off_reason text;
comment on column daybatch.batches.cut_off_reason is 'Why the batch was cut off before its time: what it has not sent goes to the next one.';

alter table daybatch.settings add column refusals_in_a_row integer;
alter table daybatch.settings alter column refusals_in_a_row set default 5;
alter table daybatch.settings add column refusals_in_200 integer;
alter table daybatch.settings alter column refusals_in_200 set default 10;
update daybatch.settings set refusals_in_a_row = 5, refusals_in_200 = 10;
-- squawk-ignore constraint-missing-not-valid
alter table daybatch.settings add constraint refusals_in_a_row_is_at_least_two check (refusals_in_a_row >= 2);
-- squawk-ignore constraint-missing-not-valid
alter table daybatch.settings add constraint refusals_in_200_is_at_most_200 check (refusals_in_200 between 2 and 200);
comment on column daybatch.settings.refusals_in_a_row is 'So many refusals of one rule in a row pause a campaign; null: never.';
comment on column daybatch.settings.refusals_in_200 is 'So many refusals among the last 200 final answers pause a campaign; null: never.';

create table daybatch.refusal_counts (
  campaign_id uuid primary key,
  answer_count bigint not null,
  -- answer_count at each of the last refusals, the oldest first
  refused_at_counts bigint[] not null,
  rule text,
  in_a_row integer not null,
  constraint counts_are_not_negative check (answer_count >= 0 and in_a_row >= 0)
);

comment on table daybatch.refusal_counts is 'Final answers of servers since a campaign''s first refusal, as far as the breaker needs them; gone when the campaign pauses.';
