-- Dead letters that were read again. What they gave continues the numbers of their record's events: first_index is noted
-- before the events are stored, so that a second try gives them the same places.
CREATE TABLE replayed_letters
(
    topic LowCardinality(String) COMMENT 'As in dead_letters',
    partition UInt32 COMMENT 'As in dead_letters',
    offset UInt64 COMMENT 'As in dead_letters',
    replayed_at DateTime64(3, 'UTC') COMMENT 'When it was read again',
    disposition LowCardinality(String) COMMENT 'What became of it: events, correlated, ignored',
    first_index UInt16 COMMENT 'event_index of the first event that it gave',
    events UInt32 COMMENT 'Events that it gave',
    done UInt8 COMMENT '1: they are stored; 0: that was begun'
)
ENGINE = ReplacingMergeTree(done)
ORDER BY (topic, partition, offset)
COMMENT 'Dead letters that a mended parser has read';
