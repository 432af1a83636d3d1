-- As minutes.sql of outbound mail of some senders to some recipient domains alone.
WITH
    transform(recipient_org_domain, {domains:Array(String)}, range({domains_count:UInt16}), 0)::UInt16 AS domain,
    transform(sender_domain, {pair_senders:Array(String)}, range({pair_senders_count:UInt16}), 0)::UInt16 AS pair_sender,
    minute AS time,
    -- include usual/fate.sql
SELECT
    'pair'::LowCardinality(String) AS kind,
    domain AS name,
    pair_sender AS part,
    fate,
    toFloat64(sum(attempts_1m.attempts)) AS attempts,
    toUInt32(max(minute)) AS last_time
FROM attempts_1m
WHERE direction = 'outbound'
    AND sender_domain IN {pair_senders:Array(String)}
    AND recipient_org_domain IN {pair_domains:Array(String)}
    AND minute >= parseDateTimeBestEffort({from:String}, 'UTC')
    AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
GROUP BY name, part, fate
