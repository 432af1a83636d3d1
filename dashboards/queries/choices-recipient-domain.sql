-- What can be picked, most refused first.
SELECT recipient_org_domain AS value
FROM attempts
WHERE grain = 'minute'
    AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')}
    AND recipient_org_domain != ''
GROUP BY value
ORDER BY sumIf(attempts, outcome != 'delivered') DESC, sum(attempts) DESC, value
LIMIT 500
