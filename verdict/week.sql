-- As history.sql, of whole days out of what projections of both roll-ups sum up: of senders at some providers, and of recipient
-- domains. Times are to the day, of domains to the hour.
WITH
    transform(sender_domain, {senders:Array(String)}, range(length({senders:Array(String)})), 0)::UInt16 AS sender,
    transform(provider, {providers:Array(String)}, range(length({providers:Array(String)})), 0)::UInt16 AS receiver,
    transform(recipient_org_domain, {domains:Array(String)}, range(length({domains:Array(String)})), 0)::UInt16 AS domain,
    if(outcome = 'delivered', {accepted:UInt8}, transform(side, {sides:Array(String)}, {fates:Array(UInt8)}, {refused:UInt8}))::UInt8 AS fate
SELECT
    'sender'::LowCardinality(String) AS kind,
    sender AS name,
    receiver AS part,
    fate,
    toFloat64(sum(counted)) AS attempts,
    toUInt32(max(day)) AS last_time
FROM
(
    SELECT toStartOfDay(hour) AS day, sender_domain, provider, outcome, side, sum(attempts_1h.attempts) AS counted
    FROM attempts_1h
    WHERE direction = 'outbound'
        AND toStartOfDay(hour) >= parseDateTimeBestEffort({from:String}, 'UTC')
        AND toStartOfDay(hour) < parseDateTimeBestEffort({to:String}, 'UTC')
    GROUP BY toStartOfDay(hour), sender_domain, provider, outcome, side
)
GROUP BY name, part, fate
UNION ALL
SELECT
    'domain'::LowCardinality(String) AS kind,
    domain AS name,
    0::UInt16 AS part,
    fate,
    toFloat64(sum(counted)) AS attempts,
    toUInt32(max(hour)) AS last_time
FROM
(
    SELECT toStartOfHour(minute) AS hour, recipient_org_domain, outcome, side, sum(attempts_1m.attempts) AS counted
    FROM attempts_1m
    WHERE direction = 'outbound' AND recipient_org_domain IN {domains:Array(String)}
        AND toStartOfHour(minute) >= parseDateTimeBestEffort({from:String}, 'UTC')
        AND toStartOfHour(minute) < parseDateTimeBestEffort({to:String}, 'UTC')
    GROUP BY toStartOfHour(minute), recipient_org_domain, outcome, side
)
GROUP BY name, part, fate
