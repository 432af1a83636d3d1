-- What was usual in [from, to), from the roll-up by minute: of senders and of addresses at each of some providers, and of
-- recipient domains by each of some senders. A name is its place in its list, any other 0: to group by one number takes a
-- third of the time that names take. The last hours (from `recent` on) are told apart, for a wave that goes on since then
-- must not count as usual. Attempts, not messages: merging the sketches of a day's messages took seconds.
WITH
    65536 AS more,
    day AS
    (
        SELECT
            minute,
            sender_domain,
            source_ip,
            provider,
            recipient_org_domain,
            attempts,
            multiIf(
                outcome = 'delivered', 2,
                side = 'recipient_mailbox', 8,
                side = 'throttling', 0,
                side IN {sender_words:Array(String)}, 6, 4)
                + (minute >= parseDateTimeBestEffort({recent:String}, 'UTC')) AS fate
        FROM attempts_1m
        WHERE direction = {direction:String}
            AND minute >= parseDateTimeBestEffort({from:String}, 'UTC')
            AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
    )
SELECT groupArray((kind, name, part, messages, accepted, refused, blamed, mailbox, recent_messages, recent_accepted, recent_refused, recent_blamed, last_accepted)) AS histories
FROM
(
    WITH
        modulo(key, 2) = 1 AS is_recent,
        modulo(key, more) - is_recent AS fate
    SELECT
        kind,
        intDiv(key, more * more) AS name,
        modulo(intDiv(key, more), more) AS part,
        sumIf(attempts, NOT is_recent) AS messages,
        sumIf(attempts, NOT is_recent AND fate = 2) AS accepted,
        sumIf(attempts, NOT is_recent AND fate IN (4, 6)) AS refused,
        sumIf(attempts, NOT is_recent AND fate = 6) AS blamed,
        sumIf(attempts, NOT is_recent AND fate = 8) AS mailbox,
        sumIf(attempts, is_recent) AS recent_messages,
        sumIf(attempts, is_recent AND fate = 2) AS recent_accepted,
        sumIf(attempts, is_recent AND fate IN (4, 6)) AS recent_refused,
        sumIf(attempts, is_recent AND fate = 6) AS recent_blamed,
        maxIf(last_time, fate = 2) AS last_accepted
    FROM
    (
        SELECT
            'sender' AS kind,
            more * more * transform(sender_domain, {senders:Array(String)}, range(length({senders:Array(String)})), 0)
                + more * transform(provider, {providers:Array(String)}, range(length({providers:Array(String)})), 0) + fate AS key,
            sum(day.attempts) AS attempts,
            toUnixTimestamp(max(minute)) AS last_time
        FROM day
        GROUP BY key
        UNION ALL
        SELECT
            'source_ip' AS kind,
            more * more * transform(source_ip, {ips:Array(IPv6)}, range(length({ips:Array(IPv6)})), 0)
                + more * transform(provider, {providers:Array(String)}, range(length({providers:Array(String)})), 0) + fate AS key,
            sum(day.attempts) AS attempts,
            toUnixTimestamp(max(minute)) AS last_time
        FROM day
        GROUP BY key
        UNION ALL
        SELECT
            'domain' AS kind,
            more * more * transform(recipient_org_domain, {domains:Array(String)}, range(length({domains:Array(String)})), 0)
                + more * transform(sender_domain, {pair_senders:Array(String)}, range(length({pair_senders:Array(String)})), 0) + fate AS key,
            sum(day.attempts) AS attempts,
            toUnixTimestamp(max(minute)) AS last_time
        FROM day
        GROUP BY key
    )
    GROUP BY kind, name, part
)
