-- The same messages told apart by a quicker hash: a verdict makes one for each attempt, and a roll-up for each that is stored.
-- What the roll-ups counted before has the old one: of a message with tries before and after, `messages` counts two.
ALTER TABLE delivery_events MODIFY COLUMN message_key UInt64 ALIAS multiIf(
    message_id != '' AND recipient != '', xxh3(message_id, lower(recipient)),
    queue_id NOT IN ('', 'NOQUEUE'), xxh3(log_host, queue_id, recipient),
    xxh3(log_host, message_id, sender, remote_ip, recipient)) COMMENT 'One message for one recipient, by whomever it is told: Message-ID and recipient, else host, queue id and recipient, else the client';
