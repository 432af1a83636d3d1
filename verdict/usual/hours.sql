-- As minutes.sql of outbound senders and addresses, but of whole hours: all together, or each hour by itself, of which `last_time` is
-- the beginning. Projections of attempts_1h have them without what else tells its rows apart.
WITH
    'sender' AS subject,
    transform(sender_domain, {senders:Array(String)}, range({senders_count:UInt16}), 0)::UInt16 AS place,
    -- include usual/hours-by-name.sql
UNION ALL
WITH
    'address' AS subject,
    transform(source_ip, {ips:Array(IPv6)}, range({ips_count:UInt16}), 0)::UInt16 AS place,
    -- include usual/hours-by-name.sql
