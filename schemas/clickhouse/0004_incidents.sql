-- What was told to people: an incident opens once, is updated in silence and closes after quiet minutes.
-- Each change is a row; the highest version is the newest.
CREATE TABLE incidents
(
    id String COMMENT 'Made of direction, kind, subject and the time it opened',
    version UInt64 COMMENT 'Counts up with each change',
    state Enum8('open' = 1, 'closed' = 2) COMMENT 'Whether it is still going on',
    direction Enum8('outbound' = 1, 'inbound' = 2) COMMENT 'As in delivery_events',
    subject_kind LowCardinality(String) COMMENT 'sender_domain, source_ip, recipient_domain, provider or all',
    subject String COMMENT 'The one that it is about',
    verdict LowCardinality(String) COMMENT 'recipient_domain, provider_wide, sender_wide or platform_wide',
    sub_cause LowCardinality(String) COMMENT 'What the replies name most',
    confidence UInt8 COMMENT 'Of the verdict, per cent',
    opened_at DateTime64(3, 'UTC') COMMENT 'First refusal of the wave',
    last_seen DateTime64(3, 'UTC') COMMENT 'End of the last window in which it was seen',
    closed_at DateTime64(3, 'UTC') COMMENT 'When it was quiet long enough; 1970 while open',
    notified_at DateTime64(3, 'UTC') COMMENT 'When people were last told; 1970: not yet',
    evidence String COMMENT 'The verdict as JSON' CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Waves of refusals that people were told of';

-- Published DNS records: one row for each change, so that the past can be asked what was published then.
CREATE TABLE dns_snapshots
(
    domain LowCardinality(String) COMMENT 'Mail domain, lower-case A-labels (RFC 5890)',
    type LowCardinality(String) COMMENT 'mx (RFC 5321, 5.1), spf (RFC 7208), dkim (RFC 6376) or dmarc (RFC 7489)',
    valid_from DateTime64(3, 'UTC') COMMENT 'When this answer was first seen',
    last_seen DateTime64(3, 'UTC') COMMENT 'When it was last seen',
    state LowCardinality(String) COMMENT 'The word of the dns_* columns of delivery_events',
    answer String COMMENT 'The records, sorted, one a line; DKIM keys with their selector in front' CODEC(ZSTD(3)),
    ttl_s UInt32 COMMENT 'Smallest TTL of the records (RFC 1035, 3.2.1; negative answers: RFC 2308)'
)
ENGINE = ReplacingMergeTree(last_seen)
ORDER BY (domain, type, valid_from)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Published DNS records and their changes';
