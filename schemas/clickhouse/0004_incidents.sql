-- What was told to people: an incident opens once, is updated in silence and closes after quiet minutes.
-- Each change is a row; the highest version is the newest.
CREATE TABLE incidents
(
    id String COMMENT 'Made of direction, kind, subject and the time it opened',
    version UInt64 COMMENT 'Term of the lease, then a count: who lost the lease cannot overwrite',
    state Enum8('open' = 1, 'closed' = 2, 'merged' = 3) COMMENT 'open: going on; closed: quiet; merged: a wider incident explains it',
    direction Enum8('outbound' = 1, 'inbound' = 2) COMMENT 'As in delivery_events',
    subject_kind LowCardinality(String) COMMENT 'sender_domain, source_ip, recipient_domain, provider or all',
    subject String COMMENT 'The one that it is about',
    verdict LowCardinality(String) COMMENT 'recipient_domain, provider_wide, sender_wide or platform_wide',
    sub_cause LowCardinality(String) COMMENT 'What the replies name most',
    confidence UInt8 COMMENT 'Of the verdict, per cent',
    opened_at DateTime64(3, 'UTC') COMMENT 'First refusal of the wave',
    reopened_at DateTime64(3, 'UTC') COMMENT 'When it began again after it was closed; 1970: never',
    last_seen DateTime64(3, 'UTC') COMMENT 'Last refusal that was seen of it',
    closed_at DateTime64(3, 'UTC') COMMENT 'When it was closed or merged; 1970 while open',
    merged_into String COMMENT 'The wider incident that explains it',
    notice LowCardinality(String) COMMENT 'What people are told: opened, reopened, widened, reminded, closed',
    notified_at DateTime64(3, 'UTC') COMMENT 'When that was decided; 1970: not yet',
    evidence String COMMENT 'The verdict at its height, as JSON' CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY id
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Waves of refusals that people were told of';

-- What people did with an incident. A row each, never changed: people and the evaluator do not overwrite each other.
CREATE TABLE incident_actions
(
    incident_id String COMMENT 'As in incidents',
    at DateTime64(3, 'UTC') COMMENT 'When',
    action Enum8('acknowledged' = 1, 'reclaimed' = 2, 'muted' = 3, 'unmuted' = 4, 'commented' = 5) COMMENT 'What was done; reclaimed takes an acknowledgement back',
    author String COMMENT 'Who, in their own words',
    text String COMMENT 'Comment or reason',
    until DateTime64(3, 'UTC') COMMENT 'End of a mute'
)
ENGINE = MergeTree
ORDER BY (incident_id, at)
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Acknowledgements, mutes and comments';

-- What became of each try to tell a channel: what was sent is not sent again after a restart.
CREATE TABLE notifications
(
    incident_id String COMMENT 'As in incidents',
    notice LowCardinality(String) COMMENT 'As in incidents',
    notified_at DateTime64(3, 'UTC') COMMENT 'As in incidents',
    channel LowCardinality(String) COMMENT 'Name of the channel in the configuration',
    at DateTime64(3, 'UTC') COMMENT 'When it was tried',
    outcome Enum8('sent' = 1, 'failed' = 2, 'given_up' = 3) COMMENT 'given_up: tried for too long',
    error String COMMENT 'What the receiver or the network said'
)
ENGINE = MergeTree
ORDER BY (at, incident_id)
TTL toDateTime(at) + INTERVAL 90 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Deliveries of notices';

-- Who evaluates. Of the highest term the first claim wins; its holder's last row says until when (verdict/lease.ts).
-- Claims are kept: a term is never used twice.
CREATE TABLE leases
(
    name LowCardinality(String) COMMENT 'What is held',
    term UInt32 COMMENT 'Counts up with each holder',
    holder String COMMENT 'The process that claims it',
    at DateTime64(6, 'UTC') DEFAULT now64(6) COMMENT 'When, by the clock of the store',
    renewal UInt8 COMMENT '0: the claim; 1: the holder is still there',
    released UInt8 COMMENT '1: given back'
)
ENGINE = MergeTree
ORDER BY (name, term, at)
TTL toDateTime(at) + INTERVAL 1 DAY DELETE WHERE renewal = 1
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Who evaluates';

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
TTL toDateTime(last_seen) + INTERVAL 800 DAY
SETTINGS non_replicated_deduplication_window = 10000
COMMENT 'Published DNS records and their changes';
