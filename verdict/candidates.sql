-- Every subject that could carry a wave, counted over each span that ends with the window: a wave that has just begun
-- would drown in what was accepted before. Raw counts; what they mean is said in rank.ts (worked out here, planning
-- the statement took four times as long as running it).
SELECT
    span_s,
    transform(
        grouping(sender_domain, source_ip, provider, operator, recipient_org_domain),
        [30, 29, 27, 15, 23, 31], ['recipient_domain', 'operator', 'provider', 'sender_domain', 'source_ip', 'all'],
        'pair') AS kind,
    sender_domain,
    source_ip,
    provider,
    operator,
    recipient_org_domain,
    count() AS messages,
    countIf(state = 'accepted') AS accepted,
    countIf(state = 'mailbox') AS mailbox,
    countIf(state = 'stalled') AS stalled,
    countIf(state = 'limited') AS limited,
    countIf(is_refused) AS refused,
    countIf(is_refused AND reason IN ('network_error', 'domain_not_found', 'expired')) AS unreachable,
    sumMapIf(map(toString(side), toUInt64(1)), is_refused) AS sides,
    uniqExactIf(sender_domain, sender_domain != '') AS senders,
    uniqExactIf(recipient_org_domain, is_refused) AS domains_refused,
    uniqExactIf(recipient_org_domain, is_held) AS domains_held,
    uniqExactIf(operator, is_refused) AS operators_refused,
    uniqExactIf(operator, is_held) AS operators_held,
    uniqExactIf(sender_domain, is_refused) AS senders_refused,
    uniqExactIf(sender_domain, is_held) AS senders_held,
    entropyIf(recipient_org_domain, is_refused) AS domain_bits_refused,
    entropyIf(recipient_org_domain, is_held) AS domain_bits_held,
    entropyIf(sender_domain, is_refused) AS sender_bits_refused,
    entropyIf(sender_domain, is_held) AS sender_bits_held
FROM
(
    SELECT
        *,
        state = 'refused' AS is_refused,
        state IN ('refused', 'stalled', 'limited') AS is_held,
        arrayJoin(arrayFilter(
            s -> last_time >= parseDateTime64BestEffort({to:String}, 3, 'UTC') - s,
            {spans:Array(UInt32)})) AS span_s
    FROM (-- include messages.sql
    )
)
GROUP BY GROUPING SETS (
    (span_s, recipient_org_domain), (span_s, operator), (span_s, provider), (span_s, sender_domain),
    (span_s, source_ip), (span_s), (span_s, sender_domain, operator), (span_s, source_ip, operator),
    (span_s, sender_domain, recipient_org_domain))
HAVING (refused + stalled + limited + mailbox) >= {min_refused:UInt32}
ORDER BY (refused + stalled + limited + mailbox) * (refused + stalled + limited + mailbox) / messages DESC
LIMIT 600
