-- The attempts in [from, to), in the order of their times, each a list: one value of JSON is read many times faster than a
-- row an attempt. What tells refusals apart is empty where a message was accepted. attempts.ts names the elements.
SELECT groupArray((time, message, transaction, sender, domain, address, named, state, side, reason, rule, confidence, recipient, reply_fingerprint)) AS attempts
FROM
(
    SELECT
        toUnixTimestamp64Milli(event_time) AS time,
        -- So many bits as a number of JSON holds.
        bitShiftRight(message_key, 11) AS message,
        -- What was sent at once, to however many recipients, is refused at once.
        if(queue_id IN ('', 'NOQUEUE'), message, bitShiftRight(sipHash64(log_host, queue_id), 11)) AS transaction,
        toString(sender_domain) AS sender,
        toString(recipient_org_domain) AS domain,
        if(source_ip = toIPv6('::'), '', replaceRegexpOne(toString(source_ip), '^::ffff:', '')) AS address,
        -- An unknown host stands for its own domain: a hoster's customers belong together.
        multiIf(
            provider != '', toString(provider),
            remote_host != '' AND {direction:String} = 'outbound', cutToFirstSignificantSubdomain(lower(remote_host)),
            '') AS named,
        -- A bare "rejected" at RCPT TO is mostly an unknown user, but the words name no cause.
        if(delivery_events.rule = 'rcpt-bare-reject', 'policy_rejected', toString(delivery_events.reason)) AS reason,
        multiIf(
            delivery_events.rule = 'rcpt-bare-reject', 'recipient_gateway',
            -- "Relay access denied" of a tenant is a matter of routing.
            delivery_events.reason = 'connector_restricted', 'recipient_routing',
            toString(delivery_events.side)) AS side,
        multiIf(
            outcome = 'delivered', 'accepted',
            side = 'recipient_mailbox', 'mailbox',
            reason = 'greylisted' AND outcome != 'expired', 'greylisted',
            side = 'throttling' AND outcome = 'deferred', 'stalled',
            -- "Too many complaints, for now": those who say so take the rest, and this at a second try.
            reason = 'low_reputation' AND outcome = 'deferred' AND reply_code < 500, 'stalled',
            'refused') AS state,
        toString(delivery_events.rule) AS rule,
        delivery_events.confidence AS confidence,
        if(outcome = 'delivered', '', delivery_events.recipient) AS recipient,
        if(outcome = 'delivered', '', toString(delivery_events.reply_fingerprint)) AS reply_fingerprint
    FROM delivery_events
    WHERE direction = {direction:String}
        AND event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
        AND event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
    ORDER BY event_time
)
