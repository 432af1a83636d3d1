-- What can be picked, most refused first.
SELECT provider AS value
FROM attempts
WHERE grain = if({to:DateTime64(3, 'UTC')} > {from:DateTime64(3, 'UTC')} + INTERVAL 2 DAY, 'hour', 'minute')
    AND start >= {from:DateTime64(3, 'UTC')} AND start < {to:DateTime64(3, 'UTC')}
    AND provider != ''
GROUP BY value
ORDER BY sumIf(attempts, outcome != 'delivered') DESC, sum(attempts) DESC, value
LIMIT 500
