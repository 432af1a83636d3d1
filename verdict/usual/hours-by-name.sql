-- The names of a row of attempts_1h by their places, and how it ended.
    transform(sender_domain, {senders:Array(String)}, range(length({senders:Array(String)})), 0)::UInt16 AS sender,
    transform(source_ip, {ips:Array(IPv6)}, range(length({ips:Array(IPv6)})), 0)::UInt16 AS address,
    transform(provider, {providers:Array(String)}, range(length({providers:Array(String)})), 0)::UInt16 AS receiver,
    hour AS time,
    -- include usual/fate.sql
