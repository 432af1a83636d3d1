-- What was usual of one direction in [from, to), from the roll-up by minute: of senders and of addresses, each at some providers, and of
-- recipient domains by some senders. A name is its place in its list, any other 0: to group by numbers takes a third of the
-- time that names take, and by full columns of them (`::UInt16`; what toUInt16 gives is a dictionary) a fifth less again.
-- `fate` has the last hours (from `recent` on) in it, for a wave that goes on since then must not count as
-- usual. Attempts, not messages: merging the sketches of a day's messages took seconds.
WITH
    transform(sender_domain, {senders:Array(String)}, range({senders_count:UInt16}), 0)::UInt16 AS sender,
    transform(source_ip, {ips:Array(IPv6)}, range({ips_count:UInt16}), 0)::UInt16 AS address,
    transform(provider, {providers:Array(String)}, range({providers_count:UInt16}), 0)::UInt16 AS receiver,
    transform(recipient_org_domain, {domains:Array(String)}, range({domains_count:UInt16}), 0)::UInt16 AS domain,
    transform(sender_domain, {pair_senders:Array(String)}, range({pair_senders_count:UInt16}), 0)::UInt16 AS pair_sender,
    minute AS time,
    -- include usual/fate.sql
SELECT
    -- Where both lists of senders are the same, `sender` and `pair_sender` are one key to the engine, and told by neither.
    multiIf(grouping(domain) = 0, 'domain', grouping(address) = 0, 'address', 'sender')::LowCardinality(String) AS kind,
    multiIf(kind = 'domain', domain, kind = 'address', address, sender) AS name,
    if(kind = 'domain', pair_sender, receiver) AS part,
    fate,
    toFloat64(sum(attempts_1m.attempts)) AS attempts,
    toUInt32(max(minute)) AS last_time
FROM attempts_1m
WHERE direction = {direction:String}
    AND minute >= parseDateTimeBestEffort({from:String}, 'UTC')
    AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
GROUP BY GROUPING SETS ((sender, receiver, fate), (address, receiver, fate), (domain, pair_sender, fate))
