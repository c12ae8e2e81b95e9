-- Superseded signatures, dropped before the functions are applied: one "drop function if exists" a line.
drop function if exists daybatch.claim_deliveries(uuid, text, integer);
drop function if exists daybatch.simulate_campaign(integer, integer, interval, timestamptz);
drop function if exists daybatch.begin_import(uuid, text);
drop function if exists daybatch.list_campaigns(text, timestamptz, uuid, integer);
drop function if exists daybatch.record_notice(uuid, text, jsonb);
drop function if exists daybatch.begin_import(uuid, text, uuid, boolean, bigint, text, text);
drop function if exists daybatch.list_batches_ahead(integer, integer, interval, timestamptz, jsonb);
drop function if exists daybatch.forecast_campaign(uuid, integer);
drop function if exists daybatch.list_deliveries(uuid, text, uuid, integer, text);
drop function if exists daybatch.settle_reports(uuid, jsonb, timestamptz);
drop function if exists daybatch.list_contact_lists(timestamptz, uuid, integer);
