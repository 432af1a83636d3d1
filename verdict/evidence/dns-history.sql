-- What a domain published, the newest change first.
SELECT
    type,
    state,
    answer,
    ttl_s,
    formatDateTime(valid_from, '%Y-%m-%dT%H:%i:%SZ') AS valid_from,
    formatDateTime(last_seen, '%Y-%m-%dT%H:%i:%SZ') AS last_seen
FROM dns_snapshots FINAL
WHERE domain = {domain:String}
ORDER BY dns_snapshots.valid_from DESC, type
LIMIT 200
