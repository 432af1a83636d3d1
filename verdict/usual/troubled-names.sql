-- Names that were refused something in [from, to), to the minute, by direction, the most refused first: senders, addresses,
-- providers, recipient domains, and senders each at one recipient domain. Outbound a name needs `least` such attempts to be asked
-- for, inbound each sender's habit tells whether its refusal is news. Of few providers any may count together with others of one
-- company.
SELECT
    direction = 'inbound' AS is_inbound,
    multiIf(
        grouping(source_ip) = 0, 'ip',
        grouping(provider) = 0, 'provider',
        grouping(sender_domain) = 1, 'domain',
        grouping(recipient_org_domain) = 1, 'sender',
        'pair')::LowCardinality(String) AS kind,
    sender_domain,
    recipient_org_domain,
    provider,
    toLowCardinality(replaceRegexpOne(toString(source_ip), '^::ffff:', '')) AS address
FROM attempts_1m
WHERE direction IN {directions:Array(String)}
    AND outcome != 'delivered'
    AND minute >= toStartOfMinute(parseDateTimeBestEffort({from:String}, 'UTC'))
    AND minute < parseDateTimeBestEffort({to:String}, 'UTC')
GROUP BY GROUPING SETS (
    (direction, sender_domain), (direction, source_ip), (direction, provider), (direction, recipient_org_domain),
    (direction, sender_domain, recipient_org_domain))
HAVING sum(attempts) >= multiIf(
    kind = 'sender', if(is_inbound, 1, {least:UInt32}),
    kind = 'domain', {least:UInt32},
    kind = 'provider', 1,
    kind = 'ip', {least_of_ip:UInt32},
    {least_of_pair:UInt32})
ORDER BY sum(attempts) DESC, sender_domain, recipient_org_domain, provider, address
LIMIT {names:UInt32} BY is_inbound, kind
