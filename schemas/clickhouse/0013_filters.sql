-- Rates at which half of a filter's bits are set: the engine compresses any other, and then decodes all of it at each search.
ALTER TABLE delivery_events DROP INDEX IF EXISTS queue_id_index;

ALTER TABLE delivery_events DROP INDEX IF EXISTS message_id_index;

ALTER TABLE delivery_events DROP INDEX IF EXISTS recipients_index;

ALTER TABLE delivery_events ADD INDEX IF NOT EXISTS queue_id_filter queue_id TYPE bloom_filter(0.0082) GRANULARITY 1;

ALTER TABLE delivery_events ADD INDEX IF NOT EXISTS message_id_filter message_id TYPE bloom_filter(0.0082) GRANULARITY 1;

ALTER TABLE delivery_events ADD INDEX IF NOT EXISTS recipient_filter recipient TYPE bloom_filter(0.00195) GRANULARITY 1;

ALTER TABLE delivery_events MATERIALIZE INDEX queue_id_filter;

ALTER TABLE delivery_events MATERIALIZE INDEX message_id_filter;

ALTER TABLE delivery_events MATERIALIZE INDEX recipient_filter;
