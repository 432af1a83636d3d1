-- Every event from {from} to {to} with what was published at its time. An answer speaks for an hour after it was last
-- seen; the first one of a domain, or the first after a longer silence, also for the hour before: the first refusals of
-- a wave come before anybody asked.
CREATE VIEW dns_then AS
WITH published AS
(
    SELECT
        domain,
        type,
        state,
        answer,
        valid_from,
        last_seen,
        lagInFrame(last_seen, 1, toDateTime64(0, 3, 'UTC')) OVER (PARTITION BY domain, type ORDER BY valid_from ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS seen_before,
        if(seen_before < valid_from - toIntervalHour(1), valid_from - toIntervalHour(1), valid_from) AS speaks_from
    FROM dns_snapshots FINAL
)
SELECT
    event.*,
    if(event.event_time <= spf.last_seen + toIntervalHour(1), spf.state, 'unknown') AS spf_then,
    if(event.event_time <= spf.last_seen + toIntervalHour(1), spf.answer, '') AS spf_record_then,
    if(event.event_time <= dkim.last_seen + toIntervalHour(1), dkim.state, 'unknown') AS dkim_then,
    if(event.event_time <= dmarc.last_seen + toIntervalHour(1), dmarc.state, 'unknown') AS dmarc_then,
    if(event.event_time <= dmarc.last_seen + toIntervalHour(1), dmarc.answer, '') AS dmarc_record_then,
    if(event.event_time <= mx.last_seen + toIntervalHour(1), mx.state, 'unknown') AS mx_then,
    if(event.event_time <= mx.last_seen + toIntervalHour(1), mx.answer, '') AS mx_records_then
-- SPF is about the envelope, DKIM and DMARC about the visible From.
FROM (SELECT *, if(header_from_domain = '', sender_domain, header_from_domain) AS visible_domain FROM delivery_events WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}) AS event
ASOF LEFT JOIN (SELECT * FROM published WHERE type = 'spf') AS spf ON event.sender_domain = spf.domain AND event.event_time >= spf.speaks_from
ASOF LEFT JOIN (SELECT * FROM published WHERE type = 'dkim') AS dkim ON event.visible_domain = dkim.domain AND event.event_time >= dkim.speaks_from
ASOF LEFT JOIN (SELECT * FROM published WHERE type = 'dmarc') AS dmarc ON event.visible_domain = dmarc.domain AND event.event_time >= dmarc.speaks_from
ASOF LEFT JOIN (SELECT * FROM published WHERE type = 'mx') AS mx ON event.recipient_domain = mx.domain AND event.event_time >= mx.speaks_from;
