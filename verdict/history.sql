-- What was usual in [from, to) for the given subjects, from the roll-up by minute: the last hours (from `recent` on)
-- apart, for a wave that goes on since then must not count as usual. Attempts, not messages: merging the sketches of
-- a day's messages took seconds.
SELECT
    transform(
        grouping(sender_domain, source_ip, provider, operator, recipient_org_domain),
        [30, 29, 27, 15, 23], ['recipient_domain', 'operator', 'provider', 'sender_domain', 'source_ip'],
        'pair') AS kind,
    sender_domain,
    source_ip,
    provider,
    operator,
    recipient_org_domain,
    if(countIf(outcome = 'delivered') = 0, '', formatDateTime(maxIf(minute, outcome = 'delivered'), '%Y-%m-%dT%H:%i:%SZ')) AS last_accepted,
    sumIf(attempts, NOT is_recent) AS messages,
    sumIf(attempts, NOT is_recent AND outcome = 'delivered') AS accepted,
    sumIf(attempts, NOT is_recent AND is_refused) AS refused,
    sumIf(attempts, NOT is_recent AND is_blamed) AS blamed,
    sumIf(attempts, NOT is_recent AND side = 'recipient_mailbox') AS mailbox,
    sumIf(attempts, is_recent) AS recent_messages,
    sumIf(attempts, is_recent AND outcome = 'delivered') AS recent_accepted,
    sumIf(attempts, is_recent AND is_refused) AS recent_refused,
    sumIf(attempts, is_recent AND is_blamed) AS recent_blamed
FROM
(
    SELECT
        minute,
        sender_domain,
        if(a.source_ip = toIPv6('::'), '', replaceRegexpOne(toString(a.source_ip), '^::ffff:', '')) AS source_ip,
        provider,
        transform(provider, {operated:Array(String)}, {operators:Array(String)}, provider) AS operator,
        recipient_org_domain,
        outcome,
        side,
        minute >= parseDateTimeBestEffort({recent:String}, 'UTC') AS is_recent,
        outcome != 'delivered' AND side NOT IN ('recipient_mailbox', 'throttling') AS is_refused,
        is_refused AND side IN {sender_words:Array(String)} AS is_blamed,
        a.attempts AS attempts
    FROM attempts_1m AS a
    WHERE direction = {direction:String}
        AND minute >= parseDateTimeBestEffort({from:String}, 'UTC')
        AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
        AND (sender_domain IN {senders:Array(String)} OR source_ip IN {ips:Array(String)}
            OR provider IN {providers:Array(String)} OR operator IN {operator_names:Array(String)}
            OR recipient_org_domain IN {domains:Array(String)})
)
GROUP BY GROUPING SETS (
    (recipient_org_domain), (operator), (provider), (sender_domain), (source_ip),
    (sender_domain, operator), (source_ip, operator), (sender_domain, recipient_org_domain))
HAVING (provider = '' OR provider IN {providers:Array(String)})
    AND (operator = '' OR operator IN {operator_names:Array(String)})
    AND (recipient_org_domain = '' OR recipient_org_domain IN {domains:Array(String)})
    AND (sender_domain = '' OR sender_domain IN {senders:Array(String)})
    AND (source_ip = '' OR source_ip IN {ips:Array(String)})
