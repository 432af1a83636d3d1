-- Every subject that could carry a wave, with the counts that tell how well it explains the refusals.
SELECT
    multiIf(
        grouping(sender_domain, source_ip, provider, recipient_org_domain) = 14, 'recipient_domain',
        grouping(sender_domain, source_ip, provider, recipient_org_domain) = 13, 'provider',
        grouping(sender_domain, source_ip, provider, recipient_org_domain) = 7, 'sender_domain',
        grouping(sender_domain, source_ip, provider, recipient_org_domain) = 11, 'source_ip',
        grouping(sender_domain, source_ip, provider, recipient_org_domain) = 15, 'all',
        'pair') AS kind,
    sender_domain,
    source_ip,
    provider,
    recipient_org_domain,
    count() AS messages,
    countIf(state = 'accepted') AS accepted,
    countIf(state = 'mailbox') AS mailbox,
    countIf(state = 'stalled') AS stalled,
    -- A delay is a refusal where hardly anything gets through; so is "user unknown" where nobody is known.
    accepted * 5 < messages AND stalled > 0 AS is_blocked,
    countIf(state = 'refused') + if(is_blocked, stalled, 0)
        + if(kind = 'recipient_domain' AND accepted = 0, mailbox, 0) AS refused,
    uniqExact(recipient_org_domain) AS domains,
    uniqExactIf(sender_domain, sender_domain != '') AS senders,
    if(is_blocked, uniqExactIf(recipient_org_domain, is_held), uniqExactIf(recipient_org_domain, is_refused)) AS domains_refused,
    if(is_blocked, uniqExactIf(provider, is_held), uniqExactIf(provider, is_refused)) AS providers_refused,
    if(is_blocked, uniqExactIf(sender_domain, is_held), uniqExactIf(sender_domain, is_refused)) AS senders_refused,
    -- exp of the Shannon entropy: over how many the refusals really spread.
    exp(ln(2) * if(is_blocked, entropyIf(recipient_org_domain, is_held), entropyIf(recipient_org_domain, is_refused))) AS effective_domains,
    exp(ln(2) * if(is_blocked, entropyIf(sender_domain, is_held), entropyIf(sender_domain, is_refused))) AS effective_senders,
    -- Share of the refusals that name the commonest side, or none: a wave has one cause, a background many.
    sumMapIf(map(toString(side), toUInt64(1)), is_refused AND side NOT IN ('', 'recipient_gateway')) AS sides,
    countIf(is_refused AND side IN ('', 'recipient_gateway')) AS bare,
    (bare + greatest(if(is_blocked, stalled, 0), if(empty(sides), 0, arrayMax(mapValues(sides))))) / refused AS coherence,
    -- Log-likelihood that a rate of its own explains this subject better than the usual one.
    greatest(refused / messages, {usual:Float64}) AS share,
    refused * log(share / {usual:Float64})
        + if(share < 1, (messages - refused) * log((1 - share) / (1 - {usual:Float64})), 0) AS gain
FROM (
    SELECT *, state = 'refused' AS is_refused, state IN ('refused', 'stalled') AS is_held FROM (-- include messages.sql
    )
)
GROUP BY GROUPING SETS (
    (recipient_org_domain), (provider), (sender_domain), (source_ip), (),
    (sender_domain, provider), (source_ip, provider), (sender_domain, recipient_org_domain))
HAVING refused >= {min_refused:UInt32}
    -- What the log does not tell is nobody's wave.
    AND (kind != 'recipient_domain' OR recipient_org_domain != '')
    AND (kind != 'provider' OR provider != '')
    AND (kind != 'sender_domain' OR sender_domain != '')
    AND (kind != 'source_ip' OR source_ip != '')
    AND (kind != 'pair' OR ((sender_domain != '' OR source_ip != '') AND (provider != '' OR recipient_org_domain != '')))
ORDER BY gain DESC
LIMIT 200
