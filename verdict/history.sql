-- What was usual in [from, to) for the given subjects, from the roll-up by minute. Attempts, not messages: merging
-- the sketches of a day's messages took seconds.
SELECT
    transform(
        grouping(sender_domain, source_ip, provider, recipient_org_domain),
        [14, 13, 7, 11], ['recipient_domain', 'provider', 'sender_domain', 'source_ip'],
        'pair') AS kind,
    sender_domain,
    source_ip,
    provider,
    recipient_org_domain,
    sum(attempts) AS messages,
    sumIf(attempts, outcome = 'delivered') AS accepted,
    sumIf(attempts, outcome != 'delivered' AND side NOT IN ('recipient_mailbox', 'throttling')) AS refused,
    sumIf(attempts, side = 'recipient_mailbox') AS mailbox
FROM
(
    SELECT
        sender_domain,
        if(a.source_ip = toIPv6('::'), '', replaceRegexpOne(toString(a.source_ip), '^::ffff:', '')) AS source_ip,
        provider,
        recipient_org_domain,
        outcome,
        side,
        a.attempts AS attempts
    FROM attempts_1m AS a
    WHERE direction = {direction:String}
        AND minute >= parseDateTimeBestEffort({from:String}, 'UTC')
        AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
        AND (sender_domain IN {senders:Array(String)} OR source_ip IN {ips:Array(String)}
            OR provider IN {providers:Array(String)} OR recipient_org_domain IN {domains:Array(String)})
)
GROUP BY GROUPING SETS (
    (recipient_org_domain), (provider), (sender_domain), (source_ip),
    (sender_domain, provider), (source_ip, provider), (sender_domain, recipient_org_domain))
HAVING (provider = '' OR provider IN {providers:Array(String)})
    AND (recipient_org_domain = '' OR recipient_org_domain IN {domains:Array(String)})
    AND (sender_domain = '' OR sender_domain IN {senders:Array(String)})
    AND (source_ip = '' OR source_ip IN {ips:Array(String)})
