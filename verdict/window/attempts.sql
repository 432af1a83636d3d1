-- The attempts in [from, to) of both directions, as they lie. What tells refusals apart is empty where a message was
-- accepted. They are put in the order of their times by who reads them (attempts.ts): to sort rows of so many columns
-- takes the engine longer than to read them. Names come as dictionaries.
SELECT
    direction = 'inbound' AS is_inbound,
    toFloat64(toUnixTimestamp64Milli(event_time)) AS time,
    -- So many bits as a number of JavaScript holds.
    toFloat64(bitShiftRight(message_key, 11)) AS message,
    -- What was sent at once, to however many recipients, is refused at once.
    if(queue_id IN ('', 'NOQUEUE'), message, toFloat64(bitShiftRight(sipHash64(log_host, queue_id), 11))) AS transaction,
    sender_domain AS sender,
    recipient_org_domain AS domain,
    toLowCardinality(if(source_ip = toIPv6('::'), '', replaceRegexpOne(toString(source_ip), '^::ffff:', ''))) AS address,
    provider,
    -- An unknown host stands for its own domain: a hoster's customers belong together. One without a name has none, and a
    -- filter of ours on this machine receives for nobody.
    toLowCardinality(if(
        delivery_events.remote_host = 'localhost' OR isIPv4String(delivery_events.remote_host) OR isIPv6String(delivery_events.remote_host),
        '', toString(cutToFirstSignificantSubdomain(lower(delivery_events.remote_host))))) AS host_domain,
    -- A bare "rejected" at RCPT TO is mostly an unknown user, but the words name no cause.
    toLowCardinality(if(delivery_events.rule = 'rcpt-bare-reject', 'policy_rejected', toString(delivery_events.reason))) AS reason,
    toLowCardinality(multiIf(
        delivery_events.rule = 'rcpt-bare-reject', 'recipient_gateway',
        -- "Relay access denied" of a tenant is a matter of routing.
        delivery_events.reason = 'connector_restricted', 'recipient_routing',
        toString(delivery_events.side))) AS side,
    toLowCardinality(multiIf(
        outcome = 'delivered', 'accepted',
        side = 'recipient_mailbox', 'mailbox',
        reason = 'greylisted' AND outcome != 'expired', 'greylisted',
        side = 'throttling' AND outcome = 'deferred', 'stalled',
        -- "Too many complaints, for now": those who say so take the rest, and this at a second try.
        reason = 'low_reputation' AND outcome = 'deferred' AND reply_code < 500, 'stalled',
        'refused')) AS state,
    rule,
    confidence,
    if(outcome = 'delivered', '', delivery_events.recipient) AS recipient,
    toLowCardinality(if(outcome = 'delivered', '', toString(delivery_events.recipient_domain))) AS recipient_domain,
    toLowCardinality(if(outcome = 'delivered', '', toString(delivery_events.dns_mx))) AS dns_mx,
    if(outcome = 'delivered', '', toString(delivery_events.reply_fingerprint)) AS reply_fingerprint,
    -- As much as is classified: a remote server chooses how much it says, and a wave has many replies.
    if(outcome = 'delivered', '', leftUTF8(delivery_events.reply_text, 2048)) AS reply_text,
    toLowCardinality(if(outcome = 'delivered', '', toString(delivery_events.remote_host))) AS remote_host
FROM delivery_events
WHERE event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
    AND direction IN {directions:Array(String)}
