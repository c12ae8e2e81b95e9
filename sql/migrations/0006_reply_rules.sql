-- What a server's answer means, by stage, code, enhanced code and words (RFC 5321 4.2.3, RFC 3463, RFC 4954 6).
-- The first rule by priority that fits decides; a DBA may add rows (priorities below 100 come before ours).

create table daybatch.reply_rules (
  rule text primary key,
  priority integer not null,
  stages text[],
  reply_code text,
  enhanced_code text,
  reply_text text,
  outcome text not null,
  scope text not null,
  note text not null,
  is_builtin boolean not null default false,
  constraint outcome_is_known check (outcome in ('sent', 'failed', 'deferred', 'in_doubt')),
  constraint scope_is_known check (scope in ('recipient', 'server', 'campaign')),
  constraint sent_needs_a_reply_to_the_message check (outcome <> 'sent' or stages = array['message']),
  constraint doubt_needs_the_message_stage check (outcome <> 'in_doubt' or stages = array['message'])
);

comment on table daybatch.reply_rules is 'Classification of server answers: patterns are POSIX regular expressions, null fits anything (also no reply). Scope: recipient = this contact, server = wait and retry all, campaign = pause.';

insert into daybatch.reply_rules (rule, priority, stages, reply_code, enhanced_code, reply_text, outcome, scope, note, is_builtin) values
  ('accepted', 100, '{message}', '^2', null, null, 'sent', 'recipient', 'The server took responsibility (RFC 5321 4.2.5).', true),
  ('no_reply_after_354', 110, '{message}', '^$', null, null, 'in_doubt', 'recipient', 'The message went out and no reply came: nobody knows (RFC 1047).', true),
  ('no_reply_before_354', 120, null, '^$', null, null, 'deferred', 'server', 'Connection lost before the message: nothing was sent.', true),
  ('service_closing', 130, null, '^421', null, null, 'deferred', 'server', 'The server closes the channel or throttles (RFC 5321 3.8).', true),
  ('message_not_made', 103, '{render}', null, '^5\.3\.5$', null, 'deferred', 'campaign', 'The mail can be made for nobody: no sender, or a broken message. Our fault, no contact''s.', true),
  ('not_rendered', 105, '{render}', null, null, null, 'failed', 'recipient', 'The mail could not be made for this contact (address or fields).', true),
  ('greeting_refused', 150, '{connect,ehlo}', '^[45]', null, null, 'deferred', 'server', 'The server refuses us at the greeting.', true),
  ('auth_temporary', 160, '{starttls,auth}', '^4', null, null, 'deferred', 'server', 'Temporary failure of TLS or authentication (RFC 4954 6).', true),
  ('auth_refused', 170, '{starttls,auth}', '^5', null, null, 'deferred', 'campaign', 'Our credentials or set-up are refused (RFC 4954 6).', true),
  ('auth_required', 180, '{mail,rcpt,data}', '^(530|534|535|538)', null, null, 'deferred', 'campaign', 'The server wants authentication or TLS first (RFC 4954 6).', true),
  ('command_refused', 190, '{mail,data}', '^50[0-4]', null, null, 'deferred', 'campaign', 'Our protocol or set-up is refused.', true),
  ('sender_refused', 200, '{mail}', '^5', null, null, 'deferred', 'campaign', 'The sender address is refused.', true),
  ('sender_deferred', 210, '{mail}', '^4', null, null, 'deferred', 'server', 'The server cannot take mail now.', true),
  ('mailbox_full', 215, '{rcpt,message}', '^[45]', '^[45]\.2\.2$', null, 'deferred', 'recipient', 'This mailbox is full, not our quota (RFC 3463 3.3).', true),
  ('quota', 220, '{rcpt,data,message}', '^(421|45[0-4]|550|552|554)', null, '(daily|hourly|sending|message).{0,20}(quota|limit).{0,20}(exceed|reach)|quota exceeded for (sender|account)', 'deferred', 'server', 'The provider''s sending quota is used up.', true),
  ('we_are_blocked', 230, '{rcpt,data,message}', '^5', '^5\.7\.(25|26|27|28|29|515)$', null, 'deferred', 'campaign', 'The receiver refuses us: authentication or reputation.', true),
  ('blocklisted', 240, '{rcpt,data,message}', '^5', null, 'blocklist|blacklist|spamhaus|barracuda|listed (at|in|on|by)', 'deferred', 'campaign', 'Our address stands on a blocklist.', true),
  ('relay_denied', 250, '{rcpt}', '^5', null, 'relay(ing)? (access )?(is )?(denied|not permitted|not allowed|prohibited)', 'deferred', 'campaign', 'The server does not relay for us: credentials or wrong server.', true),
  ('server_disk_full', 260, '{rcpt,data,message}', '^452', '^4\.3\.1$', null, 'deferred', 'server', 'The server is out of storage.', true),
  ('data_deferred', 270, '{data}', '^4', null, null, 'deferred', 'server', 'The server cannot take a message now.', true),
  ('data_refused', 280, '{data}', '^5', null, null, 'failed', 'recipient', 'The transaction is refused at DATA.', true),
  ('mailbox_unavailable', 300, '{rcpt}', '^(550|551|553|556)', '^5\.1\.', null, 'failed', 'recipient', 'No such mailbox or domain.', true),
  ('recipient_refused', 310, '{rcpt}', '^5', null, null, 'failed', 'recipient', 'The recipient is refused.', true),
  ('recipient_deferred', 320, '{rcpt}', '^4', null, null, 'deferred', 'recipient', 'Temporary: greylisting, mailbox full or busy.', true),
  ('message_too_big', 330, '{message}', '^552', '^5\.3\.4$', null, 'deferred', 'campaign', 'The message is too big for the server.', true),
  ('message_refused', 340, '{message}', '^5', null, null, 'failed', 'recipient', 'The content is refused after the final dot: surely not delivered (RFC 5321 4.2.5).', true),
  ('message_deferred', 350, '{message}', '^4', null, null, 'deferred', 'recipient', 'Not accepted now, surely not delivered (RFC 5321 4.2.5).', true),
  ('odd_reply', 900, null, null, null, null, 'deferred', 'server', 'A reply no rule knows, surely without acceptance.', true);
