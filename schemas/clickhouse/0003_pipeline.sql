-- Records that could not be read: nothing is lost, and each can be replayed once its parser is mended.
CREATE TABLE dead_letters
(
    ingest_time DateTime64(3, 'UTC') COMMENT 'When Faultline read it',
    topic LowCardinality(String) COMMENT 'Kafka topic, or path of the file',
    partition UInt32 COMMENT 'Kafka partition, or generation of the file',
    offset UInt64 COMMENT 'Kafka offset, or byte in the decompressed file',
    reason LowCardinality(String) COMMENT 'Why it could not be read',
    bytes String COMMENT 'The record as it was, or those of its lines that could not be read' CODEC(ZSTD(3)),
    record_time DateTime64(3, 'UTC') COMMENT 'Time stamp of the Kafka record; 1970 for files',
    key String COMMENT 'Key of the Kafka record' CODEC(ZSTD(3)),
    headers String COMMENT 'Headers of the Kafka record, a JSON object' CODEC(ZSTD(3))
)
ENGINE = MergeTree
ORDER BY (topic, partition, offset)
TTL toDateTime(ingest_time) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Records that could not be read';

-- The account of every block: its dispositions sum to its records.
CREATE TABLE pipeline_stats
(
    ingest_time DateTime64(3, 'UTC') COMMENT 'When the block was stored',
    topic LowCardinality(String) COMMENT 'Kafka topic, or path of the file',
    partition UInt32 COMMENT 'Kafka partition, or generation of the file',
    first_offset UInt64 COMMENT 'First record of the block',
    last_offset UInt64 COMMENT 'Last record of the block',
    bytes UInt64 COMMENT 'Bytes of its records',
    records UInt64 COMMENT 'Records read',
    with_events UInt64 COMMENT 'Records that gave events',
    events UInt64 COMMENT 'Events that they gave',
    correlated UInt64 COMMENT 'Records that told something about another one',
    ignored UInt64 COMMENT 'Records ignored by a named rule',
    dead UInt64 COMMENT 'Records that became dead letters',
    lost UInt64 COMMENT 'Records of this range that the source no longer held when they were to be read',
    ignored_by Map(LowCardinality(String), UInt64) COMMENT 'Ignored records by rule',
    -- Of years of blocks the newest minutes are asked for.
    INDEX ingest_time_index ingest_time TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
ORDER BY (topic, partition, first_offset)
TTL toDateTime(ingest_time) + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'What became of the records of each block';

-- Kafka's topics as they were first seen. One that was deleted and made again begins at offset 0 once more: its rows
-- are kept apart under a name of their own, mail@2, which no topic can have.
CREATE TABLE kafka_topics
(
    topic String COMMENT 'As the rows name it: the topic, or topic@N where it was made for the Nth time',
    name String COMMENT 'The topic',
    topic_id String COMMENT 'Kafka''s id of it (KIP-516), empty where the brokers give none',
    first_seen DateTime64(3, 'UTC') COMMENT 'When it was first read'
)
ENGINE = MergeTree
ORDER BY (name, first_seen)
COMMENT 'Kafka topics that were read';

-- How far each file is stored; of a Kafka partition, what its correlator knew at each offset.
-- The newest version of a partition counts. A row is appended for each intent and each
-- commit; the correlator's state is what the rows since the last full one add up to.
CREATE TABLE ingest_progress
(
    topic String COMMENT 'Path of the file, or Kafka topic',
    partition UInt32 COMMENT 'Its generation: counts up with each rotation; Kafka''s partition',
    version UInt64 COMMENT 'Counts up with each row of the partition; of Kafka the offset',
    device UInt64 COMMENT 'Device of the file',
    inode UInt64 COMMENT 'Inode of the file',
    head_bytes UInt32 COMMENT 'How many bytes head_hash covers',
    head_hash String COMMENT 'SHA-256 of the first bytes, hexadecimal',
    modified Float64 COMMENT 'When the file was last written to, milliseconds since 1970',
    committed UInt64 COMMENT 'Everything before this byte is stored',
    intent_last Int64 COMMENT 'Last record of the block that may be stored in part; -1: none',
    reference Float64 COMMENT 'Arrival time by which its year-less stamps are resolved, milliseconds since 1970',
    previous Float64 COMMENT 'Time of the last record before committed, milliseconds since 1970',
    correlator String COMMENT 'What changed in the correlator since the row before; empty with an intent' CODEC(ZSTD(3)),
    correlator_full UInt8 COMMENT '1: the whole state of the correlator, rows before are not needed'
)
ENGINE = MergeTree
ORDER BY (topic, partition, version)
COMMENT 'How far each source is stored, and what its correlator knew there';
