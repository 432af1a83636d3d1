-- Who else tells of a message for a recipient, within a week of the refusal, whoever knows its reason best first.
SELECT
    formatDateTime(event_time, '%Y-%m-%dT%H:%i:%S.%fZ') AS event_time,
    source_format,
    log_host,
    queue_id,
    outcome,
    reason,
    confidence,
    reply_text
FROM delivery_events
WHERE message_id = {message_id:String}
    AND lower(recipient) = lower({recipient:String})
    AND outcome != 'delivered'
    AND delivery_events.event_time >= parseDateTime64BestEffort({event_time:String}, 3, 'UTC') - INTERVAL 7 DAY
    AND delivery_events.event_time < parseDateTime64BestEffort({event_time:String}, 3, 'UTC') + INTERVAL 7 DAY
    AND (source_format, log_host, queue_id) != ({source_format:String}, {log_host:String}, {queue_id:String})
ORDER BY confidence DESC, delivery_events.event_time DESC
LIMIT 1 BY source_format, log_host, queue_id
LIMIT 5
