-- One row an attempt in [from, to): what it was, and who answered, also where the provider table does not know.
SELECT
    event_time,
    sender_domain,
    recipient_org_domain,
    recipient,
    if(source_ip = toIPv6('::'), '', replaceRegexpOne(toString(source_ip), '^::ffff:', '')) AS address,
    -- An unknown host stands for its own domain: a hoster's customers belong together.
    multiIf(
        provider != '', provider,
        remote_host != '' AND {direction:String} = 'outbound', cutToFirstSignificantSubdomain(lower(remote_host)),
        '') AS named,
    if(named = '', recipient_org_domain, named) AS answerer,
    transform(answerer, {operated:Array(String)}, {operators:Array(String)}, answerer) AS operator,
    message_key AS message,
    -- What was sent at once, to however many recipients, is refused at once.
    if(queue_id IN ('', 'NOQUEUE'), message, sipHash64(log_host, queue_id)) AS transaction,
    confidence,
    -- A bare "rejected" at RCPT TO is mostly an unknown user, but the words name no cause.
    if(rule = 'rcpt-bare-reject', 'policy_rejected', toString(delivery_events.reason)) AS reason,
    multiIf(
        rule = 'rcpt-bare-reject', 'recipient_gateway',
        -- "Relay access denied" of a tenant is a matter of routing.
        delivery_events.reason = 'connector_restricted', 'recipient_routing',
        toString(delivery_events.side)) AS side,
    multiIf(
        outcome = 'delivered', 'accepted',
        side = 'recipient_mailbox', 'mailbox',
        reason = 'greylisted' AND outcome != 'expired', 'greylisted',
        side = 'throttling' AND outcome = 'deferred', 'stalled',
        'refused') AS attempt,
    indexOf(['greylisted', 'stalled', 'mailbox', 'refused', 'accepted'], attempt) AS weight,
    reply_fingerprint,
    reply_text,
    rule,
    remote_host
FROM delivery_events
WHERE direction = {direction:String}
    AND event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
    -- Without the refusals of waves that are told already; what was accepted stays, for other subjects are measured by it.
    AND NOT (outcome != 'delivered' AND arrayExists(
        (s, i, p, o, w) -> (s = '' OR s = sender_domain) AND (i = '' OR i = address)
            AND (p = '' OR p = answerer OR p = operator) AND (o = '' OR o = recipient_org_domain) AND has(w, side),
        {told_senders:Array(String)}, {told_ips:Array(String)},
        {told_providers:Array(String)}, {told_domains:Array(String)}, {told_sides:Array(Array(String))}))
