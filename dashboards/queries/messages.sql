-- Attempts, newest first. The reply is what the remote server said: text of others.
SELECT
    event_time,
    outcome,
    sender,
    recipient,
    reply_code,
    enhanced_code,
    reason,
    side,
    leftUTF8(reply_text, 1000) AS reply,
    remote_host,
    provider,
    stage,
    direction,
    replaceOne(toString(source_ip), '::ffff:', '') AS address,
    message_id,
    queue_id,
    log_host,
    sender_domain,
    recipient_org_domain,
    toString(reply_fingerprint) AS fingerprint
FROM (-- include searched.sql
)
ORDER BY event_time DESC, topic, partition, offset, event_index
LIMIT 200
