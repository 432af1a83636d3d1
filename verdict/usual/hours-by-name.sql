-- Whole hours of outbound senders and addresses, from the roll-up by hour; what they are grouped by stands where this is included.
WITH
    transform(sender_domain, {senders:Array(String)}, range({senders_count:UInt16}), 0)::UInt16 AS sender,
    transform(source_ip, {ips:Array(IPv6)}, range({ips_count:UInt16}), 0)::UInt16 AS address,
    transform(provider, {providers:Array(String)}, range({providers_count:UInt16}), 0)::UInt16 AS receiver,
    hour AS time,
    -- include usual/fate.sql
SELECT
    if(grouping(address) = 0, 'address', 'sender')::LowCardinality(String) AS kind,
    if(kind = 'address', address, sender) AS name,
    receiver AS part,
    fate,
    toFloat64(sum(attempts_1h.attempts)) AS attempts,
    toUInt32(max(hour)) AS last_time
FROM attempts_1h
WHERE direction = 'outbound'
    AND hour >= parseDateTimeBestEffort({from:String}, 'UTC')
    AND hour < parseDateTimeBestEffort({to:String}, 'UTC')
