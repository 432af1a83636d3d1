-- What changed in DNS, newest first.
SELECT
    valid_from AS changed_at,
    last_seen_before,
    domain,
    type,
    state_before,
    state,
    answer_before,
    answer
FROM (-- include dns-changed.sql
)
ORDER BY changed_at DESC, domain, type
LIMIT 200
