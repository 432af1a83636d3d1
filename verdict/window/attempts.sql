-- The attempts in [from, to) of both directions, as they lie. They are put in the order of their times, and told apart, by who
-- reads them (attempts.ts): to sort rows of so many columns takes the engine longer than to read them, and to make texts of
-- names that come as dictionaries as long as all else.
SELECT
    direction = 'inbound' AS is_inbound,
    toFloat64(toUnixTimestamp64Milli(event_time)) AS time,
    -- So many bits as a number of JavaScript holds.
    toFloat64(bitShiftRight(message_key, 11)) AS message,
    -- What was sent at once, to however many recipients, is refused at once.
    if(queue_id IN ('', 'NOQUEUE'), message, toFloat64(bitShiftRight(xxh3(log_host, queue_id), 11))) AS transaction,
    sender_domain,
    recipient_org_domain,
    replaceRegexpOne(toString(toLowCardinality(source_ip)), '^::(?:ffff:|$)', '') AS address,
    provider,
    remote_host,
    reason,
    side,
    multiIf(
        outcome = 'delivered', {accepted:UInt8},
        side = 'recipient_mailbox', {mailbox:UInt8},
        reason = 'greylisted' AND outcome != 'expired', {greylisted:UInt8},
        side = 'throttling' AND outcome = 'deferred', {stalled:UInt8},
        -- "Too many complaints, for now": those who say so take the rest, and this at a second try.
        reason = 'low_reputation' AND outcome = 'deferred' AND reply_code < 500, {stalled:UInt8},
        {refused:UInt8}) AS state,
    rule,
    confidence,
    recipient_domain,
    dns_mx,
    if(outcome = 'delivered', '', delivery_events.recipient) AS recipient,
    if(outcome = 'delivered', '', toString(delivery_events.reply_fingerprint)) AS reply_fingerprint,
    -- As much as is classified: a remote server chooses how much it says, and a wave has many replies.
    if(outcome = 'delivered', '', leftUTF8(delivery_events.reply_text, 2048)) AS reply_text
FROM delivery_events
WHERE event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')
    AND event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')
    AND direction IN {directions:Array(String)}
