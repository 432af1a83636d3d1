-- Every subject that could carry a wave, with the counts that tell how well it explains the refusals.
-- In three steps, for an alias that is used twice is worked out twice.
SELECT
    *,
    -- Share of the refusals that name the commonest side, or none: a wave has one cause, a background many.
    (bare + greatest(if(is_blocked, stalled, 0), if(is_lost, mailbox, 0), named)) / refused AS coherence,
    -- Log-likelihood that a rate of its own explains this subject better than the usual one.
    refused * log(share / {usual:Float64})
        + if(share < 1, (messages - refused) * log((1 - share) / (1 - {usual:Float64})), 0) AS gain
FROM
(
    SELECT
        kind,
        sender_domain,
        source_ip,
        provider,
        recipient_org_domain,
        messages,
        accepted,
        mailbox,
        stalled,
        bare,
        named,
        -- A delay is a refusal where hardly anything gets through; so is "user unknown" where nobody is known.
        accepted * 5 < messages AND stalled > 0 AS is_blocked,
        kind = 'recipient_domain' AND accepted = 0 AS is_lost,
        plainly_refused + if(is_blocked, stalled, 0) + if(is_lost, mailbox, 0) AS refused,
        greatest(refused / messages, {usual:Float64}) AS share,
        senders,
        if(is_blocked, domains_held, domains_plainly) AS domains_refused,
        if(is_blocked, providers_held, providers_plainly) AS providers_refused,
        if(is_blocked, senders_held, senders_plainly) AS senders_refused,
        -- exp of the Shannon entropy: over how many the refusals really spread.
        exp2(if(is_blocked, domain_bits_held, domain_bits_plainly)) AS effective_domains,
        exp2(if(is_blocked, sender_bits_held, sender_bits_plainly)) AS effective_senders
    FROM
    (
        SELECT
            transform(
                grouping(sender_domain, source_ip, provider, recipient_org_domain),
                [14, 13, 7, 11, 15], ['recipient_domain', 'provider', 'sender_domain', 'source_ip', 'all'],
                'pair') AS kind,
            sender_domain,
            source_ip,
            provider,
            recipient_org_domain,
            count() AS messages,
            countIf(state = 'accepted') AS accepted,
            countIf(state = 'mailbox') AS mailbox,
            countIf(state = 'stalled') AS stalled,
            countIf(is_refused) AS plainly_refused,
            countIf(is_refused AND side IN ('', 'recipient_gateway')) AS bare,
            arrayMax(arrayPushBack(mapValues(
                sumMapIf(map(toString(side), toUInt64(1)), is_refused AND side NOT IN ('', 'recipient_gateway'))), 0)) AS named,
            uniqExactIf(sender_domain, sender_domain != '') AS senders,
            uniqExactIf(recipient_org_domain, is_refused) AS domains_plainly,
            uniqExactIf(recipient_org_domain, is_held) AS domains_held,
            uniqExactIf(provider, is_refused) AS providers_plainly,
            uniqExactIf(provider, is_held) AS providers_held,
            uniqExactIf(sender_domain, is_refused) AS senders_plainly,
            uniqExactIf(sender_domain, is_held) AS senders_held,
            entropyIf(recipient_org_domain, is_refused) AS domain_bits_plainly,
            entropyIf(recipient_org_domain, is_held) AS domain_bits_held,
            entropyIf(sender_domain, is_refused) AS sender_bits_plainly,
            entropyIf(sender_domain, is_held) AS sender_bits_held
        FROM
        (
            SELECT *, state = 'refused' AS is_refused, state IN ('refused', 'stalled') AS is_held
            FROM (-- include messages.sql
            )
        )
        GROUP BY GROUPING SETS (
            (recipient_org_domain), (provider), (sender_domain), (source_ip), (),
            (sender_domain, provider), (source_ip, provider), (sender_domain, recipient_org_domain))
    )
)
WHERE refused >= {min_refused:UInt32}
    -- What the log does not tell is nobody's wave.
    AND (kind != 'recipient_domain' OR recipient_org_domain != '')
    AND (kind != 'provider' OR provider != '')
    AND (kind != 'sender_domain' OR sender_domain != '')
    AND (kind != 'source_ip' OR source_ip != '')
    AND (kind != 'pair'
        OR ((sender_domain != '' OR source_ip != '') AND (provider != '' OR recipient_org_domain != '')))
ORDER BY gain DESC
LIMIT 200
